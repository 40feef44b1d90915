"""The entry of the command line: says «nothing to do» before anything heavy is imported."""

from __future__ import annotations

import io
import sys


def main() -> None:
    """Run the command line and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        # A title that the terminal cannot write must not end a render.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
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
