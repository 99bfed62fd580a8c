"""Where the command `league` begins: whether the installation is whole, before anything of it is imported."""

from __future__ import annotations

import os
import sys

from league.importing import OURS, clash


def main() -> None:
    """Run the command line."""
    _search_the_working_directory_last()
    sentence = clash()
    if not sentence:
        try:
            from league.cli.main import main as command
        except ImportError as error:
            sentence = f"a package cannot be imported ({error}); install {OURS} again, in an environment of its own"
        else:
            command()
            return
    print(f"error: {sentence}", file=sys.stderr)
    sys.exit(2)


def _search_the_working_directory_last() -> None:
    """Let nothing in the working directory hide an installed module, where `PYTHONPATH` or `python -m` put it in front."""
    here = ("", os.getcwd())
    sys.path.sort(key=lambda folder: folder in here)


if __name__ == "__main__":
    main()
