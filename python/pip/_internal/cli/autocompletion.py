"""What shells whose completions pip set up call by name."""

import os
import sys


def autocomplete():
    """Prints what can stand where the cursor is, and exits, if a shell asks for that."""
    if all(os.environ.get(name) for name in ("PIP_AUTO_COMPLETE", "COMP_WORDS", "COMP_CWORD")):
        from pip._internal.cli.main import run

        sys.exit(run([]))
