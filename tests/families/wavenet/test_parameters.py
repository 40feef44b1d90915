from __future__ import annotations

import pytest
from pydantic import ValidationError

from approx_build.engines.autoregressive.compiled import LOCK_STEP
from approx_build.families.codes import Sampling
from approx_build.families.wavenet import WaveNet

TALK = tuple(2**power for power in range(10)) * 8


def test_the_published_default_has_the_published_size() -> None:
    assert WaveNet().parameter_count == 1_515_968
    assert WaveNet().receptive_field == 5117


def test_the_talk_s_network_is_accepted() -> None:
    network = WaveNet(dilations=TALK, skip_channels=1024)
    assert network.receptive_field == 8 * 1023 + 2
    assert network.tensor_shapes()["layers.skip.weight"] == (80, 32, 1024)


def test_wide_filters_and_scalar_input_change_the_field_and_the_first_convolution() -> None:
    wide = WaveNet(filter_width=3, dilations=(1, 2, 4))
    assert wide.receptive_field == 2 * 7 + 3
    assert wide.tensor_shapes()["causal.weight"] == (3, 256, 32)
    scalar = WaveNet(scalar_input=True, initial_filter_width=20, dilations=(1, 2, 4))
    assert scalar.receptive_field == 7 + 20
    assert scalar.tensor_shapes()["causal.weight"] == (20, 1, 32)


def test_without_biases_there_are_no_bias_tensors() -> None:
    names = WaveNet(use_biases=False).tensor_shapes()
    assert len(names) == 7
    assert not [name for name in names if name.endswith("bias")]


def test_biases_have_the_shapes_that_are_documented() -> None:
    shapes = WaveNet(dilations=(1, 2), residual_channels=3, dilation_channels=5).tensor_shapes()
    assert "causal.bias" not in shapes
    assert shapes["layers.filter.bias"] == shapes["layers.gate.bias"] == (2, 5)
    assert shapes["layers.dense.bias"] == (2, 3)
    assert shapes["layers.skip.bias"] == (2, 512)
    assert shapes["post1.bias"] == (512,)
    assert shapes["post2.bias"] == (256,)


@pytest.mark.parametrize(
    "wrong",
    [
        {"filter_width": 1},
        {"dilations": ()},
        {"dilations": (1, 0)},
        {"residual_channels": 0},
        {"quantization_channels": 257},
        {"sample_rate": 0},
        {"gates": 3},
    ],
)
def test_impossible_parameters_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        WaveNet(**wrong)  # type: ignore[arg-type]


def test_a_tap_farther_back_than_any_memory_holds_is_refused() -> None:
    with pytest.raises(ValidationError, match="dilations: a tap reaches 17825792 samples back"):
        WaveNet(dilations=(1, 1 << 20), filter_width=18)


def test_sampling_has_bounds() -> None:
    assert Sampling() == Sampling(temperature=1.0, top_k=None, towards_silence=0.0)
    for wrong in ({"temperature": -1}, {"top_k": 0}, {"towards_silence": -1}, {"heat": 1}):
        with pytest.raises(ValidationError):
            Sampling(**wrong)  # type: ignore[arg-type]


def test_as_many_clips_are_drawn_together_as_the_kernel_takes_in_lock_step() -> None:
    assert WaveNet.lock_step == LOCK_STEP
