"""Tilsit, the Python packaging tool. The tool itself is a program; this package finds it."""

import os
import sys
import sysconfig

__all__ = ["find_binary"]


def _folders():
    """Where installers put programs, the likeliest first."""
    yield sysconfig.get_path("scripts")
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    # `pip install --target DIR` puts them into DIR/bin, `--prefix DIR` beside DIR/lib.
    yield os.path.join(here, "bin")
    yield os.path.normpath(os.path.join(here, "..", "..", "..", "bin"))
    scheme = "nt_user" if os.name == "nt" else "posix_user"
    yield sysconfig.get_path("scripts", scheme=scheme)


def find_binary():
    """The path of the program `tilsit` that came with this package."""
    name = "tilsit" + (sysconfig.get_config_var("EXE") or "")
    looked = []
    for folder in _folders():
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            return path
        looked.append(folder)
    raise FileNotFoundError("%s is in none of: %s" % (name, ", ".join(looked)))
