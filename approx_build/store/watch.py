"""Progress of long work on a store: what is being done, the total, and how much is done."""

from __future__ import annotations


class Watch:
    """Receives the progress of work, from any thread; this one ignores it."""

    def begin(self, what: str, total: int, is_bytes: bool = False) -> None:
        """`what` begins, with this total."""

    def step(self, count: int = 1) -> None:
        """This much more is done."""

    def end(self) -> None:
        """The work has ended."""
