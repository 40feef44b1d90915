"""The lock: stable text, faults said with their place, and what changed between two."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from approx_build.errors import StoreError
from approx_build.store.lock import Change, Lock, Pin, changes, read, text, write

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
