"""The lock: stable text, faults said with their place, and what changed between two."""

from __future__ import annotations

import errno
import fcntl
import os
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from approx_build.errors import StoreError
from approx_build.store import lock
from approx_build.store.lock import Change, Lock, Pin, changes, content, merging, read, text, write

LOCK = Lock(
    piece="tide",
    versions={"approx-build": "0.1.0"},
    environment={"arithmetic": "portable 1"},
    checkpoints={"gulls/30": Pin("k0", "d0")},
    takes={"tide/1/cry/2": Pin("k2", "d2", "s2"), "tide/1/cry/1": Pin("k1", "d1", "s1")},
    stems={"tide/1/foam": Pin("k3", "d3", "s3")},
    movements={"tide/1": Pin("k4", "d4", "s4")},
)


def test_a_lock_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "tide.lock"
    assert write(path, LOCK)
    assert read(path) == LOCK
    assert not write(path, LOCK)


def test_a_name_that_is_no_utf_8_can_be_locked(tmp_path: Path) -> None:
    path, odd = tmp_path / "tide.lock", replace(LOCK, piece="a\udc80\ud800")
    assert write(path, odd)
    assert read(path) == odd
    assert path.read_bytes() == content(odd)


def test_the_text_does_not_depend_on_the_order_of_targets() -> None:
    turned = replace(LOCK, takes=dict(reversed(LOCK.takes.items())))
    assert text(turned) == text(LOCK)
    assert text(LOCK).startswith('{\n  "lock": 1,\n  "piece": "tide",\n')
    assert text(LOCK).index("cry/1") < text(LOCK).index("cry/2")
    assert '"gulls/30": {\n      "key": "k0",\n      "digest": "d0"\n    }' in text(LOCK)


def test_no_file_is_no_lock(tmp_path: Path) -> None:
    assert read(tmp_path / "tide.lock") is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{\n  "lock": 1,\n<<<<<<< HEAD\n', r"tide\.lock:3:1: not a lock"),
        ("[]", "not a lock"),
        ('{"lock": 2, "piece": "tide"}', "of another version"),
        ('{"lock": 1, "piece": "tide", "tapes": {}}', "unknown field 'tapes'"),
        ('{"lock": 1, "piece": "tide", "takes": {"a": {"kez": "1"}}}', "kez.*restore it"),
        ('{"lock": 1}', "not a lock .*piece"),
    ],
)
def test_what_is_not_a_lock_is_refused(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "tide.lock"
    path.write_text(content)
    with pytest.raises(StoreError, match=message):
        read(path)


def test_pins_come_in_the_order_of_making() -> None:
    assert next(iter(LOCK.pins())) == "gulls/30"
    assert list(LOCK.pins())[-1] == "tide/1"


def test_changes_name_what_differs_and_whether_it_sounds() -> None:
    new = replace(
        LOCK,
        versions={"approx-build": "0.2.0"},
        takes={"tide/1/cry/1": Pin("other", "d1", "s1"), "tide/1/cry/3": Pin("k5", "d5")},
    )
    found = changes(LOCK, new)
    assert [(change.target, change.is_sound) for change in found] == [
        ("tide/1/cry/1", False),
        ("tide/1/cry/2", True),
        ("tide/1/cry/3", True),
    ]
    assert found[1] == Change("takes", "tide/1/cry/2", Pin("k2", "d2", "s2"), None)
    assert changes(LOCK, LOCK) == []


def test_of_many_that_merge_at_once_none_loses_a_pin(tmp_path: Path) -> None:
    path, count = tmp_path / "tide.lock", 8
    write(path, LOCK)

    def add(number: int) -> None:
        with merging(path):
            old = read(path)
            assert old is not None
            time.sleep(0.01)
            write(path, replace(old, takes={**old.takes, f"take/{number}": Pin("k", "d")}))

    crowd = [threading.Thread(target=add, args=(number,)) for number in range(count)]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    found = read(path)
    assert found is not None
    assert found.takes.keys() == {*LOCK.takes, *(f"take/{number}" for number in range(count))}
    assert [each.name for each in tmp_path.iterdir()] == ["tide.lock"]


def test_one_that_never_ends_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "LONGEST_S", 0.1)
    path = tmp_path / "tide.lock"
    said = r"tide\.lock: another process keeps changing it; run again"
    with merging(path), pytest.raises(StoreError, match=said), merging(path):
        pass


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EBADF])
def test_where_a_folder_cannot_be_locked_nobody_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def none(handle: int, how: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, "flock", none)
    with merging(tmp_path / "tide.lock"), merging(tmp_path / "none" / "tide.lock"):
        pass
