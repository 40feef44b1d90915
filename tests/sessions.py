"""The processes of a command that was started in a session of its own, as /proc shows them."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

MOST_S = 60.0
"""Longest wait for a command to come somewhere, on a busy machine."""

needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")


@dataclass(frozen=True)
class Seen:
    """A living process: its number, its command line, and the seconds it has computed."""

    process: int
    command: str
    cpu_s: float


def living(session: int) -> list[Seen]:
    """The processes of a session that have not ended."""
    return list(_living(session))


def _living(session: int) -> Iterator[Seen]:
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) == session and fields[0] not in "ZX":
                command = (entry / "cmdline").read_text().replace("\0", " ")
                ticks = int(fields[11]) + int(fields[12])
                yield Seen(int(entry.name), command, ticks / os.sysconf("SC_CLK_TCK"))


def until(is_so: Callable[[], object], what: str, most_s: float = MOST_S) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + most_s
    while not is_so():
        assert time.monotonic() < deadline, f"never {what}"
        time.sleep(0.02)


@contextmanager
def ended_at_last(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """Kill what is left of the session when a test fails."""
    try:
        yield process
    finally:
        for seen in living(process.pid):
            with suppress(ProcessLookupError):
                os.kill(seen.process, signal.SIGKILL)
        process.communicate()
