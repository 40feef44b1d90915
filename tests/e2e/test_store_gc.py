"""`store gc`: what nobody needs goes, and a render of what stays has nothing to do."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from approx_build.store.census import files
from approx_build.store.fault import Fault
from approx_build.store.gc import INTERMEDIATE, Rules
from approx_build.store.index import Index
from approx_build.store.projects import Use
from approx_build.store.store import Store
from approx_build.store.watch import Watch
from approx_build.upkeep.check import check
from approx_build.upkeep.collection import CollectionOptions, collect
from tests.space import Space

TIDE, FOAM = "pieces/tide.yaml", "pieces/tide/1-foam.yaml"
ALL = ("--older-than", "0")
OLD_GAIN, NEW_GAIN = "gain_db: -6, through", "gain_db: -5, through"


def store_of(space: Space) -> Store:
    return Store(space.root / ".approx")


def collected(space: Space, *words: str) -> dict[str, Any]:
    """What a collection removed."""
    found: dict[str, Any] = json.loads(space.run("store", "gc", "--json", *words).out)
    return found


def kinds(space: Space) -> dict[str, set[str]]:
    """The objects that are there, by the kinds of the records that made them."""
    store = store_of(space)
    index = Index.of(store.records, store.records)
    found: dict[str, set[str]] = {}
    for digest in store.objects:
        found.setdefault(index.kind(digest), set()).add(digest)
    return found


@pytest.fixture
def twice(built: Space) -> Space:
    """A project whose piece was rendered, edited and rendered again."""
    built.edit(FOAM, OLD_GAIN, NEW_GAIN)
    built.render()
    return built


def test_an_old_version_goes_and_the_piece_as_it_is_stays(built: Space) -> None:
    first = set(store_of(built).objects)
    built.edit(FOAM, OLD_GAIN, NEW_GAIN)
    built.render()
    both = set(store_of(built).objects)
    assert collected(built)["freed"] == 0
    gone = collected(built, *ALL)
    after = set(store_of(built).objects)
    assert both - after < first
    assert {"stem", "mix", "master", "piece", "figure", "records"} <= gone["removed"].keys()
    assert "take" not in gone["removed"]
    assert built.render().ran() == set()
    assert built.run("store", "check", code=0).out.endswith(": no damage\n")
    assert collected(built, *ALL)["freed"] == 0


def test_after_a_collection_an_edit_builds_no_more_than_before_it(
    twice: Space, tmp_path: Path
) -> None:
    twin = twice.copy(tmp_path / "twin")
    collected(twice, *ALL)
    for space in (twice, twin):
        space.edit(FOAM, NEW_GAIN, "gain_db: -4, through")
    assert twice.render().ran() == twin.render().ran()
    assert twice.digests() == twin.digests()


def test_an_edit_that_is_not_rendered_yet_keeps_what_it_will_need(twice: Space) -> None:
    twice.edit(FOAM, NEW_GAIN, "gain_db: -4, through")
    collected(twice, *ALL, "--keep-size", "0")
    ran = twice.render().ran()
    # Spray stays as it was; of shore nothing was removed that the new stem reads.
    assert {target for target in ran if "/events/" in target} == set()
    assert "1-foam/stems/shore" in ran


def test_a_dry_run_changes_nothing(twice: Space) -> None:
    def there() -> dict[Path, Any]:
        # The memo learns the digests of files as they grow old enough to be believed.
        found = {path: (found, path.read_bytes()) for path, found in files(twice.root)}
        return {path: each for path, each in found.items() if path.name != "memo.json"}

    before = there()
    told = collected(twice, *ALL, "--dry-run")
    said = twice.run("store", "gc", *ALL, "--dry-run").out
    assert said.startswith("would be removed:\n")
    assert there() == before
    assert collected(twice, *ALL)["removed"] == told["removed"]


def test_a_size_takes_the_oldest_first_and_then_intermediate_sound(twice: Space) -> None:
    there = kinds(twice)
    collected(twice, "--dry-run")  # remembers the files of the project
    total = collected(twice, "--dry-run")["bytes_before"]
    assert collected(twice, *ALL, "--keep-size", str(total))["freed"] == 0
    total = collected(twice, "--dry-run")["bytes_before"]
    some = collected(twice, *ALL, "--keep-size", str(total - 1000), "--dry-run")
    assert 0 < some["freed"] < 400_000
    outcome = twice.run("store", "gc", *ALL, "--keep-size", "1kB")
    assert outcome.out.splitlines()[-1] == (
        "this is more than 1 kB: everything else is needed, or too young"
    )
    left = kinds(twice)
    assert left.keys() == there.keys() - INTERMEDIATE
    before = twice.digests()
    assert twice.render().ran() == set()
    assert (
        twice.run("store", "check")
        .out.splitlines()[0]
        .endswith("removed by `store gc`; they are made again when something reads them")
    )
    twice.edit(FOAM, NEW_GAIN, OLD_GAIN)
    twice.render()
    twice.edit(FOAM, OLD_GAIN, NEW_GAIN)
    twice.render()
    assert twice.digests() == before


def test_a_collection_is_refused_while_a_build_uses_the_store(twice: Space) -> None:
    with store_of(twice).leases.in_use():
        said = twice.fails("store", "gc", *ALL)
    assert said == "approx-build: a build is using the store .approx; try again when it ends"


def test_a_piece_with_faults_keeps_what_its_lock_pins(twice: Space) -> None:
    twice.edit(FOAM, "length: 1.5", "length: wrong")
    (twice.root / ".approx/states").exists() and shutil.rmtree(twice.root / ".approx/states")
    told = collected(twice, *ALL)
    assert any("1-foam.yaml:3:9: length" in note for note in told["notes"])
    twice.edit(FOAM, "length: wrong", "length: 1.5")
    ran = twice.render().ran()
    # No lock pins numbers and pictures.
    assert {target.rpartition("/")[2] for target in ran} <= {"measure", "sketch", "spectrogram"}


def test_a_lock_that_is_none_stops_a_collection(twice: Space) -> None:
    (twice.root / "pieces/tide.lock").write_text("{")
    assert "pieces/tide.lock:1:2: not a lock" in twice.fails("store", "gc", *ALL)
    sizes = json.loads(twice.run("store", "sizes", "--json").out)
    assert sizes["freed"] is None
    assert "tide.lock:1:2: not a lock" in sizes["refusal"]


def test_what_only_a_lock_knows_stays(twice: Space) -> None:
    (twice.root / TIDE).unlink()
    shutil.rmtree(twice.root / "pieces/tide")
    pinned = set(twice.digests().values())
    collected(twice, *ALL)
    assert pinned <= set(store_of(twice).objects)
    (twice.root / "pieces/tide.lock").unlink()
    collected(twice, *ALL)
    left = kinds(twice)
    assert left.keys() <= {"train", "checkpoint", "take", "figure", "clip"}


def test_a_store_of_several_projects_keeps_what_each_needs(twice: Space, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    other = twice.copy(tmp_path / "other")
    other.edit(FOAM, NEW_GAIN, "gain_db: -3, through")
    for space in (twice, other):
        space.render("--store", str(shared))
    store = ("--store", str(shared))
    assert collected(twice, *store, *ALL)["freed"] == 0
    os.rename(other.root, tmp_path / "elsewhere")
    said = twice.fails("store", "gc", *store, *ALL)
    assert f"{other.root}: used the store {shared} and cannot be read now" in said
    assert f"remove it from the register with --forget {other.root}" in said
    assert "would be refused" in twice.run("store", "sizes", *store).out
    nothing = twice.fails("store", "gc", *store, "--forget", str(tmp_path / "no"), code=2)
    assert "no project or piece there used the store" in nothing
    collected(twice, *store, "--forget", str(other.root))
    assert collected(twice, *store, *ALL)["freed"] > 0
    assert twice.render(*store).ran() == set()
    assert collected(twice, *store, *ALL)["freed"] == 0


def test_a_project_that_was_moved_with_its_store_is_known(twice: Space, tmp_path: Path) -> None:
    os.rename(twice.root, tmp_path / "moved")
    moved = Space(tmp_path / "moved")
    assert collected(moved, *ALL)["freed"] > 0
    assert moved.render().ran() == set()


def test_a_store_whose_projects_are_unknown_is_left_alone(built: Space, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    store = Store(shared)
    store.objects.put_bytes(b"somebody's")
    (tmp_path / "empty").mkdir()
    empty = Space(tmp_path / "empty")
    said = empty.fails("store", "gc", "--store", str(shared), *ALL)
    assert "no project is registered in the store" in said
    store.projects.note(Use(built.root))
    path = next((shared / "projects").iterdir())
    path.write_bytes(path.read_bytes()[:-1])
    assert "is damaged: it named a project" in empty.fails(
        "store", "gc", "--store", str(shared), *ALL
    )
    assert len(list(store.objects)) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--older-than", "soon"], "--older-than soon: write an age such as 30d, 12h, 2w or 0"),
        (["--keep-size", "-1"], "--keep-size -1: write a size such as 20GB, 500MB or 0"),
        (["--keep-size", "5iB"], "--keep-size 5iB: write a size such as 20GB, 500MB or 0"),
    ],
)
def test_wrong_ages_and_sizes_end_with_2(built: Space, words: list[str], said: str) -> None:
    assert built.fails("store", "gc", *words, code=2) == f"approx-build: {said}"


def collect_and_die(space: Space, rules: Rules, left: int) -> bool:
    """Collect in a process that is killed before its next removal after `left`; whether it was."""

    def counted(do: Callable[..., Any]) -> Callable[..., Any]:
        def instead(*arguments: Any, **more: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return do(*arguments, **more)

        return instead

    process = os.fork()
    if process == 0:
        for name in ("unlink", "replace", "rename", "rmdir"):
            setattr(os, name, counted(getattr(os, name)))
        collect(store_of(space), space.root, CollectionOptions(rules), Watch(), date.today())
        os._exit(0)
    ended = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    assert ended in (0, -signal.SIGKILL)
    return ended != 0


def faults(space: Space) -> list[Fault]:
    found = check(store_of(space), space.root, space.root / "renders", 2, Watch(), date.today())
    return list(found.faults)


@pytest.mark.parametrize("keep", [None, 0])
def test_killed_anywhere_a_collection_leaves_a_right_store(
    twice: Space, keep: int | None, tmp_path: Path
) -> None:
    before, rules = twice.digests(), Rules(0.0, keep)
    pristine = twice.copy(tmp_path / "pristine")
    removals = 0
    while True:
        shutil.rmtree(twice.root)
        pristine.copy(twice.root)
        if not collect_and_die(twice, rules, removals):
            break
        assert faults(twice) == []
        if removals % 12 == 3:
            assert twice.render().ran() == set()
            assert twice.digests() == before
        collect(store_of(twice), twice.root, CollectionOptions(rules), Watch(), date.today())
        assert faults(twice) == []
        removals += 3
    assert removals > 15


def test_trainings_that_no_model_declares_go_when_they_are_done(
    built: Space, tmp_path: Path
) -> None:
    shutil.rmtree(built.root / "models/checkpoints")
    model = "models/tiny.yaml"
    for steps in (3, 5):
        built.run("train", "tiny")
        built.edit(model, f"steps: {4 if steps == 3 else 3},", f"steps: {steps},")
    built.render()
    training = built.root / ".approx/training"
    assert len(list(training.glob("[!.]*"))) == 3
    told = json.loads(built.run("store", "sizes", "--json").out)["trainings"]
    assert sorted((one["step"], one["is_done"], one["is_declared"]) for one in told) == [
        (3, True, False),
        (4, True, False),
        (5, True, True),
    ]
    built.write("models/other.yaml", "model: other\n")
    assert "no training is removed while a model cannot be read" in collected(built, *ALL)["notes"]
    (built.root / "models/other.yaml").unlink()
    gone = collected(built, *ALL)
    assert sorted(one["status"] for one in gone["trainings"]) == ["done, 3 steps", "done, 4 steps"]
    assert len(list(training.glob("[!.]*"))) == len(list(training.glob(".*.lock"))) == 1
    assert built.render().ran() == set()
