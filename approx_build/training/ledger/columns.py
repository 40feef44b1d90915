"""The columns of the ledger: those a composer keeps by hand, then what programs ask for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from approx_build.training.forecast import duration
from approx_build.training.ledger.costs import amount_text
from approx_build.training.ledger.entry import LedgerEntry, Status
from approx_build.units import signed, spaced

Value = str | int | float | Decimal | None

SILENT_FOR = timedelta(minutes=15)
"""A run that says it is running and has not been updated for longer may have died."""


@dataclass(frozen=True)
class Column:
    """A column: its heading, an entry's value in it, and how people read that."""

    name: str
    value: Callable[[LedgerEntry], Value]
    shown: Callable[[LedgerEntry], str] | None = None

    def text(self, entry: LedgerEntry) -> str:
        """The value for people; empty when there is none."""
        return self.shown(entry) if self.shown else as_text(self.value(entry))


def as_text(value: Value) -> str:
    """A value for people."""
    if value is None:
        return ""
    if isinstance(value, float):
        return signed(value) if abs(value) < 1000 else spaced(value)
    return spaced(value) if isinstance(value, int) else str(value)


def hours(entry: LedgerEntry) -> str:
    """Hours recorded, prepared and used in training."""
    audio = entry.audio
    hours = {"recorded": audio.recorded_h, "prepared": audio.prepared_h, "heard": audio.heard_h}
    return ", ".join(f"{value:.3g} {how}" for how, value in hours.items() if value is not None)


def steps(entry: LedgerEntry) -> str:
    """Steps done, of those planned unless that is all."""
    done, planned = spaced(entry.steps_done), spaced(entry.steps_planned)
    return done if entry.steps_done == entry.steps_planned else f"{done} of {planned}"


def cost(entry: LedgerEntry) -> str:
    """What was spent, with its currency."""
    if entry.costs is None or entry.cost is None:
        return ""
    return f"{amount_text(entry.cost)} {entry.costs.currency}"


def players(entry: LedgerEntry) -> str:
    """The last training loss of each player, without its terms."""
    last = {name: curve[-1][1] for name, curve in entry.player_curves.items() if curve}
    return ", ".join(f"{name} {signed(loss)}" for name, loss in last.items() if "." not in name)


def notes(entry: LedgerEntry) -> str:
    """All notes on one line, next steps marked."""
    return " · ".join(
        f"{'next: ' if note.kind == 'next' else ''}{' '.join(note.text.split())}"
        for note in entry.notes
    )


def status(entry: LedgerEntry, now: datetime) -> str:
    """Where a run stands; one that says it runs, and has long been silent, is doubted."""
    is_doubtful = brief(entry, now).endswith("?")
    return f"running? no update since {entry.updated}" if is_doubtful else entry.status.value


def brief(entry: LedgerEntry, now: datetime) -> str:
    """The same in a word."""
    if entry.status is Status.BUDGET:
        return "budget"
    if entry.status is not Status.RUNNING or not entry.updated:
        return entry.status.value
    # The clock of the machine that trains may be ahead of this one.
    is_silent = abs(now - datetime.fromisoformat(entry.updated)) > SILENT_FOR
    return "running?" if is_silent else "running"


def parent(entry: LedgerEntry) -> str:
    """The run that it continues, and its step."""
    given = entry.manifest.get("training", {}).get("parent")
    return f"{entry.parent} at step {spaced(given['step'])}" if given else entry.parent or ""


def _setting(name: str) -> Callable[[LedgerEntry], Any]:
    return lambda entry: getattr(entry.settings, name)


KEPT_BY_HAND = (
    Column("model", lambda e: e.model),
    Column("performer(s)", lambda e: ", ".join(e.performers)),
    Column("augmentation", _setting("augmentation")),
    Column("audio hours", hours),
    Column("sample rate", _setting("sample_rate")),
    Column("steps", steps),
    Column("filter width", _setting("filter_width")),
    Column("initial filter width", _setting("initial_filter_width")),
    Column("learning rate", _setting("learning_rate")),
    Column("sample size", _setting("sample_size")),
    Column("silence threshold", _setting("silence_threshold")),
    Column("L2", _setting("l2")),
    Column("momentum", _setting("momentum")),
    Column("optimiser", _setting("optimizer")),
    Column("loss behaviour", lambda e: e.behaviour.words),
    Column("time", lambda e: duration(e.seconds)),
    Column("cost", cost),
    Column("parent run", lambda e: e.parent, parent),
    Column("notes and next steps", notes),
)
"""What a composer's spreadsheet of experiments has, in its order."""

MORE = (
    Column("run", lambda e: e.run),
    Column("status", lambda e: e.status.value),
    Column("reason", lambda e: e.reason),
    Column("family", lambda e: e.family),
    Column("corpus", lambda e: e.corpus),
    Column("corpus digest", lambda e: e.corpus_digest),
    Column("batch", _setting("batch")),
    Column("steps done", lambda e: e.steps_done),
    Column("steps planned", lambda e: e.steps_planned),
    Column("hours recorded", lambda e: e.audio.recorded_h),
    Column("hours prepared", lambda e: e.audio.prepared_h),
    Column("hours used", lambda e: e.audio.heard_h),
    Column("loss unit", lambda e: e.loss_unit),
    Column("best loss", lambda e: e.behaviour.best[1] if e.behaviour.best else None),
    Column("best step", lambda e: e.behaviour.best[0] if e.behaviour.best else None),
    Column("last loss", lambda e: e.behaviour.last[1] if e.behaviour.last else None),
    Column("players' losses", players),
    Column("slope per 1 000 steps", lambda e: e.behaviour.slope),
    Column("vacillation", lambda e: e.behaviour.vacillation),
    Column("divergences", lambda e: e.behaviour.divergences),
    Column("seconds", lambda e: e.seconds),
    Column("spent", lambda e: e.cost),
    Column("currency", lambda e: e.costs.currency if e.costs else None),
    Column("sittings", lambda e: len(e.sittings)),
    Column("started", lambda e: e.started),
)
"""The same and more, in plain numbers."""


def as_data(entry: LedgerEntry) -> dict[str, Any]:
    """All of an entry for programs: what is kept, and what is counted from it."""
    found = entry.behaviour
    return {
        **entry.model_dump(mode="json"),
        "notes": [note.model_dump(mode="json") for note in entry.notes],
        "seconds": round(entry.seconds, 1),
        "cost": None if entry.cost is None else str(entry.cost),
        "behaviour": {
            "words": found.words,
            "best": _point(found.best),
            "last": _point(found.last),
            "slope": found.slope,
            "vacillation": found.vacillation,
            "divergences": found.divergences,
            "rising_since": found.rising_since,
        },
    }


def _point(point: tuple[float, float] | None) -> dict[str, float] | None:
    return None if point is None else {"step": point[0], "loss": point[1]}
