"""The scale of the loss in float16: large enough that small gradients do not vanish.

Dynamic loss scaling of Micikevicius et al., Mixed precision training (2018, arXiv:1710.03740),
section 3.2, with the numbers of torch's GradScaler: halved when a gradient is not finite, and
that step is left out; doubled after 2000 steps that were.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

GROW_AFTER = 2000
FIRST, LARGEST = 2.0**16, 2.0**24


@dataclass
class LossScale:
    """The factor of the loss, steps since it changed, and steps left out so far."""

    factor: float = 1.0
    good: int = 0
    left_out: int = 0

    @classmethod
    def of(cls, precision: str) -> LossScale:
        """The scale before the first step: 1, and never another, where float32's range is kept."""
        return cls(FIRST if precision == "float16" else 1.0)

    @property
    def can_fall(self) -> bool:
        """Whether a step that is not finite may be left out instead of ending the training."""
        return self.factor > 1.0

    def skipped_step(self) -> None:
        """A step was not finite and is left out."""
        self.factor, self.good, self.left_out = self.factor / 2, 0, self.left_out + 1

    def made_step(self) -> None:
        """A step was made."""
        if not self.can_fall:
            return
        self.good += 1
        if self.good == GROW_AFTER:
            self.factor, self.good = min(2 * self.factor, LARGEST), 0

    def notes(self) -> dict[str, Any]:
        """What a stored state says of it."""
        return asdict(self)
