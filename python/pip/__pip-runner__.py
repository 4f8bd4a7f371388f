"""What the real pip's modules run where they run pip in another process: here, too, that is Tilsit."""

import os
import sys

if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

    from pip._internal.cli.main import cli

    sys.exit(cli())
