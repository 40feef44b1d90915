"""The torch code of a SpecGAN: losses, examples, what each player moves, moments, and measures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from approx_build.families.base import Moment
from approx_build.families.players import Turn
from approx_build.families.specgan.parameters import Objective
from approx_build.numerics.stream import Stream
from tests.families.specgan.networks import SIZES, network

torch = pytest.importorskip("torch")

from approx_build.families.specgan.network import SpecGANNetwork  # noqa: E402

CRITIC, GENERATOR = Turn("critic", "training"), Turn("generator", "training")
RNG = Stream.named("network")


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """As a training has it: on a busy machine torch's own threads wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def started(name: str = "square", **objective: Any) -> tuple[SpecGANNetwork, dict[str, Any]]:
    """A network and its weights, whose moments are those of the sounds below."""
    net = SpecGANNetwork(network(name), Objective.model_validate(objective))
    weights = net.initial(RNG) | net.measured({}, list(sounds(net, 4)))
    return net, {each: torch.from_numpy(w).requires_grad_() for each, w in weights.items()}


def sounds(net: SpecGANNetwork, count: int) -> np.ndarray:
    numbers = np.random.default_rng(0)
    return (numbers.standard_normal((count, 1, net.params.length)) / 10).astype(np.float32)


def batch(net: SpecGANNetwork, turn: Turn, count: int = 3) -> dict[str, Any]:
    found = [
        net.example(sound, RNG.child(n), Moment(n, turn=turn))
        for n, sound in enumerate(sounds(net, count))
    ]
    return {key: torch.from_numpy(np.stack([one[key] for one in found])) for key in found[0]}


@pytest.mark.parametrize("name", SIZES)
def test_the_critic_is_the_mirror_of_the_generator(name: str) -> None:
    net, weights = started(name)
    made = net.generated(weights, torch.zeros(2, net.params.latent))
    assert made.shape == (2, 1, net.params.frames, net.params.bins)
    assert net.judged(weights, made).shape == (2,)


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


def test_nothing_random_is_left_in_a_loss() -> None:
    net, weights = started()
    for turn in (CRITIC, GENERATOR):
        example = batch(net, turn)
        first, second = (net.losses(weights, example, turn) for _ in range(2))
        assert all(bool(value == second[name]) for name, value in first.items())
    assert "levels" not in batch(net, GENERATOR, 1)


def linear(net: SpecGANNetwork, weights: dict[str, Any]) -> None:
    """Make the critic linear for spectrograms above 0: nothing in it becomes negative."""
    with torch.no_grad():
        for name in weights:
            if name.startswith("critic.down") and name.endswith(".weight"):
                weights[name].abs_()
        weights["moments.mean"].fill_(-100)


def test_losses_of_a_linear_critic_have_their_closed_forms() -> None:
    """D(x) = ⟨w, x⟩: the penalty is (‖w‖ - 1)² everywhere, the distance that of the means."""
    net, weights = started(penalty=3)
    linear(net, weights)
    example = batch(net, CRITIC)
    whole = net.normalised(weights, example["levels"])
    found = net.losses(weights, {**example, "place": torch.zeros(3)}, CRITIC)
    given = whole.detach().requires_grad_()
    judged = net.judged(weights, given)
    [slope] = torch.autograd.grad(judged.sum(), given)
    torch.testing.assert_close(slope[0], slope[1])
    expected = 3 * (slope[0].norm() - 1) ** 2
    assert float(found["penalty"].detach()) == pytest.approx(float(expected), rel=1e-5)
    torch.testing.assert_close((slope * given).flatten(1).sum(1), judged, rtol=1e-4, atol=1e-5)
    made = net.judged(weights, net.generated(weights, example["z"]))
    distance = float((made.mean() - judged.mean()).detach())
    assert float(found["distance"].detach()) == pytest.approx(distance, rel=1e-4, abs=1e-6)


def test_the_score_of_the_generator_is_less_what_the_critic_says() -> None:
    net, weights = started()
    example = batch(net, GENERATOR)
    found = net.losses(weights, example, GENERATOR)
    judged = net.judged(weights, net.generated(weights, example["z"]))
    assert float(found["score"].detach()) == pytest.approx(-float(judged.mean().detach()))


def test_no_loss_moves_the_moments_and_each_player_s_loss_moves_its_tensors() -> None:
    net, weights = started()
    for turn in (CRITIC, GENERATOR):
        own = {name: w for name, w in weights.items() if name.startswith(f"{turn.player}.")}
        fixed = {name: w if name in own else w.detach() for name, w in weights.items()}
        total = sum(net.losses(fixed, batch(net, turn), turn).values())
        gradients = torch.autograd.grad(total, list(own.values()), allow_unused=True)
        # A constant that is added to what the critic says changes no difference.
        unused = {name for name, one in zip(own, gradients, strict=True) if one is None}
        assert unused <= {"critic.dense.bias"}
        assert all(bool(one.isfinite().all()) for one in gradients if one is not None)


def test_moments_are_those_of_the_levels_of_all_windows() -> None:
    net, _ = started()
    given = sounds(net, 4)
    levels = np.concatenate([net.frames.levels(one[0]) for one in given])
    found = net.measured({}, list(given))
    np.testing.assert_allclose(found["moments.mean"], levels.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(found["moments.deviation"], levels.std(axis=0), rtol=1e-4)


def test_levels_beyond_three_deviations_are_clipped() -> None:
    net, weights = started()
    mean, deviation = weights["moments.mean"], weights["moments.deviation"]
    given = torch.stack([mean + deviation * by for by in (-4.0, -1.5, 0.0, 3.0, 5.0)])
    found = net.normalised(weights, given[None])[0, 0, :, 0].tolist()
    assert found == pytest.approx([-1, -0.5, 0, 1, 1], abs=1e-5)


def test_takes_are_as_varied_as_their_generator() -> None:
    net, weights = started()
    clean = [net.clean(sound, RNG.child(number)) for number, sound in enumerate(sounds(net, 4))]
    example = {key: torch.from_numpy(np.stack([one[key] for one in clean])) for key in clean[0]}
    assert example["z"].shape == (4, 4, net.params.latent)
    with torch.no_grad():
        own = net.measures(weights, example)["variety"]
        weights["generator.dense.weight"].zero_()
        alike = net.measures(weights, example)["variety"]
    assert alike < 0.01 < own
    assert net.measures(weights, {k: v[:1] for k, v in example.items()}) == {}


def test_the_held_out_loss_is_0_for_a_generator_of_the_only_sound() -> None:
    """All windows have the levels of the mean, which is what a generator of zeros makes."""
    net, weights = started()
    with torch.no_grad():
        for name in weights:
            if name.startswith("generator."):
                weights[name].zero_()
    one = net.clean(sounds(net, 1)[0], RNG)
    example = {key: torch.from_numpy(value[None]) for key, value in one.items()}
    far = float(net.loss(weights, example).detach())
    example["levels"] = weights["moments.mean"].expand(1, net.params.frames, -1)
    assert float(net.loss(weights, example).detach()) == pytest.approx(0, abs=1e-6)
    assert far > 0


def test_weights_begin_as_glorot_and_bengio_have_them() -> None:
    net = SpecGANNetwork(network())
    for name, weight in net.initial(RNG).items():
        if name == "moments.deviation":
            assert (weight == 1).all()
        elif name.endswith(".bias") or name == "moments.mean":
            assert not weight.any()
        else:
            taps = int(np.prod(weight.shape[2:]))
            expected = (2 / (taps * (weight.shape[0] + weight.shape[1]))) ** 0.5
            assert weight.std() == pytest.approx(expected, rel=0.15), name
