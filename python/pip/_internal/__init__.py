"""Where the hand-over to the Tilsit binary lives; nothing of pip's own internals is here."""


def main(args=None):
    """The entry point of launchers that pip 10 to 19.2 wrote."""
    from pip import main

    return main(args)
