"""Several players: a duel's training is its closed form, and goes on exactly from anywhere."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from approx_build.errors import ModelError
from approx_build.families.base import FAMILIES
from approx_build.numerics.stream import Stream
from approx_build.training import gradients, run, step
from approx_build.training.checkpoint import read_checkpoint, read_metadata
from approx_build.training.ledger.record import TrainingRecord
from approx_build.training.memory_estimate import estimate_of
from approx_build.training.model import ModelSpec, model_of
from approx_build.training.parent import write_parent
from approx_build.training.progress import Progress
from approx_build.training.state import GROUPS, STATE_NAME, TrainingState, load_state, state_at
from tests.corpus.sounds import small_corpus
from tests.families.duel.family import SGD, Duel
from tests.training.duels import STEPS, Stated, curve_losses, duel, stated
from tests.training.models import trained

TOLERANCE = 1e-5
"""Largest error of weights and losses in float32, as a share of full scale, after some 30 turns."""
ALONE = {"alone": True}
RESTARTS = {"alone": True, "restarts": True}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return small_corpus(tmp_path / "tones")


def digests(record: TrainingRecord) -> list[str]:
    return [stored.digest for stored in record.checkpoints]


def stop_at(number: int) -> Callable[[Progress], None]:
    def watch(progress: Progress) -> None:
        if progress.step == number:
            os.kill(os.getpid(), signal.SIGINT)

    return watch


def states_of(
    model: ModelSpec, corpus: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[TrainingState], TrainingRecord]:
    """What a training keeps after each step, from the first on, read from its files; its record."""
    found: dict[int, TrainingState] = {}
    save = TrainingState.save

    def saved(state: TrainingState, folder: Path) -> None:
        save(state, folder)
        found[state.step] = state_at(folder / STATE_NAME, state.manifest)

    with monkeypatch.context() as patch:
        patch.setattr(run, "SAVE_EVERY_S", 0.0)
        patch.setattr(TrainingState, "save", saved)
        record = trained(model, corpus, out)
    assert list(found) == list(range(model.training.steps + 1))
    return list(found.values()), record


CASES = {
    "as the family has it": {},
    "other turns and batch": {"players": {"critic": {"turns": 5}}, "batch": 3},
    "the generator twice": {"players": {"generator": {"turns": 2}, "critic": {"turns": 1}}},
    "clipped": {"players": {"critic": {"clip_norm": 0.125}, "generator": {"clip_norm": 0.5}}},
    "averages": {"players": {"critic": {"ema": 0.5}, "generator": {"ema": 0}}},
    "for all alike": {"ema": 0.8, "clip_norm": 0.25, "players": {"critic": {"ema": 0}}},
    "cosine": {"schedule": "cosine", "finetune_steps": 3, "finetune_rate": 0.25},
    "with scaled losses": {"precision": "float16"},
    "in two phases": {"objective": ALONE},
    "a new critic for the second": {"objective": RESTARTS},
    "a phase moved": {"objective": ALONE, "phases": {"duel": {"from_step": 2, "rate": 0.5}}},
}


@pytest.mark.parametrize("case", CASES)
def test_every_step_is_that_of_the_closed_form(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    model = duel(**CASES[case])
    expected = stated(model, corpus)
    states, _ = states_of(model, corpus, tmp_path / "out", monkeypatch)
    for state in states:
        for group in ("weights", "average"):
            found: dict[str, torch.Tensor] = getattr(state, group)
            right = getattr(expected, group)[state.step]
            assert found.keys() == right.keys() == model.network.training_shapes().keys()
            for name, array in right.items():
                np.testing.assert_allclose(found[name], array, atol=TOLERANCE, err_msg=name)


def test_the_curve_has_the_mean_of_each_player_s_losses(corpus: Path, tmp_path: Path) -> None:
    model = duel()
    record = trained(model, corpus, tmp_path / "out")
    assert [point.step for point in record.curve] == [0, 3, 6, 8]
    assert record.curve[0].losses == {}
    assert all(point.train is None for point in record.curve)
    for step_, losses in curve_losses(stated(model, corpus), [0, 3, 6, 8]):
        [point] = [point for point in record.curve if point.step == step_]
        assert list(point.losses) == ["critic", "critic.distance", "critic.penalty", "generator"]
        assert point.losses == pytest.approx(losses, abs=TOLERANCE)


def test_progress_shows_each_player_s_loss(corpus: Path, tmp_path: Path) -> None:
    model, seen = duel(), []
    trained(model, corpus, tmp_path / "out", seen.append)
    losses = stated(model, corpus).losses
    for progress in seen:
        here = [loss for step_, name, loss in losses if (step_, name) == (progress.step, "critic")]
        assert len(here) == 3
        assert progress.losses["critic"] == pytest.approx(float(np.mean(here)), abs=TOLERANCE)
    assert seen[-1].pace > 0


def test_a_turn_moves_its_player_and_nobody_else(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, moved = [], step.Stepper._update_weights

    def watched(self: step.Stepper, turn: Any, *given: Any) -> None:
        before = {name: weight.clone() for name, weight in self.state.weights.items()}
        moved(self, turn, *given)
        changed = {n for n, old in before.items() if not torch.equal(old, self.state.weights[n])}
        assert changed
        assert all(name.startswith(f"{turn.player}.") for name in changed)
        order.append((turn.phase, turn.player))

    monkeypatch.setattr(step.Stepper, "_update_weights", watched)
    trained(duel(objective=ALONE), corpus, tmp_path / "out")
    alone = [("alone", "generator")] * 4
    assert order == [*alone, *[*[("duel", "critic")] * 3, ("duel", "generator")] * 4]


def test_what_a_phase_freezes_keeps_its_bits(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    states, _ = states_of(duel(objective=ALONE), corpus, tmp_path / "out", monkeypatch)
    critics = [state.weights["critic.weight"] for state in states]
    spreads = [state.weights["generator.spread"] for state in states]
    assert all(torch.equal(one, critics[0]) for one in critics[:5])
    assert not torch.equal(critics[5], critics[4])
    assert not torch.equal(spreads[4], spreads[3])
    assert all(torch.equal(one, spreads[4]) for one in spreads[5:])


def test_a_phase_that_sets_tensors_starts_their_optimiser_and_average_anew(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adam = {"optimizer": {"name": "adam", "learning_rate": 0.25, "epsilon": 1e-8}, "ema": 0.9}
    players = {"critic": {**adam, "turns": 1}, "generator": adam}
    model, plain = (
        duel(players, case, phases={"duel": {"from_step": 3}}, warmup_steps=0)
        for case in (RESTARTS, ALONE)
    )
    states, others = (
        states_of(one, corpus, tmp_path / str(number), monkeypatch)[0]
        for number, one in enumerate((model, plain))
    )
    for step_, (one, other) in enumerate(zip(states, others, strict=True)):
        for name in ("critic.weight", "generator.spread"):
            # The phase sets them in its first step, not in the state before that step.
            assert torch.equal(one.weights[name], other.weights[name]) is (step_ <= 3)
    before, after = states[3:5]
    assert torch.equal(after.average["generator.spread"], before.weights["generator.spread"] / 2)
    moments = [state.optimizer["generator.spread.mean"] for state in (others[4], after)]
    assert [bool(moment.any()) for moment in moments] == [True, False]
    rng = Stream.named("training", model.training.seed, "phase", "duel").child("critic.weight")
    critic = before.weights["generator.shift"].numpy() + rng.uniforms(8) - 0.5
    change = after.weights["critic.weight"].numpy() - critic
    np.testing.assert_allclose(np.abs(change), 0.25 * model.course.factor(4), rtol=1e-4)
    average = after.average["critic.weight"].numpy()
    np.testing.assert_allclose(average, critic + change * 10 / 11, atol=TOLERANCE)


def test_adam_counts_the_turns_of_its_own_player(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first change is as long as its rate, whenever its player begins."""
    adam = {"name": "adam", "learning_rate": 0.25, "epsilon": 1e-8}
    critic = {"turns": 1, "optimizer": adam}
    model = duel({"critic": critic}, ALONE, warmup_steps=0, schedule="constant")
    states, _ = states_of(model, corpus, tmp_path / "out", monkeypatch)
    change = states[5].weights["critic.weight"] - states[4].weights["critic.weight"]
    np.testing.assert_allclose(change.abs(), 0.25, rtol=1e-4)


