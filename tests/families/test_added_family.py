"""A family of another package, added through its entry point: no file of ours knows of it.

`tests/families/grain_table` is that package, whole: a table of recorded grains. The tests lay it
out as an installer would, in a folder of its own that processes find on their path.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from approx_build.audio import wav
from approx_build.families.base import FAMILIES
from tests.entry_points import ROOT, installed
from tests.space import Space, project

ENTRY_POINT = """\
[approx_build.families]
grain-table = grain_table:GrainTable
"""
GRIT = """\
model: grit
family: grain-table
corpus: tones
network: { count: 8, size: 80 }
training:
  steps: 4
  window: 256
  batch: 1
  held_out_s: 0.1
  evaluate_windows: 1
  optimizer: { name: adam, learning_rate: 0.05 }
sampling: { repeats: 2 }
"""
PIECE = """\
score: 1
piece: dust
output: { rate: 8000 }
movements: [dust/1-heap.yaml]
"""
HEAP = """\
score: 1
movement: heap
length: 0.5
takes:
  sand: { model: grit, count: 2, length_s: 0.3, sampling: { repeats: 3 } }
parts:
  dune:
    events: [ { at: 0.1, play: { from: sand, clip: 2 }, gain_db: -6 } ]
"""


@pytest.fixture(scope="module")
def search_path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of processes that find the package installed."""
    package = Path(__file__).parent / "grain_table"
    return installed(tmp_path_factory.mktemp("site"), "grain-table", ENTRY_POINT, package)


@pytest.fixture
def dust(search_path: str, tmp_path: Path) -> Space:
    """A project with a model of that family, and a piece that it plays in."""
    space = project(tmp_path / "project")
    space.environment["PYTHONPATH"] = search_path
    space.write("models/grit.yaml", GRIT)
    space.write("pieces/dust.yaml", PIECE)
    space.write("pieces/dust/1-heap.yaml", HEAP)
    return space


def test_the_family_is_not_installed_here() -> None:
    assert "grain-table" not in FAMILIES


def test_it_is_listed_with_its_parameters(dust: Space) -> None:
    rows = {row["name"]: row for row in json.loads(dust.start("families", "--json").out)}
    assert rows.keys() == {*FAMILIES.names(), "grain-table"}
    parameters, sampling = (rows["grain-table"][part] for part in ("parameters", "sampling"))
    assert [one["name"] for one in parameters] == ["sample_rate", "count", "size"]
    assert [one["name"] for one in sampling] == ["repeats"]


def test_a_piece_trains_the_network_generates_takes_and_is_rendered_once(dust: Space) -> None:
    ran = dust.start("render", "pieces/dust.yaml", "--verbose").ran()
    assert {"models/grit/run", "1-heap/takes/sand/2", "1-heap/master"} <= ran
    heap = wav.read(dust.root / "renders/dust/1-heap.wav")
    assert (heap.rate, heap.length) == (8000, 4000)
    assert abs(heap.data[:, 800:3200]).max() > 0.01
    assert not dust.start("render", "pieces/dust.yaml", "--verbose").ran()
    assert "mean square" in dust.start("runs", "show", "grit").out


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        ("models/grit.yaml", "count: 8", "cuont: 8", "did you mean 'count'?"),
        ("models/grit.yaml", "window: 256", "window: 64", "must be at least 80, the length of a"),
        ("pieces/dust/1-heap.yaml", "repeats: 3", "repeats: 0", "must be at least 1 (is 0)"),
        ("pieces/dust/1-heap.yaml", "repeats: 3", "repeat: 3", "did you mean 'repeats'?"),
    ],
)
def test_faults_are_reported_at_their_lines(
    dust: Space, path: str, old: str, new: str, said: str
) -> None:
    dust.edit(path, old, new)
    told = dust.start("check", "pieces/dust.yaml", code=1).err
    assert path in told
    assert said in told


SCHEMA = """
from approx_build.families.base import FAMILIES
from approx_build.training.model import declared
schema = declared(FAMILIES.get("grain-table")).model_json_schema()
print(*schema["$defs"]["GrainTable"]["properties"])
"""


def test_the_schema_of_its_models_has_its_parameters(dust: Space) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCHEMA],
        env=dust.environ(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["family", "sample_rate", "count", "size"]


def test_it_passes_the_conformance_suite_and_breaks_no_other_test(search_path: str) -> None:
    """Whatever goes over the registry does so with one family more."""
    over_the_registry = [
        "tests/families/test_every_family.py",
        "tests/families/test_base.py",
        "tests/test_registry.py",
        "tests/execution/test_take_batches.py",
        "tests/cli/commands/test_listings.py",
        "tests/training/test_docs.py",
        "tests/training/test_model.py",
    ]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider"),
            *(*over_the_registry, "-k", "not every_family or grain-table or no_family"),
        ],
        env={**os.environ, "PYTHONPATH": search_path},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "test_twenty_steps_lower_the_loss_on_a_sine[grain-table] PASSED" in done.stdout
