"""The entry point of launchers that pip 19.3 wrote."""


def main(args=None):
    """As `pip.main`."""
    from pip import main

    return main(args)
