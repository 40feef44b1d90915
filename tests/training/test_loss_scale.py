from __future__ import annotations

from approx_build.training import loss_scale
from approx_build.training.loss_scale import LossScale


def test_without_float16_the_scale_is_one_and_stays() -> None:
    scale = LossScale.of("bfloat16")
    for _ in range(3 * loss_scale.GROW_AFTER):
        scale.made_step()
    assert scale == LossScale(1.0)
    assert not scale.can_fall


def test_the_scale_falls_by_half_and_grows_after_many_good_steps() -> None:
    scale = LossScale.of("float16")
    scale.skipped_step()
    scale.skipped_step()
    assert (scale.factor, scale.left_out) == (loss_scale.FIRST / 4, 2)
    for _ in range(loss_scale.GROW_AFTER):
        scale.made_step()
    assert scale.factor == loss_scale.FIRST / 2
    for _ in range(40 * loss_scale.GROW_AFTER):
        scale.made_step()
    assert scale.factor == loss_scale.LARGEST


def test_at_one_it_cannot_fall_further() -> None:
    scale = LossScale.of("float16")
    while scale.can_fall:
        scale.skipped_step()
    assert scale.factor == 1.0
    assert scale.left_out == 16


def test_notes_bring_it_back() -> None:
    scale = LossScale(8.0, 3, 2)
    assert LossScale(**scale.notes()) == scale
