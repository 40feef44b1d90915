from __future__ import annotations

from approx_build.training.parameters import EarlyStopping
from approx_build.training.record import CurvePoint
from approx_build.training.stopping import has_stopped


def curve(*losses: float) -> list[CurvePoint]:
    return [CurvePoint(step=n, train=None, held_out=loss) for n, loss in enumerate(losses)]


def test_it_stops_when_patience_is_over_and_not_before() -> None:
    how = EarlyStopping(patience=2)
    assert not has_stopped(curve(), how)
    assert not has_stopped(curve(3, 2), how)
    assert not has_stopped(curve(3, 2, 2.5), how)
    assert has_stopped(curve(3, 2, 2.5, 2.1), how)
    assert not has_stopped(curve(3, 2, 2.5, 1.9), how)


def test_a_better_loss_must_be_better_by_enough() -> None:
    falling = curve(3, 2.99, 2.98, 2.97)
    assert not has_stopped(falling, EarlyStopping(patience=2))
    assert has_stopped(falling, EarlyStopping(patience=2, min_delta=0.1))
