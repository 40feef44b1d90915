"""Drafts: removed at the end, and swept by age when their owner is dead."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from approx_build.store.drafts import OLD_S, YOUNG_S
from approx_build.store.store import Store


def abandoned(store: Store, owner: str, age_s: float) -> Path:
    with store.drafts.new() as draft:
        host = draft.name.split("+")[0]
    path = draft.with_name(owner.replace("HERE", host))
    path.write_bytes(b"half")
    os.utime(path, (time.time() - age_s,) * 2)
    return path


@pytest.fixture
def dead() -> int:
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    process.wait()
    return process.pid


def test_a_draft_is_gone_at_the_end_whatever_happens(store: Store) -> None:
    with pytest.raises(IsADirectoryError), store.drafts.new() as draft:
        _write_half_and_fail(draft)
    assert not draft.exists()


def _write_half_and_fail(path: Path) -> None:
    path.write_bytes(b"half")
    path.parent.write_bytes(b"a folder")


def test_drafts_of_the_dead_are_swept_when_an_hour_old(store: Store, dead: int) -> None:
    gone = abandoned(store, f"HERE+{dead}+aa", YOUNG_S + 60)
    young = abandoned(store, f"HERE+{dead}+bb", YOUNG_S - 60)
    living = abandoned(store, f"HERE+{os.getpid()}+cc", YOUNG_S + 60)
    elsewhere = abandoned(store, f"another+{dead}+dd", YOUNG_S + 60)
    ancient = abandoned(store, "another+1+ee", OLD_S + 60)
    assert store.drafts.sweep() == 2
    assert [p.exists() for p in (gone, young, living, elsewhere, ancient)] == [0, 1, 1, 1, 0]


def test_replacing_shows_readers_the_old_or_the_new(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file"
    store.drafts.replace(path, b"old")
    with open(path, "rb") as reader:
        store.drafts.replace(path, b"new")
        assert reader.read() == b"old"
    assert path.read_bytes() == b"new"
