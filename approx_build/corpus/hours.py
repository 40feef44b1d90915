"""Hours: how much sound a training has to learn from, and how much it has heard."""

from __future__ import annotations

from dataclasses import dataclass

HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Hours:
    """Seconds as recorded, as prepared, and drawn as windows, each window augmented anew."""

    recorded_s: float
    prepared_s: float
    drawn_s: float

    @property
    def distinct_s(self) -> float:
        """Of what was prepared, what was heard at least once.

        An epoch visits all windows before the next begins, so it is what was drawn until
        everything was.
        """
        return min(self.drawn_s, self.prepared_s)

    @property
    def factor(self) -> float:
        """How many times as much sound was drawn as there is; 0 when there is none."""
        return self.drawn_s / self.prepared_s if self.prepared_s else 0.0

    def __str__(self) -> str:
        recorded, prepared, distinct, drawn = (
            f"{seconds / HOUR_S:.2f} h"
            for seconds in (self.recorded_s, self.prepared_s, self.distinct_s, self.drawn_s)
        )
        return (
            f"{recorded} recorded, {prepared} prepared; {distinct} of it heard, "
            f"as {drawn} of windows ({self.factor:.3g} times)"
        )


def hours(recorded_s: float, prepared_s: float, windows: int, size: int, rate: int) -> Hours:
    """What `windows` drawn windows of `size` samples at `rate` Hz come to.

    `prepared_s` is what windows are cut from, without what is held out.
    """
    return Hours(recorded_s, prepared_s, windows * size / rate)
