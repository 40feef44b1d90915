"""Lanes: overlapping events of a part are drawn below each other."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush


def lanes(spans: Sequence[tuple[float, float]]) -> list[int]:
    """The lane of each span (start, end): the lowest that is free at its start."""
    result = [0] * len(spans)
    busy: list[tuple[float, int]] = []
    free: list[int] = []
    used = 0
    for index in sorted(range(len(spans)), key=lambda index: spans[index]):
        start, end = spans[index]
        # `<=`: an event that begins where another ends may follow it in the same lane.
        while busy and busy[0][0] <= start:
            heappush(free, heappop(busy)[1])
        if not free:
            heappush(free, used)
            used += 1
        result[index] = heappop(free)
        heappush(busy, (end, result[index]))
    return result
