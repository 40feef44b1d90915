"""The published counts of parameters, and what parameters refuse."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from approx_build.families.ddsp.parameters import DDSPParameters
from approx_build.families.ddsp.presets import PRESETS
from approx_build.families.ddsp.sampling import Sampling
from approx_build.families.parameters import numbers_in


def network(name: str = "solo", **changes: object) -> DDSPParameters:
    return DDSPParameters.model_validate({**PRESETS[name], **changes})


def counted(net: DDSPParameters, *prefixes: str) -> int:
    return numbers_in({n: s for n, s in net.tensor_shapes().items() if n.startswith(prefixes)})


def test_the_solo_instrument_has_the_published_counts_part_by_part() -> None:
    solo = network()
    assert counted(solo, "pitch.", "loudness.") == 1_058_816
    assert counted(solo, "recurrent.") == 2_362_368
    assert counted(solo, "output.") == 1_315_328
    assert counted(solo, "controls.") == 64_638
    assert solo.parameter_count == 4_849_150


def test_the_autoencoder_has_a_decoder_and_an_encoder_of_the_published_counts() -> None:
    ae = network("ae", reverb_taps=0)
    assert counted(ae, "encoder.") == 843_852
    assert ae.parameter_count == 7_251_186


def test_smaller_forms_have_the_published_counts() -> None:
    assert network("tiny").parameter_count == 232_314 + 48_000
    assert network("vst", reverb_taps=0).parameter_count == 1_873_278


def test_ddsp_pytorch_has_two_counts_one_as_meant_and_one_as_written() -> None:
    """Its reverberation has two numbers more than an impulse: decay and strength."""
    assert network("pytorch").parameter_count + 2 == 4_314_408
    assert network("pytorch", share_stacks=True).parameter_count + 2 == 3_785_000


def test_the_setting_for_two_cores_has_its_count() -> None:
    small = {"hidden_channels": 64, "stack_layers": 2, "recurrent_channels": 64}
    net = network(
        sample_rate=11_025, frame_rate=105, harmonics=40, noise_bands=33, reverb_taps=0, **small
    )
    assert net.parameter_count == 67_914
    assert net.hop == 105


@pytest.mark.parametrize(("rate", "frames", "nearest"), [(16_000, 240, 250), (44_100, 250, 252)])
def test_frames_that_do_not_divide_the_rate_are_refused_with_the_nearest(
    rate: int, frames: int, nearest: int
) -> None:
    with pytest.raises(ValidationError, match=f"do not fit {rate} Hz; the nearest.* is {nearest}"):
        network(sample_rate=rate, frame_rate=frames)
    network(sample_rate=rate, frame_rate=nearest)


def test_windows_that_are_no_whole_frames_are_refused_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="frames of 64, at least 4; the nearest window is 8000"):
        network().check_training_window(8001)
    with pytest.raises(ValueError, match="the nearest window is 256"):
        network().check_training_window(64)
    network().check_training_window(64_000)


def test_pitches_must_span_an_octave_below_half_the_rate() -> None:
    with pytest.raises(ValidationError, match="highest_hz: 90; must be from 110"):
        network(highest_hz=90)
    with pytest.raises(ValidationError, match="to 2000"):
        network(sample_rate=4000, highest_hz=2500)


def test_breakpoints_must_follow_each_other() -> None:
    with pytest.raises(ValidationError, match=r"pitch_hz: breakpoints must follow each other \(1 "):
        Sampling.model_validate({"pitch_hz": [[1, 440], [1, 220]]})
    with pytest.raises(ValidationError, match="at least 1 item"):
        Sampling.model_validate({"loudness_db": []})
    with pytest.raises(ValidationError):
        Sampling.model_validate({"pitch_hz": float("nan")})
