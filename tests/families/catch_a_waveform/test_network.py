"""The torch code of a pyramid: phases, examples, amplitudes, losses, and what is measured."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from approx_build.families.base import Moment
from approx_build.families.catch_a_waveform.objective import Objective
from approx_build.families.catch_a_waveform.pyramid import Pyramid
from approx_build.families.players import Turn
from approx_build.numerics.stream import Stream
from tests.families.catch_a_waveform.networks import loud, network

torch = pytest.importorskip("torch")

from approx_build.families.catch_a_waveform.network import CatchAWaveformNetwork  # noqa: E402

# One thread for such small networks: more of them only wait for each other.
torch.set_num_threads(1)
NET = network()
RNG = Stream.named("network")


def recording(hertz: float = 700, length: int = 1600) -> np.ndarray:
    return (np.sin(np.arange(length) * 2 * np.pi * hertz / NET.rate)[None] / 2).astype(np.float32)


def batch(made: CatchAWaveformNetwork, turn: Turn, count: int = 2) -> dict[str, Any]:
    found = [made.example(recording(), RNG.child(n), Moment(n, turn=turn)) for n in range(count)]
    return {key: torch.from_numpy(np.stack([one[key] for one in found])) for key in found[0]}


def weights_of(seed: int = 0) -> dict[str, Any]:
    return {name: torch.from_numpy(one) for name, one in loud(NET, seed).items()}


def test_each_scale_learns_in_its_own_phase_while_all_others_are_frozen() -> None:
    phases = NET.phases(Objective(), 301)
    assert [phase.name for phase in phases] == ["scale-1", "scale-2", "scale-3"]
    assert [phase.from_step for phase in phases] == [0, 100, 200]
    for scale, phase in enumerate(phases):
        moving = phase.moving([*NET.training_shapes()])
        learned = {name for name in moving if not name.startswith(("statistics.", "amplitudes"))}
        assert learned == {*NET.learned_shapes(scale), *NET.critic_shapes(scale)}


def test_scales_that_have_not_learnt_add_nothing() -> None:
    initial = CatchAWaveformNetwork(NET).initial(RNG)
    tensors = {name: initial[name] for name in NET.tensor_shapes()}
    pyramid, amplitudes = Pyramid(NET, tensors), tensors["amplitudes"]
    amplitudes[:] = 1
    one = pyramid.sound(200, Stream.named("take"))
    tensors["generator.2.tail.bias"] += 1
    np.testing.assert_array_equal(Pyramid(NET, tensors).sound(200, Stream.named("take")), one)
    assert one.any()


def test_first_weights_are_torch_s_own_and_weight_norm_changes_nothing_of_them() -> None:
    initial = CatchAWaveformNetwork(NET).initial(RNG)
    weight = initial["generator.1.body.1.weight"]
    assert np.abs(weight).max() <= 1 / math.sqrt(5 * 5) < 1.2 * np.abs(weight).max()
    lengths = np.sqrt(np.square(weight).sum(axis=(1, 2)))
    np.testing.assert_allclose(initial["generator.1.body.1.gain"], lengths, rtol=1e-6)
    assert np.std(initial["generator.1.head.norm.weight"] - 1) < 0.1


def test_a_scale_begins_with_the_weights_of_the_one_below_but_for_the_second() -> None:
    made, weights = CatchAWaveformNetwork(NET), loud(NET)
    third = made.start_phase("scale-3", weights, RNG)
    assert set(third) == {*NET.learned_shapes(2), *NET.critic_shapes(2)}
    for name, array in third.items():
        np.testing.assert_array_equal(array, weights[name.replace(".2.", ".1.", 1)])
    second = made.start_phase("scale-2", weights, RNG)
    lengths = np.sqrt(np.square(weights["generator.1.out.weight"]).sum(axis=(1, 2)))
    np.testing.assert_allclose(second["generator.1.out.gain"], lengths, rtol=1e-6)


def test_an_example_is_the_recording_at_the_rate_of_the_scale_that_learns() -> None:
    made = CatchAWaveformNetwork(NET)
    for scale, length in enumerate((400, 800, 1600)):
        example = batch(made, Turn("critic", f"scale-{scale + 1}"))
        assert example["sound"].shape == (2, length)
        assert sorted(k for k in example if k.startswith("noise")) == [
            f"noise.{one}" for one in range(scale + 1)
        ]
        assert (example["noise.0"][0] != example["noise.0"][1]).any()
        assert "place" not in batch(made, Turn("generator", f"scale-{scale + 1}"))


def test_noise_is_as_loud_as_a_hundredth_of_what_its_scale_adds() -> None:
    """A sine at 700 Hz: nothing of it at 1000 Hz, all of it from 2000 Hz on."""
    amplitudes = batch(CatchAWaveformNetwork(NET), Turn("generator", "scale-3"))["amplitudes"][0]
    assert amplitudes[0] == 1
    assert float(amplitudes[1]) == pytest.approx(0.01 * 0.5 / math.sqrt(2), rel=0.05)
    assert float(amplitudes[2]) < 0.001


@pytest.mark.parametrize("is_loud", [True, False])
def test_measured_amplitudes_are_those_of_training(is_loud: bool) -> None:
    made = CatchAWaveformNetwork(NET, Objective(loud_second=is_loud))
    measured = made.measured(weights_of(), [recording()])
    assert set(measured) == {
        name for name in NET.tensor_shapes() if name.startswith(("statistics.", "amplitudes"))
    }
    expected = batch(made, Turn("generator", "scale-3"))["amplitudes"][0].numpy()
    np.testing.assert_array_equal(measured["amplitudes"][[0, 2]], expected[[0, 2]])
    assert (measured["amplitudes"][1] == expected[1]) != is_loud


def test_the_terms_of_a_turn_add_up_to_what_the_page_says() -> None:
    made = CatchAWaveformNetwork(NET, Objective(samples=10, penalty=0.5))
    weights = weights_of()
    critic, generator = (Turn(one, "scale-2") for one in ("critic", "generator"))
    said = made.losses(weights, batch(made, critic), critic)
    assert set(said) == {"real", "fake", "penalty"}
    terms = made.losses(weights, batch(made, generator), generator)
    assert set(terms) == {"adversarial", "spectra", "samples"}
    assert float(terms["adversarial"]) == pytest.approx(-float(said["fake"]), rel=1e-4, abs=1e-5)
    alone = CatchAWaveformNetwork(NET, Objective(spectra=0))
    assert set(alone.losses(weights, batch(alone, generator), generator)) == {"adversarial"}


def test_the_loss_of_a_batch_is_the_mean_of_its_items_and_nothing_is_random() -> None:
    made, weights = CatchAWaveformNetwork(NET, Objective(samples=1)), weights_of()
    for player in ("critic", "generator"):
        for phase in ("scale-1", "scale-3"):
            turn = Turn(player, phase)
            example = batch(made, turn)
            together, again = (made.losses(weights, example, turn) for _ in range(2))
            singles = [
                made.losses(weights, {k: v[n : n + 1] for k, v in example.items()}, turn)
                for n in range(2)
            ]
            for term, value in together.items():
                mean = sum(float(one[term].detach()) for one in singles) / 2
                found = float(value.detach())
                assert found == pytest.approx(mean, rel=1e-4, abs=1e-5), (turn, term)
                assert found == float(again[term].detach())


def test_a_turn_moves_only_its_player_at_the_scale_that_learns() -> None:
    made = CatchAWaveformNetwork(NET)
    leaves = {name: one.requires_grad_() for name, one in weights_of().items()}
    for player in ("critic", "generator"):
        turn = Turn(player, "scale-2")
        total = sum(made.losses(leaves, batch(made, turn), turn).values())
        found = torch.autograd.grad(total, list(leaves.values()), allow_unused=True)
        moved = {n for n, one in zip(leaves, found, strict=True) if one is not None and one.any()}
        assert {name for name in moved if name.startswith(player)} <= {
            *NET.learned_shapes(1),
            *NET.critic_shapes(1),
        }
        assert f"{player}.1.head.weight" in moved


def test_the_held_out_loss_is_the_distance_of_the_reconstruction() -> None:
    made = CatchAWaveformNetwork(NET)
    clean = made.clean(recording(), RNG)
    example = {"sound": torch.from_numpy(clean["sound"][None])}
    with torch.no_grad():
        loss = float(made.loss(weights_of(), example))
    assert loss > 0.5
    assert made.measures(weights_of(), example) == {}
