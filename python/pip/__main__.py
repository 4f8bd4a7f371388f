import os
import sys

# `python -m pip` puts the working directory first; a package lying there must not be seen.
if sys.path[:1] in ([""], [os.getcwd()]):
    del sys.path[0]

if __name__ == "__main__":
    from pip._internal.cli.main import main

    sys.exit(main())
