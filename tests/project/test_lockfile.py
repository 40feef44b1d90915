"""Keeping a lock: written when it changed, merged for a part of a piece, kept to when locked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from approx_build.errors import StoreError
from approx_build.project.lockfile import keep_lock, listed, merged, read_lock
from approx_build.store.lock import Lock, Pin, read

LOCK = Lock(
    "tide",
    {"approx-build": "1"},
    checkpoints={"models/tiny/4": Pin("k0", "d0")},
    takes={"piece/takes/cry/1": Pin("k1", "d1")},
    stems={"1-foam/stems/spray": Pin("k2", "d2")},
    movements={"1-foam/master": Pin("k3", "d3"), "2-sand/master": Pin("k4", "d4")},
)
PART = Lock("tide", {"approx-build": "2"}, movements={"1-foam/master": Pin("k5", "d5")})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tide.lock"


def test_a_new_lock_is_written_and_reported(path: Path) -> None:
    assert keep_lock(path, None, LOCK, True, False) == f"{path} is new; commit it"
    assert read(path) == LOCK
    assert keep_lock(path, LOCK, LOCK, True, False) == ""


def test_checkpoints_that_are_others_are_named(path: Path) -> None:
    keep_lock(path, None, LOCK, True, False)
    retrained = replace(LOCK, checkpoints={"models/tiny/4": Pin("k0", "other")})
    assert keep_lock(path, LOCK, retrained, True, False) == (
        f"{path} has changed; commit it; these checkpoints differ from the lock: models/tiny/4"
    )


def test_keys_of_an_older_form_are_renewed_and_kept_to(path: Path) -> None:
    keep_lock(path, None, LOCK, True, False)
    new = replace(
        LOCK,
        versions={**LOCK.versions, "train": "2"},
        checkpoints={"models/tiny/4": Pin("k9", "d0")},
    )
    words = "1 key in the lock is of an older form; every sound is the same"
    said = keep_lock(path, LOCK, new, True, True)
    assert said == f"{path}: {words}; a render without `locked=True` renews them"
    assert read(path) == LOCK
    assert keep_lock(path, LOCK, new, True, False) == f"{path} has changed; commit it; {words}"
    assert read(path) == new
    # Other keys of the same form come of an edit that changed no sound.
    moved = replace(new, takes={"piece/takes/cry/1": Pin("k8", "d1")})
    words = "1 key in the lock changed; every sound is the same"
    assert keep_lock(path, new, moved, True, False) == f"{path} has changed; commit it; {words}"


def test_locked_writes_nothing_when_versions_alone_differ(path: Path) -> None:
    keep_lock(path, None, LOCK, True, False)
    assert keep_lock(path, LOCK, replace(LOCK, versions={"approx-build": "2"}), True, True) == ""
    assert read(path) == LOCK


def test_a_render_of_a_part_changes_its_own_pins(path: Path) -> None:
    new = merged(LOCK, PART)
    assert new.movements == {**LOCK.movements, **PART.movements}
    assert (new.takes, new.versions) == (LOCK.takes, PART.versions)
    keep_lock(path, LOCK, PART, False, False)
    assert read(path) == new


def test_a_whole_render_forgets_what_is_no_more(path: Path) -> None:
    keep_lock(path, LOCK, PART, True, False)
    assert read(path) == PART


def test_locked_refuses_and_writes_nothing(path: Path) -> None:
    keep_lock(path, None, LOCK, True, False)
    with pytest.raises(
        StoreError, match=r"would change the lock, which `locked=True` forbids: 1-foam/master"
    ):
        keep_lock(path, LOCK, PART, False, True)
    assert read(path) == LOCK
    assert keep_lock(path, LOCK, replace(LOCK, versions=LOCK.versions), True, True) == ""


def test_locked_needs_a_lock(path: Path) -> None:
    assert read_lock(path, False) is None
    with pytest.raises(StoreError, match="there is no such lock, which `locked=True` needs"):
        read_lock(path, True)


def test_many_names_are_counted() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed([str(n) for n in range(8)]) == "0, 1, 2, 3, 4, 5 and 2 more"
