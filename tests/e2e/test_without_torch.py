"""Where torch is not installed everything works but training, which says what to do instead."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from approx_build.cli.app import app
from tests.space import Outcome, Space, project, tone
from tests.torchless.commands import outcomes, without_torch

TIDE, MODEL = "pieces/tide.yaml", "models/tiny.yaml"
HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "render-without-torch.md"
ARGUMENTS = {
    "piece": TIDE,
    "target": "1-foam/mix",
    "part": "letters",
    "model": "tiny",
    "run": "tiny",
    "first": "tiny",
    "second": "tiny",
    "text": "sounds like a gull",
    "name": "new",
    "corpus": "tones",
    "files": "../new.wav",
}
OPTIONS = {"to": "delivered", "purpose": "daw"}
"""What a command is given for an argument of a name."""
RENDERING = (["check", TIDE], ["plan", TIDE], ["render", TIDE], ["render", TIDE, "--movement", "2"])
LEARNING = (["train", "tiny"], ["train", "tiny", "--plan"], ["take", "tiny"], ["evaluate", "tiny"])
LETTERS = """\
  letters:
    gain_db: -20
    compose:
      - { at: 0, padberg: { text: a gull, form: subject, unit: 0.005, from: cry, at_hz: 200 } }
"""
ADVICE = f"training needs torch, which is not installed; install it with `{sys.executable} -m pip "


@pytest.fixture
def bare(tmp_path: Path) -> Space:
    """A project whose network has never been trained."""
    return project(tmp_path / "project")


@pytest.fixture(scope="module")
def trained_once(tmp_path_factory: pytest.TempPathFactory) -> Space:
    space = project(tmp_path_factory.mktemp("trained") / "project")
    space.run("train", "tiny")
    return space


@pytest.fixture
def trained(trained_once: Space, tmp_path: Path) -> Space:
    """A project whose network was trained by `train`: the run is in its store and ledger."""
    return trained_once.copy(tmp_path / "project")


def leaves(command: Any, *words: str) -> Iterator[tuple[list[str], list[Any]]]:
    """Every command of the command line: the words that call it, and its parameters."""
    if not hasattr(command, "commands"):
        yield [*words], command.params
        return
    for name, inner in command.commands.items():
        yield from leaves(inner, *words, name)


def commands() -> Iterator[tuple[list[str], list[str]]]:
    """Every command with the arguments it needs, and its switches."""
    for words, parameters in leaves(get_command(app)):
        needed = [one for one in parameters if one.param_type_name == "argument" and one.required]
        options = [one for one in parameters if one.param_type_name == "option" and one.is_flag]
        switches = [one.opts[0] for one in options if one.name != "help"]
        required = [one for one in parameters if one.param_type_name == "option" and one.required]
        given = [word for one in required for word in (one.opts[0], OPTIONS[one.name])]
        yield [*words, *(ARGUMENTS[one.name] for one in needed), *given], switches


def test_every_command_works_with_a_trained_model(trained: Space) -> None:
    trained.sound("../new.wav", tone(300, 0.8))
    trained.run("train", "tiny", "--ship")
    foam = trained.root / "pieces/tide/1-foam.yaml"
    foam.write_text(foam.read_text().replace("parts:\n", f"parts:\n{LETTERS}"))
    every = [words for words, _ in commands()]
    for words, outcome in zip(every, outcomes(trained, every), strict=True):
        assert outcome.code == 0, f"{words}: {outcome.err}"


@pytest.mark.slow
def test_no_switch_of_a_command_ends_in_a_traceback(trained: Space) -> None:
    trained.sound("../new.wav", tone(300, 0.8))
    every = [[*words, switch] for words, switches in commands() for switch in switches]
    for words, outcome in zip(every, outcomes(trained, every), strict=True):
        assert outcome.code >= 0, f"{words}: {outcome.err}"


def assert_refused(outcome: Outcome, use: str = "") -> None:
    """It points at the model's line, and says what to type."""
    first = outcome.err.splitlines()[0]
    assert first.startswith(f"{MODEL}:1:8: model: 'tiny' must be trained{use}, and {ADVICE}"), first
    assert "`approx-build train tiny --ship`" in first
    assert "models/checkpoints/tiny" in first
    assert outcome.code == 1


def test_a_score_that_needs_training_is_refused_at_the_line_of_the_model(bare: Space) -> None:
    for outcome in outcomes(bare, RENDERING):
        assert_refused(outcome, f" before {TIDE}:7:3 can use it")
    assert not (bare.root / "renders").exists()


def test_what_only_asks_for_a_model_is_refused_too(bare: Space) -> None:
    for outcome in outcomes(bare, LEARNING):
        assert_refused(outcome)


