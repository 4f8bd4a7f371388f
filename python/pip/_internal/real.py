"""Modules of the real pip, for programs that import them (pip-tools, …): fetched at the first import of one.

They are those of the version that the small pip stands for, and stand beside it, in the environment's own `.tilsit`; the
small pip's few modules go before theirs, so that whatever runs pip still runs Tilsit.
"""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile

from importlib.machinery import PathFinder
from importlib.util import module_from_spec, spec_from_file_location

from pip import __version__

# Where pip's settings say to look; those about what to install, and where, are not meant for this.
_SETTINGS = (
    "CACHE_DIR CERT CLIENT_CERT CONFIG_FILE EXTRA_INDEX_URL FIND_LINKS INDEX_URL KEYRING_PROVIDER NO_CACHE_DIR"
    " NO_INDEX PROXY RETRIES TIMEOUT DEFAULT_TIMEOUT TRUSTED_HOST"
).split()

_folder = None
_begun = False


def find_spec(name):
    """The specification of the real pip's module `name`, or None where it has none either."""
    parent = sys.modules.get(name.rpartition(".")[0])
    if parent is None:
        return None
    folder = _real(name)
    _begin(folder)
    path = os.path.join(folder, *parent.__name__.split("."))
    if path not in parent.__path__:
        parent.__path__.append(path)
    return PathFinder.find_spec(name, [path])


def _begin(folder):
    """Does, once, what the real pip does as soon as anything of it is imported; it sets up its way of logging there."""
    global _begun
    if _begun:
        return
    _begun = True
    file = os.path.join(folder, "pip", "_internal", "__init__.py")
    spec = spec_from_file_location("pip._internal", file)
    spec.loader.exec_module(module_from_spec(spec))


def _real(wanted):
    """The folder with the real pip, which is fetched where it is not there yet; ModuleNotFoundError says why it cannot be."""
    global _folder
    if _folder is None:
        home = os.path.join(sys.prefix, ".tilsit")
        kept = os.path.join(home, "pip-" + __version__)
        _folder = kept if os.path.isdir(kept) else _fetch(wanted, home, kept)
    return _folder


def _fetch(wanted, home, kept):
    scratch = _scratch(home)
    fetched = os.path.join(scratch, "pip-" + __version__)
    problem = _install(fetched)
    if problem:
        shutil.rmtree(scratch, ignore_errors=True)
        raise ModuleNotFoundError(
            "No module named %r: the pip of this environment is Tilsit's; pip %s, whose modules this program imports,"
            " could not be fetched (%s). To have a real pip here instead: %s -m pip install 'pip!=%s'"
            % (wanted, __version__, problem, sys.executable or "python", __version__),
            name=wanted,
        )
    if os.path.dirname(scratch) != home:
        atexit.register(shutil.rmtree, scratch, ignore_errors=True)
        return fetched
    try:
        os.rename(fetched, kept)
    except OSError:
        # Somebody else was faster: theirs is the same.
        if not os.path.isdir(kept):
            raise
    shutil.rmtree(scratch, ignore_errors=True)
    return kept


def _scratch(home):
    """A new folder in the environment, or where nothing can be written there, one of this process alone."""
    try:
        os.makedirs(home, exist_ok=True)
        return tempfile.mkdtemp(prefix="pip-", dir=home)
    except OSError:
        return tempfile.mkdtemp(prefix="tilsit-pip-")


def _install(folder):
    """Puts the real pip into `folder`; returns why that was impossible, or None."""
    from pip._internal.cli.main import handover

    words = ["--disable-pip-version-check", "install", "--quiet", "--no-input", "--no-deps", "--no-user"]
    words += ["--no-require-hashes", "--only-binary=pip", "--no-warn-script-location", "--root-user-action=ignore"]
    line, environment = handover(words + ["--target", folder, "pip==" + __version__])
    if line is None:
        return "there is no tilsit either"
    for name in list(environment):
        if name.startswith("PIP_") and name[len("PIP_") :] not in _SETTINGS:
            del environment[name]
    sys.stderr.write("Fetching pip %s, whose modules this program imports.\n" % __version__)
    sys.stderr.flush()
    ran = subprocess.run(line, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if ran.returncode == 0:
        return None
    said = ran.stderr.decode("utf-8", "replace").splitlines()
    errors = [line[len("ERROR: ") :] for line in said if line.startswith("ERROR: ")]
    return errors[-1] if errors else "exit status %d" % ran.returncode
