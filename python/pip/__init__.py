"""pip's command line, answered by Tilsit."""

import sys

__version__ = "26.3"


def main(args=None):
    """Runs pip with ``args`` (without the program's name) and returns its exit status."""
    from pip._internal.cli.main import run

    return run(sys.argv[1:] if args is None else args)


class _RealPip:
    """Asked last, for what is not here: modules of the real pip that some program imports."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if not name.startswith("pip."):
            return None
        from pip._internal.real import find_spec

        return find_spec(name)


sys.meta_path.append(_RealPip)