def test_the_page_shows_the_refusal_as_it_is(bare: Space) -> None:
    block = re.search(r"<!-- refusal -->\n```\n(.+?)\n```", HOW_TO.read_text("utf-8"), re.DOTALL)
    assert block
    (bare.root / MODEL).rename(bare.root / "models" / "gulls.yaml")
    for path in ("models/gulls.yaml", TIDE, "pieces/tide/1-foam.yaml"):
        text = (bare.root / path).read_text("utf-8")
        bare.write(path, text.replace("model: tiny", "model: gulls"))
    [outcome] = outcomes(bare, [["check", TIDE]])
    said = outcome.err.replace(sys.executable, ".venv/bin/python")
    assert block[1].split() == said.split()


def test_checking_makes_no_store(bare: Space) -> None:
    [outcome] = outcomes(bare, [["check", TIDE]])
    assert_refused(outcome, f" before {TIDE}:7:3 can use it")
    assert not (bare.root / ".approx").exists()


def test_checking_looks_into_the_store_that_is_named(trained: Space, tmp_path: Path) -> None:
    elsewhere = (trained.root / ".approx").rename(tmp_path / "elsewhere")
    trained.environment["APPROX_STORE"] = str(elsewhere)
    [outcome] = outcomes(trained, [["check", TIDE]])
    assert outcome.code == 0


def test_programs_get_the_place_too(bare: Space) -> None:
    [outcome] = outcomes(bare, [["check", TIDE, "--json"]])
    [fault] = json.loads(outcome.out)["faults"]
    assert (fault["path"], fault["line"], fault["column"]) == (MODEL, 1, 8)
    assert ADVICE in fault["message"]


def test_every_model_that_must_be_trained_is_named(bare: Space) -> None:
    bare.write(
        "models/gull.yaml", (bare.root / MODEL).read_text().replace("model: tiny", "model: gull")
    )
    bare.edit(TIDE, "takes:\n", "takes:\n  other: { model: gull, length_s: 0.3 }\n")
    bare.edit("pieces/tide/2-sand.yaml", "hold: { from: cry,", "hold: { from: other,")
    [outcome] = outcomes(bare, [["check", TIDE]])
    assert [line.split(":")[0] for line in outcome.err.splitlines() if ADVICE in line] == [
        "models/gull.yaml",
        MODEL,
    ]


def test_what_needs_no_training_is_built_anyway(bare: Space) -> None:
    part, rest = outcomes(bare, [["render", TIDE, "--part", "shore"], ["render", TIDE, "-k"]])
    assert part.code == 0
    assert rest.code == 1
    assert "6 actions run" in rest.out
    assert f"{TIDE}:7:3: models/tiny/run: model 'tiny' must be trained, and {ADVICE}" in rest.err


def test_worker_processes_render_shipped_networks(rendered: Space, space: Space) -> None:
    without_torch(space).start("render", TIDE, "--jobs", "2")
    assert space.digests() == rendered.digests()


def test_a_fresh_process_says_that_it_would_have_to_train(trained: Space) -> None:
    rendered, verified = outcomes(trained, [["render", TIDE], ["verify", TIDE]])
    assert rendered.code == 0
    assert verified.code == 1
    assert "the piece could not be rebuilt" in verified.err


def test_a_finished_training_serves_even_when_the_store_lost_its_record(trained: Space) -> None:
    shutil.rmtree(trained.root / ".approx" / "records")
    shutil.rmtree(trained.root / ".approx" / "objects")
    check, train, render = outcomes(trained, [["check", TIDE], ["train", "tiny"], ["render", TIDE]])
    assert (check.code, train.code, render.code) == (0, 0, 0)
    damaged = next((trained.root / ".approx" / "training").glob("*/step-000002*"))
    damaged.write_bytes(damaged.read_bytes()[:-1])
    shutil.rmtree(trained.root / ".approx" / "records")
    [outcome] = outcomes(trained, [["check", TIDE]])
    assert_refused(outcome, f" before {TIDE}:7:3 can use it")


def test_going_on_from_a_run_changes_nothing_before_it_is_refused(trained: Space) -> None:
    trained.edit(MODEL, "steps: 4", "steps: 5")
    before = {
        path: path.read_bytes() for path in trained.root.rglob("models/**/*") if path.is_file()
    }
    [outcome] = outcomes(trained, [["train", "tiny", "--continue"]])
    assert outcome.err.startswith("approx-build: --continue needs torch, which is not installed; ")
    assert outcome.code == 2
    assert before == {
        path: path.read_bytes() for path in trained.root.rglob("models/**/*") if path.is_file()
    }


def test_a_gpu_is_refused_with_the_way_to_one(bare: Space) -> None:
    for outcome in outcomes(
        bare, [[*words, "--device", "cuda"] for words in (["render", TIDE], *LEARNING)]
    ):
        assert outcome.err.startswith("approx-build: --device cuda needs torch, which is not ")
        assert outcome.err.strip().endswith("or use --device cpu")
        assert outcome.code == 2
