"""The entry of the command line: says «nothing to do» before anything heavy is imported."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        from approx_build.cli.light import nothing_to_do

        if nothing_to_do(sys.argv[1:]):
            return
        from approx_build.cli.app import run

        run()
    except KeyboardInterrupt:
        from approx_build.cli.exits import interrupted

        interrupted()


if __name__ == "__main__":
    main()
