"""`python -m build`: hands over to the Tilsit binary."""

import os
import sys

from _tilsit import binary


def main():
    program = binary()
    if program is None:
        sys.stderr.write(
            "ERROR: this environment's `python -m build` is answered by tilsit, which was not found"
            " (TILSIT_BINARY, the path recorded when the environment was made, PATH).\n"
            "To have the real build here: %s -m pip install build\n" % (sys.executable or "python")
        )
        return 1
    command = [program, "as", "build", "--python", sys.executable] + sys.argv[1:]
    if os.name == "posix":
        os.execv(program, command)
    import subprocess

    return subprocess.call(command)


if __name__ == "__main__":
    sys.exit(main())
