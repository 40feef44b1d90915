"""The torch network equals the reference, and its loss has the values of closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from approx_build.families.ddsp.controls import frames_of, positive
from approx_build.families.ddsp.decoder import Decoder
from approx_build.families.ddsp.network import DDSPNetwork
from approx_build.families.ddsp.parameters import DDSPParameters, Objective
from approx_build.families.ddsp.synthesis import Performance, frames_needed
from approx_build.kernels.compiled import Kernel
from approx_build.numerics.stream import Stream

SMALL = {
    "sample_rate": 8000,
    "frame_rate": 125,
    "harmonics": 12,
    "noise_bands": 17,
    "hidden_channels": 24,
    "stack_layers": 2,
    "recurrent_channels": 20,
    "reverb_taps": 300,
}
FORMS = {
    "solo": {},
    "ae": {"form": "ae", "timbre_channels": 5},
    "no stacks": {"stack_layers": 0},
    "controls beside": {"rejoin": "controls", "share_stacks": True, "reverb_taps": 0},
}
WINDOW = 64 * 60


def network(name: str = "solo") -> DDSPParameters:
    return DDSPParameters.model_validate({**SMALL, **FORMS[name]})


def weights_of(net: DDSPParameters) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    first = DDSPNetwork(net).initial(Stream.named("weights"))
    return {
        name: array + 0.1 * rng.standard_normal(array.shape).astype(np.float32) * (array.ndim == 2)
        for name, array in first.items()
    }


def window(hz: float = 300.0) -> np.ndarray:
    times = np.arange(WINDOW) / SMALL["sample_rate"]
    wave = sum(np.sin(2 * np.pi * k * hz * times) / k for k in range(1, 6))
    return (0.2 * wave * (0.3 + times)).astype(np.float32)[None]


def batch(net: DDSPParameters, sound: np.ndarray) -> dict[str, torch.Tensor]:
    example = DDSPNetwork(net).clean(sound, Stream.named("example"))
    return {name: torch.from_numpy(np.asarray(array))[None] for name, array in example.items()}


@pytest.mark.parametrize("name", list(FORMS))
def test_controls_are_those_of_the_reference(name: str) -> None:
    net, sound = network(name), window()
    weights, example = weights_of(net), batch(net, sound)
    tensors = {key: torch.from_numpy(array) for key, array in weights.items()}
    said = DDSPNetwork(net).controls(tensors, example)[0].numpy()
    decoder = Decoder(net, weights, Kernel.REFERENCE)
    inputs = {key: example[key][0].numpy() for key in ("pitch", "loudness")}
    if net.form == "ae":
        inputs["timbre"] = decoder.timbre(sound[0], len(inputs["pitch"]))
    ours, _ = decoder.controls(inputs, decoder.start())
    assert np.abs(ours - said).max() < 2e-5 * max(1.0, np.abs(said).max())


@pytest.mark.parametrize("name", ["solo", "controls beside"])
def test_the_sound_is_that_of_the_reference(name: str) -> None:
    """But for the last frames, which takes know the future of."""
    net = network(name)
    weights, example = weights_of(net), batch(net, window())
    tensors = {key: torch.from_numpy(array) for key, array in weights.items()}
    with torch.no_grad():
        expected = DDSPNetwork(net).sound(tensors, example)[0].numpy()
    frames = frames_needed(net, WINDOW)
    held = np.minimum(np.arange(frames), WINDOW // net.hop)
    inputs = {key: example[key][0].numpy()[held] for key in ("pitch", "loudness")}
    hz = example["hz"][0].numpy().astype(np.float64)[held]
    impulse = weights.get("reverb.impulse")
    decoder = Decoder(net, weights, Kernel.REFERENCE)
    # The noise of a take has 24 bits; that of an example is made of the same words.
    example_noise = Stream.named("example").child("noise")
    performance = Performance(decoder, hz, inputs, example_noise, impulse)
    found = performance.block()[:WINDOW]
    count = min(len(found), WINDOW - 2 * net.hop)
    assert np.abs(expected).max() > 0.01
    assert np.abs(found - np.clip(expected, -1, 1))[:count].max() < 2e-4


def test_controls_become_amplitudes_that_share_out_one() -> None:
    net = network()
    said = np.random.default_rng(0).standard_normal((4, net.controls)).astype(np.float32)
    hz = np.array([100.0, 1000.0, 3000.0, 4100.0])
    frames = frames_of(net, said, hz)
    totals = frames.amplitudes.sum(axis=1)
    np.testing.assert_allclose(totals[:3], positive(said[:3, 0].astype(np.float64)), rtol=1e-5)
    assert (frames.amplitudes[1] > 0).sum() == 3, "4 000 Hz is half the rate"
    assert not frames.amplitudes[3].any()


def test_outputs_become_positive_by_the_published_function() -> None:
    x = np.array([-200.0, -3.0, 0.0, 2.0])
    assert abs(positive(np.zeros(1))[0] - (2 * 0.5 ** math.log(10) + 1e-7)) < 1e-12
    expected = 2 * (1 / (1 + np.exp(-x))) ** math.log(10) + 1e-7
    np.testing.assert_allclose(positive(x), expected, rtol=1e-9)


def test_the_loss_of_a_sound_and_itself_is_0_and_of_twice_it_as_computed() -> None:
    net = DDSPNetwork(DDSPParameters(), Objective())
    assert net.sizes() == [2048, 1024, 512, 256, 128, 64]
    rng = np.random.default_rng(1)
    sound = torch.from_numpy(rng.uniform(-0.5, 0.5, (1, 16_384)).astype(np.float32))
    assert float(net.difference(sound, sound)) == 0
    only_logs = DDSPNetwork(DDSPParameters(), Objective())
    doubled = float(only_logs.difference(2 * sound, sound))
    linear = float(
        DDSPNetwork(DDSPParameters(), Objective(log_weight=0)).difference(2 * sound, sound)
    )
    assert abs(doubled - linear - 6 * math.log(2)) < 1e-3


def test_spectra_follow_the_rate() -> None:
    for rate, largest in ((8000, 1024), (32_000, 4096), (48_000, 8192)):
        net = DDSPParameters(sample_rate=rate, frame_rate=100)
        assert DDSPNetwork(net).sizes()[0] == largest


def test_windows_with_little_pitch_count_less() -> None:
    net = network()
    noise = np.random.default_rng(2).uniform(-0.3, 0.3, (1, WINDOW)).astype(np.float32)
    assert float(batch(net, noise)["weight"]) == pytest.approx(0.1)
    assert float(batch(net, window())["weight"]) == 1


def test_noise_is_another_one_for_each_example_and_its_variance_a_third() -> None:
    net = DDSPNetwork(network())
    one, other = (net.clean(window(), Stream.named(name))["noise"] for name in "ab")
    assert (one != other).all()
    assert abs(one.var() - 1 / 3) < 0.02


def test_gradients_reach_every_tensor() -> None:
    for name in FORMS:
        net = network(name)
        tensors = {
            key: torch.from_numpy(array).requires_grad_() for key, array in weights_of(net).items()
        }
        DDSPNetwork(net).loss(tensors, batch(net, window())).backward()
        for key, tensor in tensors.items():
            assert tensor.grad is not None, key
            assert torch.isfinite(tensor.grad).all(), key
            assert tensor.grad.abs().max() > 0, key


def test_silence_has_a_finite_loss_and_gradient() -> None:
    net = network()
    tensors = {
        key: torch.from_numpy(array).requires_grad_() for key, array in weights_of(net).items()
    }
    loss = DDSPNetwork(net).loss(tensors, batch(net, np.zeros((1, WINDOW), np.float32)))
    loss.backward()
    assert torch.isfinite(loss)
    assert all(torch.isfinite(tensor.grad).all() for tensor in tensors.values())


def test_first_maps_of_states_are_orthogonal() -> None:
    first = DDSPNetwork(network()).initial(Stream.named("x"))["recurrent.state.weight"]
    for part in np.split(first, 3, axis=1):
        np.testing.assert_allclose(part.T @ part, np.eye(20), atol=1e-5)
