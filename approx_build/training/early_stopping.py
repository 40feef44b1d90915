"""Early stopping: when the held-out loss has not fallen for long enough.

Prechelt, Early stopping, but when? (1998), the rule of successive evaluations. It decides from the
curve alone, so a training that was interrupted stops where it would have stopped.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from approx_build.training.ledger.record import CurvePoint


class Stopping(BaseModel):
    """When a training stops before its last step. A model that says nothing never does."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    patience: int = Field(ge=1, le=1_000_000, description="evaluations without a lower loss")
    min_delta: float = Field(
        0.0, ge=0, le=1e6, description="smallest decrease that counts, in units of the loss"
    )


def is_done(curve: Sequence[CurvePoint], stopping: Stopping | None) -> bool:
    """Whether a training with this curve, so far, stops; never without `stopping`."""
    if stopping is None or not curve:
        return False
    return len(curve) - 1 - _last_fall(curve, stopping.min_delta) >= stopping.patience


def _last_fall(curve: Sequence[CurvePoint], min_delta: float) -> int:
    """The place of the last point that was lower, by enough, than all that counted before."""
    best = 0
    for place, point in enumerate(curve):
        # Not «is higher»: a loss that is no number is never lower.
        if point.held_out < curve[best].held_out - min_delta:
            best = place
    return best
