from __future__ import annotations

import numpy as np
import pytest

from approx_build.errors import ModelError
from approx_build.families.base import Arrays
from approx_build.families.dance_diffusion import DanceDiffusion
from approx_build.families.dance_diffusion.state_dict import (
    PREFIXES,
    state_of_weights,
    weights_of_state,
)
from tests.families.dance_diffusion.networks import (
    HEADS,
    TINY,
    in_stable_audio,
    in_torch,
    some_weights,
)

WEIGHTS = some_weights(TINY)


def same(first: Arrays, second: Arrays) -> bool:
    return first.keys() == second.keys() and all(
        np.array_equal(first[name], second[name]) for name in first
    )


def test_stable_audio_tools_loads_our_weights_strictly_and_gives_them_back() -> None:
    weights = some_weights(HEADS)
    theirs = in_stable_audio(HEADS)
    theirs.load_state_dict(in_torch(state_of_weights(HEADS, weights)), strict=True)
    state = {name: tensor.numpy() for name, tensor in theirs.state_dict().items()}
    assert same(weights_of_state(HEADS, state), weights)


def test_its_state_has_our_names_and_shapes_and_no_others() -> None:
    theirs = in_stable_audio(HEADS).state_dict()
    ours = state_of_weights(HEADS, some_weights(HEADS))
    assert {n: tuple(t.shape) for n, t in theirs.items()} == {n: a.shape for n, a in ours.items()}


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_word_before_the_names_is_known(prefix: str) -> None:
    state = {prefix + name: array for name, array in state_of_weights(TINY, WEIGHTS).items()}
    state |= {"optimizer.step": np.zeros(1, np.float32)} if prefix else {}
    assert same(weights_of_state(TINY, state), WEIGHTS)


def test_averaged_weights_are_taken_before_the_last() -> None:
    state = {f"diffusion.{name}": 0 * array for name, array in WEIGHTS.items()}
    state |= {f"diffusion_ema.{name}": array for name, array in WEIGHTS.items()}
    assert same(weights_of_state(TINY, state), WEIGHTS)


def test_half_precision_is_widened() -> None:
    halves = {name: array.astype(np.float16) for name, array in WEIGHTS.items()}
    found = weights_of_state(TINY, halves)
    assert {array.dtype for array in found.values()} == {np.dtype(np.float32)}


def test_the_state_of_another_shape_is_refused() -> None:
    wider = TINY.model_copy(update={"level_channels": (4, 6, 8, 16)})
    with pytest.raises(ModelError, match=r"is \[16, 8, 5\], not \[8, 8, 5\].*; and \d+ more"):
        weights_of_state(TINY, some_weights(wider))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"post1.weight": np.zeros((2, 2))}, "post1.weight is unknown"),
        ({"net.3.main.0.kernel": np.ones(8)}, "net.3.main.0.kernel is not the cubic kernel"),
        ({"net.6.main.3.bias": np.full(1, np.nan)}, "holds numbers that are not finite"),
    ],
)
def test_what_does_not_belong_is_named(change: dict[str, np.ndarray], told: str) -> None:
    with pytest.raises(ModelError, match=told):
        weights_of_state(TINY, {**state_of_weights(TINY, WEIGHTS), **change})


def test_the_checkpoint_of_another_family_is_refused() -> None:
    wavenet = {"causal.weight": np.zeros((2, 256, 32), np.float32)}
    with pytest.raises(
        ModelError, match=r"causal\.weight is unknown; timestep_embed\.weight is mi"
    ):
        weights_of_state(DanceDiffusion(), wavenet)
