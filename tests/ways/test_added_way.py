"""A way of another package, added through its entry point: no file of ours knows of it.

`tests/ways/delay_line` is that package: a way in one file, `echo`, and a family that supports it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from approx_build.audio import wav
from approx_build.families.short_forms import short_forms
from approx_build.ways.base import WAYS
from tests.entry_points import ROOT, installed
from tests.space import Space, project, tone

HERE = Path(__file__).parent
ENTRY_POINTS = """\
[approx_build.ways]
echo = delay_line.echo:Echo

[approx_build.families]
delay-line = delay_line.family:DelayLine
"""
LINE = """\
model: line
family: delay-line
corpus: tones
network: { count: 8, size: 80 }
training:
  steps: 2
  window: 256
  batch: 1
  held_out_s: 0.1
  evaluate_windows: 1
  optimizer: { name: adam, learning_rate: 0.05 }
"""
PIECE = """\
score: 1
piece: cave
output: { rate: 8000 }
movements: [cave/1-hall.yaml]
"""
HALL = """\
score: 1
movement: hall
length: 0.8
takes:
  call: { model: line, length_s: 0.3, level: 0.5,
          echo: { recording: tones/low, start_s: 0.1, delay_s: 0.05 } }
parts:
  stone:
    events: [ { at: 0.1, play: { from: call } } ]
"""
SCORE = "pieces/cave/1-hall.yaml"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of processes that find the package installed, and the one it stands on."""
    packages = (HERE / "delay_line", HERE.parent / "families" / "grain_table")
    return installed(tmp_path_factory.mktemp("site"), "delay-line", ENTRY_POINTS, *packages)


@pytest.fixture(scope="module")
def rendered(path: str, tmp_path_factory: pytest.TempPathFactory) -> Space:
    """A project with a model of that family and a piece with a take made in that way, rendered."""
    space = project(tmp_path_factory.mktemp("cave") / "project")
    space.environment["PYTHONPATH"] = path
    space.write("models/line.yaml", LINE)
    space.write("pieces/cave.yaml", PIECE)
    space.write(SCORE, HALL)
    space.start("render", "pieces/cave.yaml", "--verbose")
    return space


@pytest.fixture
def cave(rendered: Space, tmp_path: Path) -> Space:
    """A copy of it to change."""
    return rendered.copy(tmp_path / "project")


def test_the_family_is_not_installed_here() -> None:
    assert "echo" not in WAYS
    assert "level" not in short_forms()


def test_a_piece_with_a_take_made_in_that_way_is_rendered(rendered: Space) -> None:
    hall = wav.read(rendered.root / "renders/cave/1-hall.wav")
    late = np.zeros(6400)
    late[800 + 400 : 800 + 2400] = 0.5 * tone(200, 0.8)[800:2800]
    assert np.max(np.abs(hall.data[0])) > 0.05
    # Scaled by the pan law alone.
    expected = late * np.max(np.abs(hall.data[0])) / np.max(np.abs(late))
    np.testing.assert_allclose(hall.data[0], expected, atol=2e-4)
    assert not rendered.start("render", "pieces/cave.yaml", "--verbose").ran()


def test_the_report_shows_how_a_take_uses_its_sound(rendered: Space) -> None:
    page = (rendered.root / "renders/cave/index.html").read_text(encoding="utf-8")
    assert "echoed" in page


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("delay_s: 0.05", "delay_s: -1", "takes.call.echo.delay_s: must be at least 0 (is -1)"),
        (", delay_s: 0.05", "", "takes.call.echo: missing field 'delay_s'"),
        ("recording: tones/low, ", "", "takes.call.echo: an echo needs either 'recording' or"),
        ("start_s: 0.1", "start_s: 0.7", "takes.call.echo: ends at 1 s of a recording of 0.8 s"),
        ("model: line", "model: tiny", "wavenet, which cannot echo; possible with it: prime"),
        ("echo:", "ecko:", "unknown field; did you mean 'echo'?"),
        ("level: 0.5", "level: 2", "takes.call.level: must be at most 1 (is 2)"),
        (
            "level: 0.5",
            "temperature: 0.5",
            "networks of family delay-line do not have this control",
        ),
    ],
)
def test_what_does_not_fit_is_reported_at_its_line(
    cave: Space, old: str, new: str, said: str
) -> None:
    cave.edit(SCORE, old, new)
    told = cave.start("check", "pieces/cave.yaml", code=1).err
    assert SCORE in told
    assert said in told


def test_the_schema_of_scores_has_its_field(rendered: Space) -> None:
    defs = json.loads(rendered.start("schema").out)["$defs"]
    assert {"echo", "level"} <= defs["Take"]["properties"].keys()
    assert defs["Echo"]["properties"].keys() >= {"recording", "take", "delay_s"}


def test_take_has_its_options(cave: Space) -> None:
    told = cave.start("take", "--help", COLUMNS="200").out
    for words in (
        "--echo",
        "A recording to echo.",
        "--delay",
        "How late (default: 0.25).",
        "--level",
    ):
        assert words in told
    said = cave.start("take", "line", "--delay", "0.1", code=2).err
    assert "--delay is an option of --echo" in said
    words = ("--echo", "tones/low@0.1", "--delay", "0.05", "--level", "0.5", "--length-s", "0.3")
    [path, _] = cave.start("take", "line", *words).out.splitlines()
    assert path == "renders/takes/line/step-2-seed-0-level-0.5-echoed-0.05-1.wav"
    clip = wav.read(cave.root / path)
    sound = wav.read(cave.root / "models/corpora/tones/low.wav").data[:, 800:2800]
    np.testing.assert_array_equal(clip.data[:, 400:], sound * np.float32(0.5))
    assert not clip.data[:, :400].any()


def test_families_that_support_it_are_listed(rendered: Space) -> None:
    rows = {
        row["name"]: row["ways"] for row in json.loads(rendered.start("families", "--json").out)
    }
    assert rows["delay-line"] == ["echo"]


def test_an_edit_of_its_file_draws_its_takes_again(cave: Space, path: str, tmp_path: Path) -> None:
    site = shutil.copytree(path.partition(os.pathsep)[0], tmp_path / "site")
    cave.environment["PYTHONPATH"] = os.pathsep.join([str(site), str(ROOT)])
    assert not cave.start("render", "pieces/cave.yaml", "--verbose").ran()
    text = (site / "delay_line/echo.py").read_text()
    (site / "delay_line/echo.py").write_text(text.replace('terms["delay"])', 'terms["delay"] * 2)'))
    assert "1-hall/takes/call/1" in cave.start("render", "pieces/cave.yaml", "--verbose").ran()


def test_it_keeps_all_that_ways_promise(rendered: Space) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider"),
            *("tests/ways/test_every_way.py", "tests/families/test_short_forms.py"),
            *("-k", "echo or Echo or DelayLine or take or families"),
        ],
        env=rendered.environ(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "depends_on_its_sound[DelayLine-echo] PASSED" in done.stdout
