"""The entry of the command line: says «nothing to do» before anything heavy is imported."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    from approx_build.cli.light import nothing_to_do

    if nothing_to_do(sys.argv[1:]):
        return
    from approx_build.cli.app import run

    run()


if __name__ == "__main__":
    main()
