"""The entry of the command line: reports «nothing to do» before anything heavy is imported."""

# No `from __future__` here, because it could be imported from the working folder.
from approx_build.process.path import leave_working_folder


def main() -> None:
    """Run the command line and exit with its code."""
    leave_working_folder()
    import sys

    from approx_build.process import streams
    from approx_build.process.interpreter import restart

    # Only as a command: a program that calls `main` must not be replaced by a new process.
    if sys.modules["__main__"].__dict__.get("main") is main:
        restart()
    streams.prepare()
    try:
        _run(sys.argv[1:])
    except SystemExit as ended:
        _finish(ended.code)
        raise
    _finish(None)


def _run(arguments: list[str]) -> None:
    try:
        from approx_build.cli.fast_path import nothing_to_do

        if nothing_to_do(arguments):
            return
        from approx_build.process.interrupts import signals_as_interrupts

        with signals_as_interrupts():
            from approx_build.cli.app import run
        run()
    except KeyboardInterrupt:
        from approx_build.cli.exit_codes import interrupted

        interrupted()
    except FileNotFoundError:
        from approx_build.cli.exit_codes import refuse_lost_folder

        # Only if the working folder is gone; any other missing file is a bug.
        refuse_lost_folder()
        raise


def _finish(code: object) -> None:
    """Write what is buffered; lost results are a failure if nothing else failed."""
    from approx_build.process import streams

    lost = streams.finish()
    if lost is not None and not code:
        from approx_build.cli.exit_codes import output_lost

        output_lost(lost)


if __name__ == "__main__":
    main()
