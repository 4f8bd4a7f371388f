"""`python -m build` in an environment that Tilsit made, until the real build is installed there.

`_tilsit.pth` imports this module where Python was started with `-m` and with `build` somewhere. It is nobody's package: it belongs
to the environment, as the activation scripts do.
"""

import os
import sys

_FOLDER = os.path.dirname(os.path.abspath(__file__))


def _candidates():
    yield os.environ.get("TILSIT_BINARY")
    try:
        with open(os.path.join(_FOLDER, "binary"), "rb") as file:
            yield os.fsdecode(file.read())
    except OSError:
        pass
    for folder in filter(None, os.environ.get("PATH", "").split(os.pathsep)):
        yield os.path.join(folder, "tilsit.exe" if os.name == "nt" else "tilsit")


def binary():
    """The path of the Tilsit binary, or None."""
    for path in filter(None, _candidates()):
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return None


def _looks_for_main_module():
    """Whether it is `python -m` that looks, and no program that would import what it finds."""
    frame = sys._getframe(2)
    while frame and frame.f_globals.get("__name__") in ("importlib._bootstrap", "importlib.util"):
        frame = frame.f_back
    return frame is not None and frame.f_globals.get("__name__") == "runpy"


class Finder:
    """Finds `build` for `python -m build`, after everybody else. `import build` does not see it."""

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name != "build" or sys.argv[:1] != ["-m"] or not _looks_for_main_module():
            return None
        for finder in sys.meta_path:
            found = finder.find_spec(name, path, target) if finder is not cls else None
            # A folder `build` without a module, as builds leave it, has no origin.
            if found is not None and found.origin is not None:
                return None
        from importlib.util import spec_from_file_location

        return spec_from_file_location(name, os.path.join(_FOLDER, "build.py"))


# First, because a folder `build` in the working directory would be found before.
sys.meta_path.insert(0, Finder)
