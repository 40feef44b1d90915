"""Objects that the disk lost or damaged: a plain render makes them again, to the same bits."""

from __future__ import annotations

import shutil
from pathlib import Path
from unittest import mock

import pytest

from approx_build.plan.graph import Kind
from approx_build.store.records import Record
from approx_build.store.store import Store
from approx_build.training.progress import Progress
from tests.space import Space, project

LOCK = "pieces/tide.lock"


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Space:
    """A rendered project that ships no checkpoints. Copy it to use it."""
    space = project(tmp_path_factory.mktemp("first") / "project")
    space.render()
    return space


def records(space: Space) -> list[Record]:
    store = Store(space.root / ".approx")
    return [record for key in store.records if (record := store.records.get(key))]


def of_kind(space: Space, kind: Kind) -> list[Record]:
    return [record for record in records(space) if record.manifest["kind"] == kind.value]


def lose(space: Space, digest: str, how: str) -> None:
    path = space.root / ".approx/objects" / digest[:2] / digest[2:]
    data = bytearray(path.read_bytes())
    path.unlink()
    if how == "flipped":
        data[len(data) // 2] ^= 1
        path.write_bytes(data)


def check(space: Space, right: bytes) -> None:
    """A plain render heals whatever was lost, and then there is nothing to do."""
    space.render()
    assert (space.root / LOCK).read_bytes() == right
    assert space.render().out.endswith("nothing to do\n")


@pytest.mark.parametrize("how", ["lost", "flipped"])
@pytest.mark.parametrize("output", ["main", "record", "step-0", "step-4"])
def test_what_a_training_left_in_the_store_is_found_again(
    first: Space, tmp_path: Path, output: str, how: str
) -> None:
    space = first.copy(tmp_path / "project")
    [run] = of_kind(space, Kind.TRAIN)
    lose(space, run.outputs[output], how)
    check(space, (first.root / LOCK).read_bytes())


@pytest.mark.parametrize("kind", sorted(set(Kind) - {Kind.EVALUATE, Kind.STAGES}, key=str))
def test_every_object_of_a_kind_is_made_again(first: Space, tmp_path: Path, kind: Kind) -> None:
    space = first.copy(tmp_path / "project")
    for digest in {one for record in of_kind(space, kind) for one in record.outputs.values()}:
        lose(space, digest, "lost")
    check(space, (first.root / LOCK).read_bytes())


def test_a_store_without_any_object_is_filled_again_and_trains_nothing(
    first: Space, tmp_path: Path
) -> None:
    space = first.copy(tmp_path / "project")
    shutil.rmtree(space.root / ".approx/objects")
    steps: list[Progress] = []
    with mock.patch(
        "approx_build.execution.actions.train._progress_reporter", return_value=steps.append
    ):
        check(space, (first.root / LOCK).read_bytes())
    assert not steps


@pytest.mark.parametrize("how", ["lost", "flipped"])
def test_a_checkpoint_that_is_lost_is_taken_from_its_run_again(
    first: Space, tmp_path: Path, how: str
) -> None:
    space = first.copy(tmp_path / "project")
    [run] = of_kind(space, Kind.TRAIN)
    lose(space, run.outputs["step-4"], how)
    twin = first.copy(tmp_path / "twin")
    words = ("take", "tiny", "--seed", "99", "--length-s", "0.05")
    for one in (space, twin):
        one.run(*words)
    ours, theirs = (sorted(one.root.glob("renders/takes/tiny/*.wav")) for one in (space, twin))
    assert [path.read_bytes() for path in ours] == [path.read_bytes() for path in theirs]
