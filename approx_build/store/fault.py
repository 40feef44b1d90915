"""Faults: what is damaged in a store or in what was delivered from it, and its repair."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


def _nothing() -> bool:
    return False


@dataclass(frozen=True)
class Fault:
    """A file that is not as it was written.

    `belongs` tells what it was, as far as records know, `remedy` what repair does, empty when
    nothing can be done here. `repair` does it, after looking again; it says whether all is right.
    """

    kind: str
    path: Path
    problem: str
    belongs: str = ""
    remedy: str = ""
    repair: Callable[[], bool] = field(default=_nothing, repr=False, compare=False)
