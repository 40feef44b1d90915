"""Measures what a command costs: CPU seconds and memory of a real process, within limits."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass

from tests.space import Space

MOST_CPU_S, MOST_BYTES = 5.0, 500_000_000
"""What `check` may take for ten megabytes of input, on the machine whose figures the docs quote."""
STOP_CPU_S, STOP_BYTES = 120, 4_000_000_000
"""Where the system ends a process that would not end by itself."""


@dataclass(frozen=True)
class Cost:
    """How a process ended, what it said, and what it took."""

    code: int
    said: str
    cpu_s: float
    peak_bytes: int

    @property
    def outcome(self) -> str:
        """What happened: `read`, `refused`, or what must not be."""
        if "Traceback" in self.said or "Error: " in self.said:
            return "traceback"
        return {0: "read", 1: "refused", 2: "refused"}.get(self.code, f"ended with {self.code}")


def cost(space: Space, *words: str, cpu_s: int = STOP_CPU_S, most: int = STOP_BYTES) -> Cost:
    """Run a command in a process of its own and measure it."""
    done = subprocess.run(
        [sys.executable, "-S", "-c", _LAUNCH, str(cpu_s), str(most), *space.command(*words)],
        cwd=space.root,
        env=space.environ(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        check=True,
    )
    said, _, figures = done.stdout.decode(errors="replace").rstrip().rpartition("\n")
    code, spent_s, peak_kb = figures.split()
    return Cost(int(code), said, float(spent_s), int(peak_kb) * 1024)


# A small process between: the peak of a new process counts the memory of the one it began as.
_LAUNCH = """
import os, resource, subprocess, sys
cpu_s, most = int(sys.argv[1]), int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
resource.setrlimit(resource.RLIMIT_DATA, (most, most))
child = subprocess.Popen(sys.argv[3:])
_, status, used = os.wait4(child.pid, 0)
code = os.waitstatus_to_exitcode(status)
print(f"\\n{code} {used.ru_utime + used.ru_stime} {used.ru_maxrss}")
"""
