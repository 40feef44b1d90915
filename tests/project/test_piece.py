"""A session: one piece opened, its movements found by number or by slug."""

from __future__ import annotations

from pathlib import Path

import pytest

from approx_build.errors import ConsentError, ScoreError, UsageError
from approx_build.project.piece import Piece
from approx_build.project.settings import Settings
from tests.space import Space


def opened(project: Space) -> Piece:
    return Piece.open(project.root / "pieces/tide.yaml", Settings(store=project.root / "store"))


def test_everything_is_in_the_project(project: Space) -> None:
    session = opened(project)
    assert session.root == project.root
    assert session.out == project.root / "renders"
    assert session.store.root == project.root / "store"
    assert session.lock_path == project.root / "pieces/tide.lock"
    assert session.environment == {}


def test_movements_are_named_by_number_or_slug(project: Space) -> None:
    session = opened(project)
    slugs = [one.movement.slug for one in session.movements(["2", "1-foam"])]
    assert slugs == ["2-sand", "1-foam"]
    assert len(session.movements([])) == 2
    with pytest.raises(UsageError, match=r"there are 1 \(1-foam\), 2 \(2-sand\)"):
        session.movements(["3"])


def test_names_and_consents_are_checked_before_anything_is_lowered(project: Space) -> None:
    consent: Path = project.root / "models/corpora/tones/consent.yaml"
    consent.unlink()
    with pytest.raises(ConsentError, match=r"^models/corpora/tones/consent\.yaml:1:1: missing"):
        opened(project)
    project.edit("pieces/tide/1-foam.yaml", "tones/low", "tones/lo")
    with pytest.raises(ScoreError) as caught:
        opened(project)
    assert [fault.where.line for fault in caught.value.faults] == [1, 15]


def test_opening_writes_nothing_and_the_store_shares_the_memo(project: Space) -> None:
    session = opened(project)
    assert not (project.root / "store").exists()
    assert session.store.memo is session.memo
    assert session.store is session.store


def test_what_was_read_is_logged(project: Space) -> None:
    session = opened(project)
    read = {Path(path).relative_to(project.root).as_posix() for path in session.log.files}
    assert read == {
        "models/corpora/tones/consent.yaml",
        "models/corpora/tones/high.wav",
        "models/corpora/tones/low.wav",
        "models/tiny.yaml",
        "pieces/tide.notes.yaml",
        "pieces/tide.yaml",
        "pieces/tide/1-foam.yaml",
        "pieces/tide/2-sand.yaml",
    }
    folders = {Path(path).relative_to(project.root).as_posix() for path in session.log.folders}
    assert folders == {
        "models",
        "models/checkpoints/tiny",
        "models/corpora",
        "models/corpora/tones",
        "pieces/models",
    }
