"""Entries of a ledger for tests: two short runs of one model, and what they hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from approx_build.training.ledger.costs import Costs
from approx_build.training.ledger.entry import Audio, LedgerEntry, Session, Status, utc_text
from approx_build.training.ledger.lifecycle import begin, entry_of, finish, update
from approx_build.training.ledger.record import CurvePoint, StoredStep

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CURVE = [CurvePoint(step=100 * n, train=5 - 0.1 * n if n else None, held_out=5.2 - 0.1 * n)
         for n in range(11)]  # fmt: skip
KEPT = [StoredStep(step=1000, loss=4.2, file="step-001000.safetensors", digest="d" * 64)]


def manifest(learning_rate: float = 0.01, **sections: Any) -> dict[str, Any]:
    """The manifest of a small WaveNet."""
    return {
        "schema": 1,
        "corpus_digest": "c" * 64,
        "network": {
            "family": "wavenet",
            "sample_rate": 11025,
            "filter_width": 2,
            "dilations": [1, 2, 4],
            "scalar_input": False,
            "initial_filter_width": 32,
        },
        "training": {
            "steps": 1000,
            "window": 6144,
            "batch": 2,
            "l2": 0.0,
            "optimizer": {"name": "sgd", "learning_rate": learning_rate, "momentum": 0.9},
        },
        **sections,
    }


def fresh(learning_rate: float = 0.01, model: str = "reed", **more: Any) -> LedgerEntry:
    """A run before its first step."""
    sections = more.pop("sections", {})
    given = {"performers": ("Ada",), "audio": Audio(recorded_h=0.5, prepared_h=0.4)}
    return entry_of(model, "accordion", manifest(learning_rate, **sections), **(given | more))


def session(step: int = 0, at: datetime = NOON, **more: Any) -> Session:
    """A sitting that begins at `step`."""
    return Session(started=utc_text(at), from_step=step, to_step=step, **more)


def done(learning_rate: float = 0.01, seconds: float = 500.0, **more: Any) -> LedgerEntry:
    """A run that went to its end in one sitting."""
    entry = begin(fresh(learning_rate, **more), session(environment={"torch": "2"}))
    later = NOON + timedelta(seconds=seconds)
    return finish(update(entry, 1000, seconds, later, CURVE, KEPT, 1.5), Status.DONE, later)


PRICE = Costs(machine="a rented one", per_hour="3.6", budget="10")
