"""Hours: how much sound a training was given, has to learn from, and has heard.

Off the path of a sample: it counts sound.
"""

from __future__ import annotations

from dataclasses import dataclass

UNITS = (("h", 3600.0), ("min", 60.0), ("s", 1.0))


@dataclass(frozen=True, slots=True)
class Hours:
    """Seconds as recorded, as prepared, and heard as windows, each window augmented anew."""

    recorded_s: float
    prepared_s: float
    heard_s: float

    @property
    def factor(self) -> float:
        """How many times as much sound was heard as there is; 0 when there is none."""
        return self.heard_s / self.prepared_s if self.prepared_s else 0.0

    def __str__(self) -> str:
        recorded, prepared, heard = map(length, (self.recorded_s, self.prepared_s, self.heard_s))
        times = f" ({self.factor:.1f} times as much)" if self.heard_s else ""
        return f"{recorded} recorded, {prepared} prepared, {heard} heard as windows{times}"


def length(seconds: float) -> str:
    """A length in the largest unit of which it is at least one."""
    unit, size = next((one for one in UNITS if seconds >= one[1]), UNITS[-1])
    return f"{seconds / size:.1f} {unit}"
