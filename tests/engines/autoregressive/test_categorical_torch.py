from __future__ import annotations

import numpy as np
import pytest

from approx_build.engines.autoregressive import categorical

SEED = 20230519
ROUNDED_AWAY = 2
"""Draws of 2000 that the last bit of exp may turn over."""


@pytest.mark.parametrize("classes", [2, 64, 250, 256])
def test_draws_are_those_of_the_reference(classes: int) -> None:
    import torch

    from approx_build.engines.autoregressive.categorical_torch import draw

    numbers = np.random.default_rng(SEED)
    logits = (numbers.standard_normal((2000, classes)) * 4).astype(np.float32)
    logits[::7] = np.round(logits[::7])  # many ties
    top_k = numbers.integers(1, classes + 1, 2000)
    uniform = numbers.random(2000, dtype=np.float32)
    uniform[:5] = 0
    uniform[5:10] = np.nextafter(np.float32(1), np.float32(0))
    ones, zeros = np.ones(2000, np.float32), np.zeros(2000, np.float32)
    expected = categorical.draw(logits, categorical.Choices(ones, zeros, top_k, uniform))
    rank = torch.from_numpy(classes - top_k)
    drawn = draw(torch.from_numpy(logits), rank, torch.from_numpy(uniform)).numpy()
    assert np.count_nonzero(drawn != expected) <= ROUNDED_AWAY
    assert len(np.unique(drawn)) > 1


def test_the_inverse_of_the_sums_is_exact() -> None:
    import torch

    from approx_build.engines.autoregressive.categorical_torch import invert

    numbers = np.random.default_rng(SEED)
    weights = numbers.random((3000, 250), dtype=np.float32) ** 8
    weights[numbers.random(weights.shape) < 0.7] = 0
    weights[:, 7] += np.float32(1e-9)
    uniform = numbers.random(3000, dtype=np.float32)
    uniform[::100] = np.nextafter(np.float32(1), np.float32(0))
    weights[:4], uniform[:4] = 1, (0.0, 0.25, 0.5, 0.75)  # points that are sums exactly
    drawn = invert(torch.from_numpy(weights), torch.from_numpy(uniform)).numpy()
    np.testing.assert_array_equal(drawn, categorical.invert(weights, uniform))


def test_a_row_that_is_not_finite_gives_a_class_that_exists() -> None:
    import torch

    from approx_build.engines.autoregressive.categorical_torch import draw

    logits = torch.zeros(3, 250)
    logits[0, 3], logits[1, 249], logits[2] = float("nan"), float("inf"), float("-inf")
    drawn = draw(logits, torch.zeros(3, dtype=torch.long), torch.full((3,), 0.999))
    assert 0 <= int(drawn.min()) <= int(drawn.max()) < 250
