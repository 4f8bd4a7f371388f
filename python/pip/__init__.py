"""pip's command line, answered by Tilsit."""

__version__ = "26.3"


def main(args=None):
    """Runs pip with ``args`` (without the program's name) and returns its exit status."""
    import sys

    from pip._internal.cli.main import run

    return run(sys.argv[1:] if args is None else args)
