"""Measures what a command costs: CPU seconds and memory of a real process, within limits."""

from __future__ import annotations

import os
import resource
import subprocess
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

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))

    with subprocess.Popen(
        space.command(*words),
        cwd=space.root,
        env=space.environ(),
        preexec_fn=limited,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
    ) as child:
        assert child.stdout is not None
        said = child.stdout.read().decode(errors="replace")
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    return Cost(child.returncode, said, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)
