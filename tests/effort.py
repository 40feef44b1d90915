"""Effort: CPU time of work beside that of other work, which a busy machine slows as much."""

from __future__ import annotations

import time
from collections.abc import Callable

HANG_S = 60.0
"""Whoever waits longer than this, on a machine however busy, waits for what does not come."""


def cpu_s(work: Callable[[], object], times: int = 3) -> float:
    """The least CPU time, in seconds, that a piece of work takes in this thread."""
    spent = []
    for _ in range(times):
        start = time.thread_time()
        work()
        spent.append(time.thread_time() - start)
    return min(spent)


def assert_costs_at_most(
    times: float, work: Callable[[], object], reference: Callable[[], object]
) -> None:
    """`work` takes at most so many times the CPU time of `reference`, both as measured here."""
    allowed, spent = times * cpu_s(reference), cpu_s(work)
    assert spent <= allowed, f"{spent:.4f} s of CPU; {allowed:.4f} s are allowed"


def wait_until(is_so: Callable[[], object], what: str) -> None:
    """Wait until something is so; AssertionError when it does not come."""
    deadline = time.monotonic() + HANG_S
    while not is_so():
        assert time.monotonic() < deadline, f"never came: {what}"
        time.sleep(0.01)
