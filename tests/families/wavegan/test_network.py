"""The torch code of a WaveGAN: losses, examples, what each player moves, and its measures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from approx_build.families.base import Moment
from approx_build.families.players import Turn
from approx_build.families.wavegan.parameters import Objective
from approx_build.numerics.stream import Stream
from tests.families.wavegan.networks import SIZES, network

torch = pytest.importorskip("torch")

from approx_build.families.wavegan.network import WaveGANNetwork  # noqa: E402

CRITIC, GENERATOR = Turn("critic", "training"), Turn("generator", "training")
RNG = Stream.named("network")


def started(name: str = "by four", **objective: Any) -> tuple[WaveGANNetwork, dict[str, Any]]:
    net = WaveGANNetwork(network(name), Objective.model_validate(objective))
    weights = net.initial(RNG)
    return net, {each: torch.from_numpy(w).requires_grad_() for each, w in weights.items()}


def batch(net: WaveGANNetwork, turn: Turn, count: int = 3) -> dict[str, Any]:
    numbers = np.random.default_rng(0)
    size = (count, net.params.channels, net.params.length)
    sounds = (numbers.standard_normal(size) / 10).astype(np.float32)
    found = [
        net.example(sound, RNG.child(n), Moment(n, turn=turn)) for n, sound in enumerate(sounds)
    ]
    return {key: torch.from_numpy(np.stack([one[key] for one in found])) for key in found[0]}


@pytest.mark.parametrize("name", SIZES)
def test_the_critic_mirrors_the_generator(name: str) -> None:
    net, weights = started(name)
    clips = net.generate(weights, torch.zeros(2, net.params.latent))
    assert clips.shape == (2, net.params.channels, net.params.length)
    assert net.critic_scores(weights, clips, torch.zeros(2, 9, dtype=torch.int64)).shape == (2,)


def test_the_loss_of_a_batch_is_the_mean_of_its_items() -> None:
    net, weights = started()
    for turn in (CRITIC, GENERATOR):
        example = batch(net, turn)
        together = net.losses(weights, example, turn)
        singles = [
            net.losses(weights, {k: v[n : n + 1] for k, v in example.items()}, turn)
            for n in range(3)
        ]
        for term, value in together.items():
            mean = sum(float(one[term].detach()) for one in singles) / 3
            assert float(value.detach()) == pytest.approx(mean, rel=1e-4, abs=1e-6), (turn, term)


def test_a_loss_draws_no_random_numbers() -> None:
    net, weights = started()
    for turn in (CRITIC, GENERATOR):
        example = batch(net, turn)
        first, second = (net.losses(weights, example, turn) for _ in range(2))
        assert {k: float(v) for k, v in first.items()} == {k: float(v) for k, v in second.items()}


def test_the_penalty_of_a_linear_critic_follows_from_its_weight() -> None:
    """With slopes of 1 the critic is linear: its gradient is that of any sound."""
    net, weights = started(phase_shuffle=0)
    with torch.no_grad():
        for name in weights:
            if name.startswith("critic.down") and name.endswith(".weight"):
                weights[name].abs_()  # what is positive stays so through leaky ReLUs
    example = batch(net, CRITIC)
    example["sound"] = example["sound"].abs()
    found = net.losses(weights, {**example, "place": torch.zeros(3)}, CRITIC)
    sounds = example["sound"].requires_grad_()
    [slope] = torch.autograd.grad(
        net.critic_scores(weights, sounds, example["shifts"][:, 2]).sum(), sounds
    )
    expected = 10 * torch.square(slope.flatten(1).norm(dim=1) - 1).mean()
    assert float(found["penalty"]) == pytest.approx(float(expected), rel=1e-5)
    torch.testing.assert_close(slope[0], slope[1])


def test_each_item_layer_and_input_of_the_critic_has_its_own_shift() -> None:
    net, _ = started()
    shifts = batch(net, CRITIC, 200)["shifts"]
    assert shifts.shape == (200, 3, len(net.params.strides))
    counts = np.bincount(shifts.numpy().ravel() + 2, minlength=5)
    assert counts.size == 5
    assert counts.min() > 0.8 * shifts.numel() / 5
    assert "sound" not in batch(net, GENERATOR, 1)


def test_variety_measures_the_spread_of_generated_clips() -> None:
    net, weights = started()
    clean = [
        net.clean(sound, RNG.child(number))
        for number, sound in enumerate(batch(net, CRITIC, 4)["sound"].numpy())
    ]
    example = {key: torch.from_numpy(np.stack([one[key] for one in clean])) for key in clean[0]}
    assert example["z"].shape == (4, 4, net.params.latent)
    with torch.no_grad():
        own = net.measures(weights, example)["variety"]
        weights["generator.dense.weight"].zero_()
        alike = net.measures(weights, example)["variety"]
    assert alike < 0.01 < own
    assert net.measures(weights, {k: v[:1] for k, v in example.items()}) == {}


def test_initial_weights_are_those_of_glorot_and_bengio() -> None:
    net = WaveGANNetwork(network())
    for name, weight in net.initial(RNG).items():
        if name.endswith(".bias"):
            assert not weight.any()
            continue
        taps = weight.shape[2] if weight.ndim == 3 else 1
        expected = (2 / (taps * (weight.shape[0] + weight.shape[1]))) ** 0.5
        assert weight.std() == pytest.approx(expected, rel=0.15), name
