import os
import sys

# `python -m pip` puts the working directory first; a package lying there must not be seen.
if sys.path[:1] in ([""], [os.getcwd()]):
    del sys.path[0]

# `python .../site-packages/pip`: the folder was run as a script, so the one above is not on the path.
if not __package__:
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

if __name__ == "__main__":
    from pip._internal.cli.main import cli

    sys.exit(cli())
