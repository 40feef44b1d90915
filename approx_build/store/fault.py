"""Faults: what is damaged in a store or in what was delivered from it, and its repair."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from approx_build.store.reading import Read


def _nothing() -> bool:
    return False


@dataclass(frozen=True)
class Fault:
    """A file that is not as it was written.

    `belongs` says what it was, as far as records know, `remedy` what repair does, empty when
    nothing can be done here. `repair` does it, after looking again; it says whether all is right.
    """

    kind: str
    path: Path
    problem: str
    belongs: str = ""
    remedy: str = ""
    repair: Callable[[], bool] = field(default=_nothing, repr=False, compare=False)


@dataclass(frozen=True)
class Expected:
    """A file of which it is known what it holds; `judged` says what is wrong once it is read."""

    path: Path
    judged: Callable[[Read], Fault | None]
