"""Early stopping: whether a held-out loss has stopped falling (Prechelt, 1998)."""

from __future__ import annotations

from collections.abc import Sequence

from approx_build.training.parameters import EarlyStopping
from approx_build.training.record import CurvePoint


def has_stopped(curve: Sequence[CurvePoint], how: EarlyStopping) -> bool:
    """Whether the last `patience` points bring nothing better than the best before them."""
    losses = [point.held_out for point in curve]
    if len(losses) <= how.patience:
        return False
    earlier, recent = losses[: -how.patience], losses[-how.patience :]
    return min(recent) > min(earlier) - how.min_delta
