from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from approx_build.engines.diffusion.level import Level
from approx_build.errors import ModelError
from approx_build.families.base import Moment
from approx_build.families.dance_diffusion.network import (
    DanceDiffusionNetwork,
    doubled,
    halved,
    velocity_on,
)
from approx_build.families.dance_diffusion.parameters import Objective
from approx_build.families.dance_diffusion.state_dict import state_of_weights
from approx_build.numerics.stream import Stream
from tests.engines.diffusion.networks import noise
from tests.families.dance_diffusion.networks import (
    HEADS,
    TINY,
    in_diffusers,
    in_stable_audio,
    in_torch,
    some_weights,
)

TOLERANCE = 2e-5
SOUND = noise(1, 64, name="sound") * np.float32(0.3)
SHALLOW = TINY.model_copy(update={"depth": 2, "attention_levels": 1})
RNG = Stream.named("window")
MOMENT = Moment(5)


def predicted(network: DanceDiffusionNetwork, x: np.ndarray, times: list[float]) -> np.ndarray:
    weights = in_torch(some_weights(network.params))
    return network.velocity(weights, torch.from_numpy(x), torch.tensor(times)).numpy()


def test_outputs_equal_those_of_stable_audio_tools() -> None:
    x, times = noise(3, 2, 48), [0.05, 0.5, 1.0]
    theirs = in_stable_audio(HEADS)
    theirs.load_state_dict(in_torch(state_of_weights(HEADS, some_weights(HEADS))))
    with torch.no_grad():
        expected = theirs(torch.from_numpy(x), torch.tensor(times)).numpy()
    found = predicted(DanceDiffusionNetwork(HEADS), x, times)
    np.testing.assert_allclose(found, expected, atol=TOLERANCE)


def test_outputs_equal_those_of_diffusers() -> None:
    network = HEADS.model_copy(update={"level_channels": (32, 96, 96, 96), "attention_levels": 2})
    x, times = noise(3, 2, 48), [0.05, 0.5, 1.0]
    theirs = in_diffusers(network, some_weights(network))
    with torch.no_grad():
        expected = theirs(torch.from_numpy(x), torch.tensor(times), return_dict=False)[0].numpy()
    found = predicted(DanceDiffusionNetwork(network), x, times)
    np.testing.assert_allclose(found, expected, atol=TOLERANCE)


def test_narrow_networks_have_one_head() -> None:
    assert predicted(DanceDiffusionNetwork(TINY), noise(1, 1, 64), [0.5]).shape == (1, 1, 64)


def test_resampling_is_a_full_map_with_zeros_off_its_diagonal() -> None:
    x = torch.from_numpy(noise(2, 3, 12))
    taps = torch.tensor([-0.01171875, -0.03515625, 0.11328125, 0.43359375])
    kernel = torch.cat((taps, taps.flip(0)))
    full = torch.zeros(3, 3, 8)
    full[range(3), range(3)] = kernel
    expected = F.conv1d(F.pad(x, (3, 3), "reflect"), full, stride=2)
    torch.testing.assert_close(halved(x), expected)
    expected = F.conv_transpose1d(F.pad(x, (2, 2), "reflect"), 2 * full, stride=2, padding=7)
    torch.testing.assert_close(doubled(x), expected)
    assert halved(torch.ones(1, 1, 12)).allclose(torch.ones(1, 1, 6))
    assert doubled(torch.ones(1, 1, 6)).allclose(torch.ones(1, 1, 12))


def test_an_example_is_noisy_sound_with_its_time_and_v() -> None:
    example = DanceDiffusionNetwork(TINY).example(SOUND, RNG, MOMENT)
    assert {name: array.shape for name, array in example.items()} == {
        "noised": (1, 64),
        "target": (1, 64),
        "time": (),
    }
    assert {array.dtype for array in example.values()} == {np.dtype(np.float32)}
    level = Level.at_time(float(example["time"]))
    heard = level.alpha * example["noised"] - level.sigma * example["target"]
    np.testing.assert_allclose(heard, SOUND, atol=1e-6)


@pytest.mark.parametrize(
    ("shape", "told"),
    [((1, 60), "window: 60 samples; must be a multiple of 8"), ((2, 64), "sound: 2 channels")],
)
def test_sound_that_does_not_fit_is_refused(shape: tuple[int, int], told: str) -> None:
    with pytest.raises(ModelError, match=told):
        DanceDiffusionNetwork(TINY).example(noise(*shape), RNG, MOMENT)


def test_an_example_depends_on_its_stream_and_moment_alone() -> None:
    network = DanceDiffusionNetwork(TINY)
    first, again = (network.example(SOUND, RNG, MOMENT) for _ in range(2))
    for name in first:
        np.testing.assert_array_equal(first[name], again[name])
    other = network.example(SOUND, Stream.named("other"), MOMENT)
    assert other["time"] == first["time"]
    assert not np.array_equal(other["noised"], first["noised"])


