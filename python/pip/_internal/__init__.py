"""Where the hand-over to the Tilsit binary lives. Of pip's own internals nothing is here: see `real.py`."""


def main(args=None):
    """The entry point of launchers that pip 10 to 19.2 wrote."""
    from pip import main

    return main(args)
