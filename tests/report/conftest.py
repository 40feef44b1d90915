"""A rendered piece, opened as the report opens it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from approx_build.project.piece import Piece
from approx_build.project.settings import Settings
from approx_build.store.records import Record
from tests.space import Space


@dataclass(frozen=True)
class Rendered:
    """A session and the record of every target."""

    session: Piece
    records: dict[str, Record]


@pytest.fixture(scope="session")
def done(rendered: Space) -> Rendered:
    """The small piece, rendered."""
    session = Piece.open(rendered.root / "pieces/tide.yaml", Settings())
    store = session.store
    latest = store.journal.latest()
    found = {t: store.records.get(latest[t].key) for t in session.lowered.graph.actions}
    return Rendered(session, {target: record for target, record in found.items() if record})
