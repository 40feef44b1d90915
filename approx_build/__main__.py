"""The entry of the command line: reports «nothing to do» before anything heavy is imported."""

# No `from __future__` here, because it could be imported from the working folder.
from approx_build.process.path import leave_working_folder


def main() -> None:
    """Run the command line and exit with its code."""
    leave_working_folder()
    import io
    import sys

    for stream in (sys.stdout, sys.stderr):
        # A title that the terminal cannot print must not end a render.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        from approx_build.cli.fast_path import nothing_to_do

        if nothing_to_do(sys.argv[1:]):
            return
        from approx_build.process.interrupts import ending_calmly

        with ending_calmly():
            from approx_build.cli.app import run
        run()
    except KeyboardInterrupt:
        from approx_build.cli.exit_codes import interrupted

        interrupted()


if __name__ == "__main__":
    main()
