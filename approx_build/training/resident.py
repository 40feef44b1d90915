"""Resident memory of this process: now, and the most it has needed."""

from __future__ import annotations

import sys
from contextlib import suppress


def reset_peak() -> None:
    """Start a new measurement where the system can (Linux); else the peak is of the process."""
    with suppress(OSError), open("/proc/self/clear_refs", "w") as file:
        file.write("5")


def resident_bytes() -> int:
    """Resident memory now, bytes; where the system does not tell, the peak."""
    return _told("VmRSS:") or peak_bytes()


def peak_bytes() -> int:
    """The highest resident memory since `reset_peak`, bytes; 0 where it is unknown."""
    if told := _told("VmHWM:"):
        return told
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _told(name: str) -> int:
    """A line of Linux's status of this process, bytes; 0 where there is none."""
    with suppress(OSError), open("/proc/self/status") as file:
        for line in file:
            if line.startswith(name):
                return int(line.split()[1]) * 1024
    return 0
