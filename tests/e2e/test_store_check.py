"""`store check`: one flipped bit anywhere is named, repaired, and healed by the next render."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from approx_build.store.index import Index
from approx_build.store.store import Store
from tests.e2e.test_going_on import MODEL, TELLING
from tests.space import Space
from tests.training.test_loop import stop_at

TIDE, PAGE = "pieces/tide.yaml", "renders/tide/index.html"
KINDS = {
    *("checkpoint", "clip", "event", "figure", "master", "measure", "mix", "piece", "stem"),
    *("take", "train"),
}


@pytest.fixture(scope="module")
def remembered(rendered: Space, tmp_path_factory: pytest.TempPathFactory) -> Space:
    """A project that was rendered long enough after its last change to be remembered."""
    space = rendered.copy(tmp_path_factory.mktemp("remembered") / "pristine" / "project")
    place = space.copy(space.root.parents[1] / "project")
    time.sleep(2.1)
    place.render()
    shutil.rmtree(space.root)
    shutil.copytree(place.root, space.root)
    return space


@pytest.fixture
def built(remembered: Space) -> Space:
    """A project of one's own that has been rendered, at the place that its state names."""
    place = remembered.root.parents[1] / "project"
    shutil.rmtree(place)
    return remembered.copy(place)


def flip(path: Path, place: int | None = None) -> None:
    """Turn one bit round in the middle of a file, with an unchanged time."""
    state = path.stat()
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[len(data) // 2 if place is None else place] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


def store_of(space: Space) -> Store:
    return Store(space.root / ".approx")


def checked(space: Space, *words: str, code: int = 1) -> list[dict[str, Any]]:
    """The faults that a check finds."""
    told = json.loads(space.run("store", "check", "--json", *words, code=code).out)
    faults: list[dict[str, Any]] = told["faults"]
    return faults


def heals(space: Space, *paths: Path, page: bytes | None = None) -> None:
    """The check names just these files, and they are right again after a repair and a render."""
    before, page = space.digests(), page or (space.root / PAGE).read_bytes()
    found = checked(space)
    assert {fault["path"] for fault in found} == {str(path) for path in paths}
    assert all(fault["is_repaired"] for fault in checked(space, "--repair", code=0))
    space.render()
    assert checked(space, code=0) == []
    assert (space.digests(), (space.root / PAGE).read_bytes()) == (before, page)


def test_a_store_that_is_right_is_reported_to_be(built: Space) -> None:
    outcome = built.run("store", "check")
    read = r"read \d+ objects \(\d\.\d\d MB\), \d+ records and 22 files: no damage\n"
    assert re.fullmatch(read, outcome.out)
    assert outcome.err == ""
    assert built.run("store", "check", "--quiet").out == ""


def test_a_flipped_bit_in_an_object_of_each_kind_is_found_and_healed(built: Space) -> None:
    store = store_of(built)
    index = Index.of(store.records, store.records)
    of_kind = {entry.kind: entry.main for entry in index.entries.values()}
    assert of_kind.keys() == KINDS
    paths = {store.objects.path(digest) for digest in of_kind.values()}
    for path in paths:
        flip(path)
    said = built.run("store", "check", code=1).out
    assert ": object does not contain the bytes that its name says (1-foam/" in said
    assert "  with --repair: moved to quarantine/; the next render" in said
    assert said.endswith(f"{len(paths)} damaged\n")
    heals(built, *paths)
    assert len(list((built.root / ".approx/quarantine").iterdir())) == len(paths)


def test_a_flipped_bit_in_every_other_file_of_the_store_is_found_and_healed(built: Space) -> None:
    root = built.root / ".approx"
    some = [sorted((root / name).rglob("*"))[-1] for name in ("records", "states", "projects")]
    paths = [*some, root / "journal", root / "memo.json"]
    for path in paths:
        flip(path)
    heals(built, *paths)


def test_a_record_that_was_forgotten_is_made_again(built: Space) -> None:
    store = store_of(built)
    key = store.journal.latest()["2-sand/events/grain/last"].key
    flip(store.records.path(key))
    assert checked(built, "--repair", code=0)
    assert built.render().ran() == {"2-sand/events/grain/last"}


def test_a_flipped_bit_in_each_delivered_file_is_found_and_healed(built: Space) -> None:
    paths = [path for path in (built.root / "renders").rglob("*") if path.is_file()]
    assert {path.suffix for path in paths} == {".wav", ".png", ".html", ".css", ".json"}
    page = (built.root / PAGE).read_bytes()
    for path in paths:
        flip(path)
    faults = checked(built)
    told = {Path(fault["path"]).name: fault["problem"] for fault in faults}
    assert told["1-foam.wav"] == (
        "is not what pieces/tide.lock says, nor any other result in the store"
    )
    assert told["1-foam.png"].startswith("is not what the store says")
    assert told["index.html"] == "changed without a new modification time"
    heals(built, *paths, page=page)


def test_delivered_files_that_are_gone_are_found(built: Space) -> None:
    gone = built.root / "renders/tide/stems/1-foam/spray.wav"
    gone.unlink()
    heals(built, gone)
    shutil.rmtree(built.root / "renders/tide")
    outcome = built.run("store", "check")
    assert f"{TIDE}: no delivered files in renders" in outcome.out


def test_what_no_lock_covers_is_reported_and_not_guessed(built: Space) -> None:
    built.edit("pieces/tide/1-foam.yaml", "gain_db: -6, through", "gain_db: -5, through")
    old = (built.root / "renders/tide/1-foam.wav").read_bytes()
    built.render()
    (built.root / "renders/tide/1-foam.wav").write_bytes(old)
    built.write("renders/tide/notes.txt", "mine")
    (built.root / PAGE).write_text("rewritten")
    said = built.run("store", "check").out
    assert "renders/tide/1-foam.wav: from an older version of the piece; render it again\n" in said
    unknown = (
        "renders/tide/index.html, renders/tide/notes.txt: neither a lock nor a render describes"
    )
    assert unknown in said
    built.edit("pieces/tide/1-foam.yaml", "score: 1", "score: 99")
    assert "pieces/tide/1-foam.yaml:1:8: score" in built.run("store", "check").out


def test_a_lock_that_is_none_is_a_fault_that_nothing_here_repairs(built: Space) -> None:
    lock = built.root / "pieces/tide.lock"
    lock.write_text("{")
    assert [fault["path"] for fault in checked(built)] == [str(lock)]
    outcome = built.run("store", "check", "--repair", code=1)
    assert "not repaired: it cannot be repaired here" in outcome.out
    assert outcome.out.endswith("1 damaged, 1 not repaired\n")


def test_an_object_is_restored_from_what_was_delivered(built: Space) -> None:
    digest = built.lock()["movements"]["1-foam/master"]["digest"]
    store = store_of(built)
    flip(store.objects.path(digest))
    assert checked(built, "--repair", code=0)
    assert store.objects.is_intact(digest)
    assert built.render().ran() == set()


@pytest.fixture
def trained(built: Space) -> Space:
    """The project with a training in its store, where no checkpoints are shipped."""
    shutil.rmtree(built.root / "models/checkpoints")
    built.render()
    return built


def training_of(space: Space) -> Path:
    (folder,) = (space.root / ".approx/training").glob("[!.]*")
    return folder


def test_a_flipped_bit_in_the_files_of_a_training_is_found_and_healed(trained: Space) -> None:
    folder = training_of(trained)
    paths = sorted(path for path in folder.iterdir())
    assert [path.name for path in paths] == [
        *("record-copy.json", "record.json"),
        *(f"step-{step:06}.safetensors" for step in (0, 2, 4)),
    ]
    before = {path: path.read_bytes() for path in paths}
    paths.remove(folder / "record-copy.json")
    for path in paths:
        flip(path)
    heals(trained, *paths)
    assert {path: path.read_bytes() for path in before} == before


def test_a_flipped_bit_in_the_state_of_a_training_is_found_and_set_aside(
    trained: Space, tmp_path: Path
) -> None:
    shutil.rmtree(trained.root / ".approx")
    twin = trained.copy(tmp_path / "twin")
    trained.edit(MODEL, "evaluate_windows: 1", "evaluate_windows: 1, evaluate_every: 1")
    twin.edit(MODEL, "evaluate_windows: 1", "evaluate_windows: 1, evaluate_every: 1")
    with (
        mock.patch(TELLING, return_value=stop_at(3, signal.SIGINT)),
        mock.patch.object(os, "_exit", sys.exit),
    ):
        trained.run("train", "tiny", code=130)
    state = training_of(trained) / "resume.safetensors"
    for place in (3, 100, state.stat().st_size // 2):
        flip(state, place)
        (fault,) = checked(trained)
        assert (fault["kind"], fault["path"]) == ("training state", str(state))
        flip(state, place)
    flip(state)
    assert checked(trained, "--repair", code=0)
    assert not state.exists()
    assert (state.parent / f"{state.name}.damaged").exists()
    trained.render()
    twin.render()
    assert trained.digests() == twin.digests()
    assert checked(trained, code=0) == []


def test_without_a_store_nothing_is_checked_and_none_is_made(space: Space) -> None:
    for command in ("check", "sizes", "gc"):
        said = space.fails("store", command, code=2)
        assert "there is no store at" in said
    assert not (space.root / ".approx").exists()


def test_a_build_beside_the_check_is_no_fault(built: Space) -> None:
    store = store_of(built)
    with store.leases.in_use(), store.drafts.new() as draft:
        draft.write_bytes(b"half")
        assert checked(built, code=0) == []


def test_a_store_that_cannot_be_written_is_checked(built: Space, read_only: Any) -> None:
    flip(max(path for path in (built.root / ".approx/objects").rglob("*") if path.is_file()))
    with read_only(built.root / ".approx"):
        assert len(checked(built)) == 1
        outcome = built.run("store", "check", "--repair", code=1)
    assert "not repaired: " in outcome.out


def test_a_folder_in_the_place_of_any_file_is_found_and_healed(built: Space) -> None:
    digest = built.lock()["movements"]["1-foam/master"]["digest"]
    store, renders = store_of(built), built.root / "renders/tide"
    key = store.journal.latest()["2-sand/events/grain/last"].key
    paths = [store.objects.path(digest), store.records.path(key), store.memo.path]
    paths += [store.journal.path, renders / "2-sand.wav", renders / "spectrograms/1-foam.png"]
    for path in paths:
        path.unlink()
        path.mkdir()
    heals(built, *paths)
    for path in (paths[0], *paths[4:], built.root / PAGE):
        path.unlink()
        path.mkdir()
        built.render()
        assert path.is_file()
        assert checked(built, code=0) == []
    for state in (built.root / ".approx/states").iterdir():
        state.unlink()
        state.mkdir()
        heals(built, state)


def test_a_folder_of_things_in_the_place_of_a_file_gets_another_name(built: Space) -> None:
    wave = built.root / "renders/tide/2-sand.wav"
    wave.unlink()
    built.write("renders/tide/2-sand.wav/notes.txt", "mine")
    built.render()
    assert wave.is_file()
    [kept] = wave.parent.glob("2-sand.wav.folder-*")
    assert (kept / "notes.txt").read_text() == "mine"


def test_a_folder_in_the_place_of_the_lock_is_refused_in_words(built: Space) -> None:
    lock = built.root / "pieces/tide.lock"
    lock.unlink()
    lock.mkdir()
    said = built.fails("render", TIDE)
    assert said.startswith("approx-build: pieces/tide.lock: not a lock (it is a folder, not a ")
    lock.rmdir()
    built.render()
    assert lock.is_file()
