"""Finds the Tilsit binary and hands over to it."""

import json
import os
import sys


def _is_program(path):
    return os.path.isfile(path) and os.access(path, os.X_OK)


def _candidates():
    named = os.environ.get("TILSIT_BINARY")
    if named:
        yield named
    recorded = os.path.join(os.path.dirname(os.path.dirname(__file__)), "tilsit-binary")
    try:
        with open(recorded, "rb") as file:
            path = os.fsdecode(file.read())
    except OSError:
        path = ""
    if path:
        yield path
    name = "tilsit.exe" if os.name == "nt" else "tilsit"
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if folder:
            yield os.path.join(folder, name)


def find():
    """The path of the Tilsit binary, or None."""
    this = os.path.realpath(sys.argv[0]) if sys.argv and sys.argv[0] else None
    for path in _candidates():
        if _is_program(path) and os.path.realpath(path) != this:
            return path
    return None


def handover(args):
    """The command that runs pip with `args`, and its variables; where there is no Tilsit, says so and returns None twice."""
    binary = find()
    if binary is None:
        sys.stderr.write(
            "ERROR: this environment's pip is answered by tilsit, which was not found"
            " (TILSIT_BINARY, the path recorded when the environment was made, PATH).\n"
            "To have the real pip here: %s -m ensurepip --upgrade\n" % (sys.executable or "python")
        )
        return None, None
    environment = dict(os.environ)
    # Says that the `--python` below is this interpreter, not one that somebody named.
    environment.update(TILSIT_SYS_EXECUTABLE=sys.executable, TILSIT_SYS_PATH=json.dumps(sys.path))
    return [binary, "as", "pip", "--python", sys.executable] + list(args), environment


def run(args):
    """Runs pip with `args` in a child process; returns its exit status."""
    import subprocess

    command, environment = handover(args)
    if command is None:
        return 1
    return subprocess.call(command, env=environment)


def cli(args=None):
    """Becomes pip; where a process cannot be replaced, runs it and returns its exit status."""
    if args is not None or os.name != "posix":
        return run(sys.argv[1:] if args is None else args)
    command, environment = handover(sys.argv[1:])
    if command is None:
        return 1
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(command[0], command, environment)


main = cli
