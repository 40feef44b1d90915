"""What only SampleRNN's sampler promises, besides engines/autoregressive/test_sampler.py."""

from __future__ import annotations

import numpy as np

from approx_build.families.samplernn import SampleRNN
from approx_build.families.samplernn.draw import SAMPLER
from tests.families.samplernn.networks import PLAIN, random_weights

WEIGHTS = random_weights(PLAIN)


def changed_logits(weights: dict[str, np.ndarray], place: int, length: int) -> np.ndarray:
    """At which samples the logits depend on the code at `place`."""
    codes = np.full(length, 200, np.uint8)
    changed = codes.copy()
    changed[place] = 20
    a, b = SAMPLER.logits(weights, PLAIN, [codes, changed])
    return np.flatnonzero((a != b).any(axis=1))


def test_the_states_of_the_tiers_remember_codes_beyond_two_frames() -> None:
    assert changed_logits(WEIGHTS, 0, 31)[-1] == 30


def test_without_states_a_code_has_an_effect_for_two_frames() -> None:
    weights = dict(WEIGHTS)
    for tier in (0, 1):  # update and reset gates at 0: nothing of a state is kept or used
        bias = weights[f"tiers.{tier}.gru.0.input.bias"].copy()
        bias[: 2 * PLAIN.width] = -1000
        weights[f"tiers.{tier}.gru.0.input.bias"] = bias
    distances = {int(t) - place for place in range(12) for t in changed_logits(weights, place, 31)}
    assert distances <= set(range(1, PLAIN.receptive_field + 1))
    assert max(distances) == PLAIN.receptive_field


def test_gates_before_and_after_the_product_are_different_networks() -> None:
    before = SampleRNN(frame_sizes=(2, 6), width=24, embedding=8, reset="before")
    weights = {name: tensor for name, tensor in WEIGHTS.items() if name in before.tensor_shapes()}
    silent = {name: np.zeros_like(t) for name, t in WEIGHTS.items() if name not in weights}
    assert all(name.endswith("state.bias") for name in silent)
    codes = [np.arange(40, dtype=np.uint8) * 5]
    [of_after] = SAMPLER.logits(WEIGHTS | silent, PLAIN, codes)
    [of_before] = SAMPLER.logits(weights, before, codes)
    assert np.abs(of_after - of_before).max() > 0.01
