from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.errors import ScoreError
from approx_build.families.base import FAMILIES
from approx_build.families.players import ALONE, Turn
from approx_build.training.model import ModelSpec, load_model
from tests.families.duel.family import Duel
from tests.training.duels import STEPS, duel
from tests.training.models import tiny_model

ALONE_FIRST = {"alone": True}
FIGHT = """\
model: fight
family: duel
corpus: tones
network: { size: 16 }
objective: { alone: true }
training:
  steps: 100
  window: 200
  players:
    critic: { turns: 5, ema: 0.5 }
  phases:
    duel: { from_step: 30 }
"""


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry knows the family for the time of a test."""
    monkeypatch.setitem(FAMILIES._loaded, "duel", Duel)


def load(folder: Path, text: str) -> ModelSpec:
    path = folder / "fight.yaml"
    path.write_text(text)
    return load_model(path, "fight.yaml")


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(ScoreError) as caught:
        load(folder, text)
    return [f"{f.where.line}:{f.where.column}: {f.message}" for f in caught.value.faults]


def test_a_network_that_learns_as_one_has_one_turn_a_step(tmp_path: Path) -> None:
    model = tiny_model(tmp_path)
    course = model.course
    assert not course.has_players
    for step in range(1, 41):
        assert course.turns(step) == (ALONE,)
        assert course.number(step, 0) == step
        assert course.windows(step) == 3 * step
        assert course.factor(step) == model.training.factor(step)
        assert course.moving(step, ALONE, {"a": 0, "b": 0}) == ["a", "b"]
    settings = course.learners[ALONE.player].settings
    assert settings.optimizer == model.training.optimizer


@given(st.integers(1, 60), st.integers(1, 5), st.integers(1, 4), st.integers(1, 9), st.data())
def test_turns_are_counted_and_get_windows_of_their_own(
    steps: int, turns: int, batch: int, twice: int, data: st.DataObject
) -> None:
    begin = data.draw(st.integers(1, steps)) if steps > 1 else None
    players = {"critic": {"turns": turns}, "generator": {"turns": twice}}
    phases = {"duel": {"from_step": begin}} if begin and begin < steps else {}
    objective = ALONE_FIRST if phases else {}
    course = duel(players, objective, steps=steps, batch=batch, phases=phases).course
    made = {"critic": 0, "generator": 0}
    windows = 0
    for step in range(1, steps + 1):
        for place, turn in enumerate(course.turns(step)):
            made[turn.player] += 1
            windows += batch
            assert course.number(step, place) == made[turn.player]
        assert course.windows(step) == windows


def test_players_take_turns_in_the_order_of_the_phase() -> None:
    course = duel({"critic": {"turns": 2}}, ALONE_FIRST).course
    assert course.turns(STEPS // 2) == (Turn("generator", "alone"),)
    critic = Turn("critic", "duel")
    assert course.turns(STEPS // 2 + 1) == (critic, critic, Turn("generator", "duel"))
    names = {"critic.weight": 0, "generator.shift": 0, "generator.spread": 0}
    assert course.moving(STEPS, Turn("generator", "duel"), names) == ["generator.shift"]
    assert course.moving(1, Turn("generator", "alone"), names) == [*names][1:]


def test_every_phase_has_a_schedule_of_its_own() -> None:
    phases = {"duel": {"from_step": 40, "rate": 0.5}}
    settings = {"steps": 100, "warmup_steps": 10, "final_rate": 0.1, "schedule": "cosine"}
    course = duel({}, ALONE_FIRST, phases=phases, **settings).course
    assert course.factor(1) == pytest.approx(0.1)
    assert course.factor(40) == pytest.approx(0.1, abs=0.01)
    assert course.factor(41) == pytest.approx(0.05)
    assert course.factor(51) == pytest.approx(0.5, abs=0.05)
    assert course.factor(100) == pytest.approx(0.05, abs=0.01)
    # Fine-tuning cuts the last phase once more.
    late = {"finetune_steps": 20, "finetune_rate": 0.2}
    course = duel({}, ALONE_FIRST, phases=phases, **settings, **late).course
    assert course.factor(80) == pytest.approx(0.05, abs=0.01)
    assert course.factor(81) == pytest.approx(0.5 * 0.2 * 0.1)
    assert course.factor(100) == pytest.approx(0.5 * 0.2 * 0.1, abs=0.005)


def test_what_a_model_leaves_out_is_as_the_family_has_it(tmp_path: Path) -> None:
    players = dict(load(tmp_path, FIGHT).training.players)  # type: ignore[attr-defined]
    assert (players["critic"].turns, players["critic"].ema) == (5, 0.5)
    assert players["critic"].clip_norm is None
    assert (players["generator"].turns, players["generator"].ema) == (1, 0.9)
    stretches = load(tmp_path, FIGHT).course.stretches
    assert [(one.phase.name, one.begin, one.end) for one in stretches] == [
        ("alone", 0, 30),
        ("duel", 30, 100),
    ]
    half = load(tmp_path, FIGHT.replace("    duel: { from_step: 30 }", "    duel: { rate: 0.5 }"))
    assert half.course.stretches[1].begin == 50


def test_what_is_reported_for_all_holds_for_players_that_say_nothing(tmp_path: Path) -> None:
    text = FIGHT.replace("  steps: 100", "  steps: 100\n  ema: 0.25\n  clip_norm: 3")
    players = dict(load(tmp_path, text).training.players)  # type: ignore[attr-defined]
    assert [(one.ema, one.clip_norm) for one in players.values()] == [(0.5, 3), (0.25, 3)]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "critic: { turns",
            "critc: { turns",
            "10:5: training.players.critc: unknown field; did you mean 'critic'?",
        ),
        (
            "turns: 5",
            "turns: 0",
            "10:22: training.players.critic.turns: must be at least 1 (is 0)",
        ),
        (
            "turns: 5",
            "turn: 5",
            "10:15: training.players.critic.turn: unknown field; did you mean 'turns'?",
        ),
        (
            "duel: {",
            "dual: {",
            "12:5: training.phases.dual: unknown phase 'dual'; did you mean 'duel'?",
        ),
        (
            "from_step: 30",
            "from_step: 100",
            "12:24: training.phases.duel.from_step: phase 'duel' must begin after step 0, where "
            "'alone' begins, and before step 100, the last (is 100)",
        ),
        (
            "    duel: {",
            "    alone: { from_step: 3 }\n    duel: {",
            "12:25: training.phases.alone.from_step: the first phase begins at step 0 (is 3)",
        ),
    ],
)
def test_what_is_wrong_is_reported_at_its_line(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert faults(tmp_path, FIGHT.replace(old, new)) == [said]


def test_a_training_too_short_for_its_phases_is_refused(tmp_path: Path) -> None:
    short = FIGHT.replace("steps: 100", "steps: 1").replace("from_step: 30", "rate: 1")
    [said] = faults(tmp_path, short)
    assert "phase 'duel' must begin after step 0" in said
    assert "before step 1, the last (is 0)" in said


def test_one_player_has_no_players_to_set(tmp_path: Path) -> None:
    text = FIGHT.replace("family: duel", "family: wavenet").replace("network: { size: 16 }\n", "")
    text = text.replace("objective: { alone: true }", "network: {}")
    said = [fault.partition(": ")[2].partition(";")[0] for fault in faults(tmp_path, text)]
    assert said == ["training.players: unknown field", "training.phases: unknown field"]
