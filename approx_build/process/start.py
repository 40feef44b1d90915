"""When this process began to import the package.

Imported by the package itself before anything else of it, hence no other import than `time`.
"""

import time

# Clocks that go on while the machine sleeps, and that nobody sets.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))


def _elapsed_ns() -> int:
    return time.monotonic_ns() if _CLOCK is None else time.clock_gettime_ns(_CLOCK)


_BEGAN_NS = _elapsed_ns()


def imported_ns() -> int:
    """When the package was imported, in nanoseconds since 1970 by the clock as it is set now.

    The start of the process would be too early: `exec` keeps it, so a shell that installs the
    package and then becomes the program would have started before the package was there.
    """
    return time.time_ns() - (_elapsed_ns() - _BEGAN_NS)
