"""Drafts: removed at the end, and swept when their writer is dead."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from approx_build.process.identity import own_identity
from approx_build.store.store import Store


def test_a_draft_is_gone_at_the_end_whatever_happens(store: Store) -> None:
    with pytest.raises(IsADirectoryError), store.drafts.new() as draft:
        _write_half_and_fail(draft)
    assert not draft.exists()


def _write_half_and_fail(path: Path) -> None:
    path.write_bytes(b"half")
    path.parent.write_bytes(b"a folder")


def test_drafts_of_the_dead_are_swept_at_once_and_those_of_the_living_stay(store: Store) -> None:
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    process.wait()
    gone = store.drafts.root / f"{replace(own_identity(), process=process.pid)}+a1b2"
    gone.write_bytes(b"half")
    with store.drafts.new() as living:
        assert store.drafts.sweep() == 1
        assert living.exists()
    assert not gone.exists()


def test_replacing_shows_readers_the_old_or_the_new(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file"
    store.drafts.replace(path, b"old")
    with open(path, "rb") as reader:
        store.drafts.replace(path, b"new")
        assert reader.read() == b"old"
    assert path.read_bytes() == b"new"