@pytest.mark.parametrize(
    "objective", [{}, ALONE, RESTARTS], ids=["duel", "two phases", "a new critic"]
)
def test_it_continues_exactly_from_every_step(
    corpus: Path, tmp_path: Path, objective: dict[str, Any]
) -> None:
    muon = {"optimizer": {"name": "muon"}}  # with something of its own to keep
    model = duel({"generator": muon}, objective)
    whole = trained(model, corpus, tmp_path / "whole")
    for number in range(1, STEPS):
        out = tmp_path / f"stopped-{number}"
        with pytest.raises(KeyboardInterrupt):
            trained(model, corpus, out, stop_at(number), loaders=number % 3)
        parts = trained(model, corpus, out, threads=2)
        assert digests(parts) == digests(whole), number
        assert parts.curve == whole.curve, number


def test_threads_and_loaders_change_no_bit(corpus: Path, tmp_path: Path) -> None:
    model = duel({"critic": {"turns": 2}}, batch=5)
    runs = [
        trained(model, corpus, tmp_path / str(threads), threads=threads, loaders=loaders)
        for threads, loaders in ((1, 0), (3, 2), (5, 1))
    ]
    assert digests(runs[0]) == digests(runs[1]) == digests(runs[2])
    assert runs[0].curve == runs[1].curve == runs[2].curve