def test_times_are_spread_over_the_windows_that_follow_each_other() -> None:
    linear = DanceDiffusionNetwork(TINY, Objective(levels="linear"))
    times = [float(linear.example(SOUND, RNG, Moment(n))["time"]) for n in range(32, 64)]
    assert sorted(int(time * 32) for time in times) == list(range(32))
    crash = DanceDiffusionNetwork(TINY)
    found = [float(crash.example(SOUND, RNG, Moment(n))["time"]) for n in range(32, 64)]
    assert np.mean(np.array(found) < 0.1) > np.mean(np.array(times) < 0.1)


def test_uniform_times_are_the_window_s_own() -> None:
    network = DanceDiffusionNetwork(TINY, Objective(times="uniform", levels="linear"))
    times = {float(network.example(SOUND, RNG, Moment(n))["time"]) for n in range(5)}
    assert len(times) == 1
    assert float(network.clean(SOUND, RNG)["time"]) in times


def batch(count: int = 2) -> dict[str, torch.Tensor]:
    network = DanceDiffusionNetwork(TINY)
    examples = [network.example(SOUND, RNG.child(n), Moment(n)) for n in range(count)]
    return {name: torch.from_numpy(np.stack([e[name] for e in examples])) for name in examples[0]}


def test_the_loss_of_a_network_with_zero_output_is_the_power_of_v() -> None:
    weights = {name: torch.zeros(shape) for name, shape in TINY.tensor_shapes().items()}
    loss = DanceDiffusionNetwork(TINY).loss(weights, batch())
    assert float(loss) == pytest.approx(float((batch()["target"] ** 2).mean()))


def test_every_weight_affects_the_output() -> None:
    weights = {n: t.requires_grad_() for n, t in in_torch(some_weights(TINY)).items()}
    DanceDiffusionNetwork(TINY).loss(weights, batch()).backward()
    unheard = [n for n, t in weights.items() if t.grad is None or not t.grad.abs().max() > 0]
    assert not unheard


def test_the_loss_falls() -> None:
    network = DanceDiffusionNetwork(SHALLOW)
    weights = {
        name: torch.from_numpy(array).requires_grad_()
        for name, array in network.initial(Stream.named("first")).items()
    }
    optimizer = torch.optim.Adam(weights.values(), lr=1e-2)
    windows, losses = batch(), []
    for _ in range(15):
        loss = network.loss(weights, windows)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.7 * losses[0]


def test_half_precision_serves_too() -> None:
    weights = in_torch(some_weights(TINY))
    network = DanceDiffusionNetwork(TINY)
    plain = float(network.loss(weights, batch()))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = network.loss(weights, batch())
    assert loss.dtype == torch.float32
    assert float(loss) == pytest.approx(plain, rel=0.05)


def test_first_weights_are_torch_s_own_and_halved() -> None:
    arrays = DanceDiffusionNetwork(HEADS).initial(Stream.named("first"))
    assert {name: array.shape for name, array in arrays.items()} == HEADS.tensor_shapes()
    assert {array.dtype for array in arrays.values()} == {np.dtype(np.float32)}
    theirs = in_stable_audio(HEADS).state_dict()
    for name, array in arrays.items():
        expected = theirs[name].numpy()
        if name != "timestep_embed.weight" and array.size > 1000:
            assert np.abs(array).max() == pytest.approx(np.abs(expected).max(), rel=0.02), name
            assert array.std() == pytest.approx(expected.std(), rel=0.05), name
    assert np.unique(arrays["net.0.main.1.weight"]) == 0.5
    assert not arrays["net.0.main.1.bias"].any()
    assert np.abs(arrays["net.1.main.0.bias"]).max() <= 0.5 / (5 * 32) ** 0.5


def test_matrices_name_stacks_of_the_declared_sizes() -> None:
    shapes = HEADS.tensor_shapes()
    matrices = DanceDiffusionNetwork(HEADS).matrices()
    assert "net.0.main.0.weight" not in matrices
    assert matrices["net.3.main.2.qkv_proj.weight"] == (3, 64, 64, 1.0)
    for name, (count, rows, columns, _) in matrices.items():
        assert np.prod(shapes[name]) == count * rows * columns


def test_longer_windows_take_more_memory() -> None:
    assert 0 < 2 * TINY.activation_bytes(64) <= TINY.activation_bytes(128)


def test_arrays_in_and_arrays_out() -> None:
    x = noise(2, 1, 64)
    found = velocity_on(TINY, some_weights(TINY), "cpu")(x, 0.4)
    assert found.dtype == np.float32
    np.testing.assert_allclose(
        found, predicted(DanceDiffusionNetwork(TINY), x, [0.4, 0.4]), atol=1e-6
    )
