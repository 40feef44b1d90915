"""Drawing a class from logits, as the reference states it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.engines.autoregressive.categorical import (
    Choices,
    draw,
    invert,
    silence_distance,
)
from approx_build.errors import ModelError

F32 = np.float32


def choices(
    uniform: list[float], temperature: float = 1, top_k: int = 0, silence: float = 0
) -> Choices:
    ones = np.ones(len(uniform), F32)
    return Choices(
        ones * F32(temperature), ones * F32(silence), np.full(len(uniform), top_k), F32(uniform)
    )


def test_draws_follow_the_softmax() -> None:
    logits = np.log(np.array([1, 2, 3, 4], F32) / F32(10))
    uniform = (np.arange(1000) + 0.5) / 1000
    drawn = draw(np.tile(logits, (1000, 1)), choices(list(uniform)))
    np.testing.assert_allclose(np.bincount(drawn) / 1000, [0.1, 0.2, 0.3, 0.4], atol=0.002)


def test_temperature_sharpens_and_zero_takes_the_most_likely() -> None:
    logits = np.log(np.array([1, 2, 3, 4], F32) / F32(10))
    uniform = list((np.arange(1000) + 0.5) / 1000)
    rows = np.tile(logits, (1000, 1))
    cold = np.bincount(draw(rows, choices(uniform, temperature=0.5)))
    np.testing.assert_allclose(cold / 1000, np.array([1, 4, 9, 16]) / 30, atol=0.002)
    assert set(draw(rows, choices(uniform, temperature=0))) == {3}


def test_top_k_leaves_the_most_likely_and_their_ties() -> None:
    uniform = list((np.arange(300) + 0.5) / 300)
    logits = np.tile(np.array([0, 5, 5, 1, 5], F32), (300, 1))
    assert set(draw(logits, choices(uniform, top_k=2))) == {1, 2, 4}
    assert set(draw(logits, choices(uniform, top_k=4))) == {1, 2, 3, 4}


def test_towards_silence_takes_the_stated_nats() -> None:
    classes = 256
    distance = silence_distance(classes)
    assert distance[128] == 0
    assert distance[0] == 1
    assert distance[192] == F32(0.25)
    flat = np.zeros((4000, classes), F32)
    uniform = list((np.arange(4000) + 0.5) / 4000)
    drawn = draw(flat, choices(uniform, silence=50))
    assert abs(drawn.mean() - 128) < 1
    assert drawn.std() == pytest.approx(128 / (2 * 50) ** 0.5, rel=0.05)


@given(
    st.lists(st.floats(0, 1, width=32), min_size=1, max_size=60).filter(lambda w: max(w) > 0),
    st.integers(0, 2**24 - 1),
)
def test_a_class_without_weight_is_never_drawn(weights: list[float], word: int) -> None:
    point = np.array([word * 2.0**-24], F32)
    index = int(invert(np.array([weights], F32), point)[0])
    assert index < len(weights)
    assert weights[index] > 0


def test_logits_that_are_not_finite_are_refused() -> None:
    with pytest.raises(ModelError, match="not finite"):
        draw(np.array([[0, np.inf]], F32), choices([0.5]))