@pytest.mark.parametrize("turns_made", [17, 18, 19])
def test_memory_that_runs_out_between_two_turns_does_not_keep_half_a_step(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turns_made: int
) -> None:
    model = duel()
    whole = trained(model, corpus, tmp_path / "whole")
    made, calls = gradients.WindowWorkers.gradients, iter(range(100))

    def failing(self: gradients.WindowWorkers, *given: Any) -> Any:
        if next(calls) == turns_made:
            raise MemoryError
        return made(self, *given)

    with monkeypatch.context() as patch:
        patch.setattr(gradients.WindowWorkers, "gradients", failing)
        with pytest.raises(ModelError, match=r"step 4 of 8: .*; the last saved state is"):
            trained(model, corpus, tmp_path / "parts")
    assert digests(trained(model, corpus, tmp_path / "parts")) == digests(whole)


def test_losses_that_are_no_numbers_name_their_player_and_its_windows(
    corpus: Path, tmp_path: Path
) -> None:
    wild = {"optimizer": {**SGD, "learning_rate": 10.0}}
    model = duel({"critic": wild}, {"penalty": 100}, steps=400, batch=1)
    with pytest.raises(ModelError) as raised:
        trained(model, corpus, tmp_path / "out")
    said = str(raised.value)
    assert "the loss or gradients are not finite numbers (critic " in said
    assert "its windows were tones/" in said


