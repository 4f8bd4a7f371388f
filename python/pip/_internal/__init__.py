"""Where the hand-over to the Tilsit binary lives; nothing of pip's own internals is here."""


def main(args=None):
    """The entry point of pip before 20; kept because old scripts still name it."""
    from pip import main

    return main(args)
