"""When this process began to import the package.

The package imports this module before anything else, hence it imports only `time`.
"""

import time

# Clocks that continue while the machine sleeps, and that nobody sets.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))


def _elapsed_ns() -> int:
    return time.monotonic_ns() if _CLOCK is None else time.clock_gettime_ns(_CLOCK)


_BEGAN_NS = _elapsed_ns()


def imported_ns() -> int:
    """When the package was imported, in nanoseconds since 1970 by the current clock.

    The start of the process would be too early: `exec` keeps it, so a shell that installs the
    package and then becomes the program would have started before the package existed.
    """
    return time.time_ns() - (_elapsed_ns() - _BEGAN_NS)