def test_a_checkpoint_holds_the_players_that_draw_and_a_state_all(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = duel()
    [*_, last], record = states_of(model, corpus, tmp_path / "out", monkeypatch)
    shapes = model.network.tensor_shapes()
    assert sorted(shapes) == ["generator.shift", "generator.spread"]
    for stored in record.checkpoints:
        weights = read_checkpoint(tmp_path / "out" / stored.file, shapes)
        assert sorted(weights) == sorted(shapes)
    assert sorted(last.weights) == ["critic.weight", *sorted(shapes)]
    assert sorted(last.optimizer) == [f"{name}.momentum" for name in sorted(last.weights)]


def test_lost_checkpoints_are_made_again_to_the_same_bits(corpus: Path, tmp_path: Path) -> None:
    model, out = duel(objective=ALONE), tmp_path / "out"
    record = trained(model, corpus, out)
    (out / record.checkpoint(3).file).unlink()
    (out / record.checkpoint(8).file).write_bytes(b"half")
    assert trained(model, corpus, out) == record
    for stored in record.checkpoints:
        read_checkpoint(out / stored.file, model.network.tensor_shapes())


@pytest.mark.parametrize("has_critic", [True, False])
def test_a_parent_brings_all_players_or_those_of_a_checkpoint(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_critic: bool
) -> None:
    [*_, state], _ = states_of(duel(), corpus, tmp_path / "old", monkeypatch)
    path, drawn = tmp_path / "parent.safetensors", duel().network.tensor_shapes()
    names = None if has_critic else drawn
    kept = {
        group: {n: t for n, t in getattr(state, group).items() if names is None or n in names}
        for group in (GROUPS if has_critic else ("weights", "average"))
    }
    write_parent(path, kept, {})
    child = duel(parent={"run": "fight-0123abcd", "step": 8})
    with pytest.raises(KeyboardInterrupt):
        trained(child, corpus, tmp_path / "new", stop_at(1), parent=path)
    first = read_checkpoint(
        tmp_path / "new" / "step-000000.safetensors", child.network.tensor_shapes()
    )
    for name, array in first.items():
        assert np.array_equal(array, state.average[name])
    digest = read_metadata(tmp_path / "new" / "resume.safetensors")["manifest"]
    began = load_state(tmp_path / "new", digest)
    assert began is not None
    near = float((began.weights["critic.weight"] - state.weights["critic.weight"]).abs().max())
    assert (near < 0.2) is has_critic


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry knows the family for the time of a test."""
    monkeypatch.setitem(FAMILIES._loaded, "duel", Duel)


def test_the_manifest_says_how_each_player_learns_and_gives_the_model_back(known: None) -> None:
    model = duel({"critic": {"turns": 4}}, ALONE, ema=0.5)
    manifest = model.manifest("digest")
    players = manifest["training"]["players"]
    assert (players["critic"]["turns"], players["critic"]["ema"]) == (4, 0.5)
    assert players["generator"]["optimizer"] == SGD
    assert players["generator"]["ema"] == 0.5
    again = model_of(manifest, model="fight", corpus="tones")
    assert again.manifest("digest") == manifest
    assert duel(objective=ALONE, phases={"duel": {"from_step": 3}}).manifest("digest") != manifest


def test_memory_counts_all_players_and_the_gradients_of_the_largest(known: None) -> None:
    adam = {"optimizer": {"name": "adam"}}
    model = duel({"critic": adam}, window=512)
    need = estimate_of(model.manifest("digest"), threads=1, baseline=0)
    assert need.items["weights"] == need.items["average"] == 4 * 3 * 8
    assert need.items["optimiser"] == 4 * (2 * 8 + 2 * 8)
    step_items = need.with_settings(window=1 << 22).items
    assert step_items["gradients"] == 4 * 2 * 8 * 2
    assert "copies of the state" not in step_items


def test_every_kept_state_has_every_player_s_optimiser(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adam, rms = ({"optimizer": {"name": name}} for name in ("adam", "rmsprop"))
    model = duel({"critic": adam, "generator": rms})
    for state in states_of(model, corpus, tmp_path / "out", monkeypatch)[0]:
        assert {"critic.weight.mean", "critic.weight.square"} < state.optimizer.keys()
        assert {"generator.shift.square", "generator.shift.momentum"} < state.optimizer.keys()


def test_the_closed_form_itself_brings_the_middle_of_the_grains_nearer(corpus: Path) -> None:
    found: Stated = stated(duel(steps=200), corpus)
    far, near = (abs(w["generator.shift"]).max() for w in (found.weights[0], found.weights[-1]))
    assert near < far
