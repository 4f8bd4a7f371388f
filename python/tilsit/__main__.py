"""`python -m tilsit`"""

import os
import sys

from tilsit import find_binary


def main():
    environment = dict(os.environ)
    # Called by an environment's Python, it works on that environment.
    if sys.prefix != sys.base_prefix:
        environment.setdefault("VIRTUAL_ENV", sys.prefix)
    command = [find_binary()] + sys.argv[1:]
    if os.name == "posix":
        os.execve(command[0], command, environment)
    import subprocess

    return subprocess.call(command, env=environment)


if __name__ == "__main__":
    sys.exit(main())
