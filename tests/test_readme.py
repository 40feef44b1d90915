"""The README's commands and examples are what they are said to be."""

from __future__ import annotations

import re
import shlex
import subprocess
import tomllib
from datetime import date
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from approx_build.cli.app import app
from approx_build.corpus.consent_record import load_consent
from approx_build.errors import ScoreError
from approx_build.project.piece import Piece
from approx_build.project.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
COMMANDS = get_command(app).commands  # type: ignore[attr-defined]


def block_after(marker: str) -> str:
    """The block of code under a line of its own."""
    found = re.search(
        rf"^{re.escape(marker)}\n```\w+\n(.*?)^```$", README, re.DOTALL | re.MULTILINE
    )
    assert found, marker
    return found[1]


def steps(marker: str) -> list[list[str]]:
    """The steps of a command line, each as its words."""
    return [shlex.split(step) for step in block_after(marker).strip().split(" && ")]


def examples() -> list[list[str]]:
    """Every call of approx-build in the README's text and blocks."""
    lines = re.findall(r"(?:`|^\S*/)approx-build ([^`\n]+)", README, re.MULTILINE)
    return [shlex.split(line) for line in lines if line.split()[0] in COMMANDS]


def test_it_opens_with_what_it_is_a_picture_and_two_commands():
    order = [
        "# approx-build",
        "A build system",
        "![",
        "<!-- render command -->",
        "<!-- test command -->",
    ]
    places = [README.index(text) for text in order]
    assert places == sorted(places)


def test_the_render_command_installs_and_renders_the_piece():
    venv, pip, render = steps("<!-- render command -->")
    assert venv == ["python3", "-m", "venv", ".venv"]
    assert pip == [".venv/bin/pip", "install", "."]
    assert render[0] == f".venv/bin/{next(iter(PROJECT['scripts']))}"
    assert render[1] in COMMANDS
    assert (ROOT / render[2]).is_file()


def test_the_test_command_installs_the_test_extra_and_runs_all_tests():
    venv, pip, test = steps("<!-- test command -->")
    assert venv == ["python3", "-m", "venv", ".venv"]
    # Editable: the tests run on the sources here, and the kernels are built beside them.
    assert pip == [".venv/bin/pip", "install", "-e", ".[test]"]
    assert "test" in PROJECT["optional-dependencies"]
    assert test == [".venv/bin/pytest", "-n", "auto", "--dist", "loadfile"]


def test_ci_runs_the_test_command():
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    found = re.search(r"^command=\$\((awk .*)\)$", run, re.MULTILINE)
    assert found
    told = subprocess.run(
        ["sh", "-c", found[1]], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout == block_after("<!-- test command -->")


def test_what_it_says_of_python_is_what_the_package_asks_for():
    assert PROJECT["requires-python"] == ">=3.11"
    assert "Python 3.11 or newer" in README


@pytest.mark.parametrize("words", examples(), ids=" ".join)
def test_every_example_is_a_call_that_the_command_line_understands(words):
    command, names, rest = COMMANDS[words[0]], [words[0]], list(words[1:])
    while rest and rest[0] in getattr(command, "commands", {}):
        names.append(rest.pop(0))
        command = command.commands[names[-1]]
    context = command.make_context(names[-1], [word for word in rest if word != "--help"])
    assert context.params


def test_the_excerpt_of_a_score_is_from_the_piece_and_has_no_faults(tmp_path):
    path = re.search(r"<!-- excerpt: (.*) -->", README)
    assert path
    excerpt, whole = block_after(path[0]), (ROOT / path[1]).read_text(encoding="utf-8")
    (tmp_path / "pieces").mkdir()
    (tmp_path / "models").symlink_to(ROOT / "models")
    (tmp_path / "pieces" / "x.yaml").write_text(
        "score: 1\npiece: x\nseed: 1\nmovements: [y.yaml]\n"
    )
    (tmp_path / "pieces" / "y.yaml").write_text(excerpt)
    (movement,) = Piece.open(tmp_path / "pieces" / "x.yaml", Settings()).score.movements
    assert f"movement: {movement.model.movement}" in whole
    for name in (*movement.model.takes, *movement.model.parts):
        assert f"\n  {name}:" in whole


def test_the_fault_is_reported_as_it_is_shown(tmp_path):
    told = README.partition("<!-- fault -->\n```\n")[2].partition("```")[0]
    line = told.splitlines()[1]
    (tmp_path / "pieces" / "tide").mkdir(parents=True)
    (tmp_path / "models").symlink_to(ROOT / "models")
    (tmp_path / "pieces" / "tide.yaml").write_text(
        "score: 1\npiece: tide\nseed: 1\nmovements: [tide/1-fog.yaml]\n"
    )
    head = "score: 1\nmovement: fog\nlength: 9\nparts: {}\n"
    above = "#\n" * 9 + "takes:\n"
    (tmp_path / "pieces" / "tide" / "1-fog.yaml").write_text(f"{head}{above}{line}\n")
    with pytest.raises(ScoreError) as error:
        Piece.open(tmp_path / "pieces" / "tide.yaml", Settings())
    assert told.strip() in str(error.value)


def test_the_files_of_a_render_are_those_that_are_reported():
    lowered = Piece.open(ROOT / "pieces" / "approximations.yaml", Settings()).lowered
    table = README.partition("## What a render gives")[2].partition("## Commands")[0]
    told = [f"approximations/{name}" for name in re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)]
    assert len(told) == 7
    assert set(told) - set(lowered.published) == {
        "approximations/index.html",
        "approximations/streams/",
    }


def test_the_example_of_a_consent_is_valid(tmp_path):
    folder = tmp_path / "cello"
    folder.mkdir()
    (folder / "consent.yaml").write_text(block_after("<!-- consent -->"))
    consent = load_consent(folder, date(2025, 1, 1), "cellist", "tide")
    assert consent.performers[0].plays == "cello"


def test_init_writes_a_piece_without_faults(tmp_path):
    assert "approx-build init tide" in README
    (tmp_path / "models").symlink_to(ROOT / "models")
    runner = CliRunner(env={"APPROX_CONFIG": str(tmp_path / "config.yaml")})
    assert runner.invoke(app, ["allow", str(ROOT / "models")]).exit_code == 0
    assert runner.invoke(app, ["init", "tide", "--in", str(tmp_path)]).exit_code == 0
    told = runner.invoke(app, ["check", str(tmp_path / "pieces" / "tide.yaml")])
    assert "no faults" in told.output


OTHER_FORMS = ("eager_unet", "eager_wavenet", "plain_wavenet", "random_unet", "training_to_loss")
"""What benchmarks compare with, and parts of them."""


def test_the_benchmarks_that_are_named_exist():
    named = set(re.findall(r"`python (bench/\w+\.py)`", README))
    parts = {f"bench/{name}.py" for name in OTHER_FORMS}
    assert named == {f"bench/{path.name}" for path in (ROOT / "bench").glob("*.py")} - parts
