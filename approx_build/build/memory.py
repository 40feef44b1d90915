"""How much memory this process has needed at most."""

from __future__ import annotations

import sys
from contextlib import suppress


def reset_peak() -> None:
    """Start a new measurement where the system can (Linux); else the peak is of the process."""
    with suppress(OSError), open("/proc/self/clear_refs", "w") as file:
        file.write("5")


def peak_bytes() -> int:
    """The highest resident memory since `reset_peak`, bytes; 0 where it is unknown."""
    with suppress(OSError), open("/proc/self/status") as file:
        for line in file:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
