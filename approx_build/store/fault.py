"""Faults: damaged files of a store or of deliveries, and their repair."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from approx_build.store.reading import Read


def _nothing() -> bool:
    return False


@dataclass(frozen=True)
class Fault:
    """A damaged file.

    `belongs` describes what the file belongs to, as far as records know; `remedy` what a repair
    does, empty when it can do nothing. `repair` reads the file again, repairs it, and returns
    whether it is undamaged now.
    """

    kind: str
    path: Path
    problem: str
    belongs: str = ""
    remedy: str = ""
    repair: Callable[[], bool] = field(default=_nothing, repr=False, compare=False)


@dataclass(frozen=True)
class Expected:
    """A file whose content is known; `judged` returns what is wrong once it has been read."""

    path: Path
    judged: Callable[[Read], Fault | None]
