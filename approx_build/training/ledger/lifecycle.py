"""The life of an entry of the ledger: its settings, a session, its progress, its end.

Pure functions, each from an entry to the next: `entry_of` before the first step, `begin` a
session, `update` on the way, `finish` at its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from approx_build.errors import ModelError
from approx_build.training.ledger.costs import Costs
from approx_build.training.ledger.entry import (
    Audio,
    Kept,
    LedgerEntry,
    LossPoint,
    Session,
    Status,
    run_name,
    utc_text,
)
from approx_build.training.ledger.record import CurvePoint, StoredStep, manifest_digest
from approx_build.training.ledger.settings import settings_of


def entry_of(
    model: str,
    corpus: str,
    manifest: Mapping[str, Any],
    *,
    performers: Iterable[str] = (),
    augmentation: str | None = None,
    audio: Audio | None = None,
    costs: Costs | None = None,
    parent: str | None = None,
    loss_unit: str = "nats",
    number: int = 1,
) -> LedgerEntry:
    """The entry of a run before its first step, by the manifest of its model.

    `augmentation` is in words; without it, those of the manifest's own section.
    """
    settings = settings_of(manifest, augmentation)
    network, training = manifest.get("network") or {}, manifest.get("training") or {}
    return LedgerEntry(
        number=number,
        run=run_name(model, manifest),
        model=model,
        family=str(network.get("family", "")),
        corpus=corpus,
        corpus_digest=str(manifest.get("corpus_digest", "")),
        performers=tuple(performers),
        audio=audio or Audio(),
        steps_planned=int(training.get("steps", 0)),
        settings=settings,
        loss_unit=loss_unit,
        costs=costs,
        parent=parent or (training.get("parent") or {}).get("run"),
        manifest=dict(manifest),
    )


def begin(entry: LedgerEntry, session: Session, earlier: LedgerEntry | None = None) -> LedgerEntry:
    """The run with a new session after those of `earlier`, its present entry in the ledger.

    The session keeps the present price, so a later price does not change its cost.
    ModelError when that is another run that only has the same name.
    """
    if entry.costs is not None:
        session = session.model_copy(update={"per_hour": entry.costs.per_hour})
    changes: dict[str, Any] = {"sittings": (session,), "steps_done": session.from_step}
    if earlier is not None:
        if manifest_digest(earlier.manifest) != manifest_digest(entry.manifest):
            raise ModelError(f"ledger: {entry.run} is the name of another run already")
        changes["sittings"] = (*earlier.sittings, session)
        changes["number"] = earlier.number
        # The steps of a killed session after its last saved state are repeated.
        changes["curve"] = tuple(p for p in earlier.curve if p.step <= session.from_step)
        kept = tuple(one for one in earlier.checkpoints if one.step <= session.from_step)
        changes["checkpoints"] = kept
        changes["warnings"] = earlier.warnings
    changes |= {"status": Status.RUNNING, "reason": "", "updated": session.started}
    return entry.model_copy(update=changes)


def update(
    entry: LedgerEntry,
    step: int,
    seconds: float,
    now: datetime,
    curve: Sequence[CurvePoint] | None = None,
    checkpoints: Sequence[StoredStep] | None = None,
    heard_h: float | None = None,
) -> LedgerEntry:
    """The run after `step`, `seconds` into its last session; None leaves what is there."""
    session = entry.sittings[-1].model_copy(update={"to_step": step, "seconds": round(seconds, 1)})
    changes: dict[str, Any] = {
        "steps_done": step,
        "sittings": (*entry.sittings[:-1], session),
        "updated": utc_text(now),
    }
    if curve is not None:
        changes["curve"] = tuple(
            LossPoint(
                step=one.step, training=one.train, held_out=one.held_out, losses={**one.losses}
            )
            for one in curve
        )
    if checkpoints is not None:
        changes["checkpoints"] = tuple(
            Kept(step=one.step, loss=one.loss, digest=one.digest) for one in checkpoints
        )
    if heard_h is not None:
        changes["audio"] = entry.audio.model_copy(update={"heard_h": round(heard_h, 4)})
    return entry.model_copy(update=changes)


def warn(entry: LedgerEntry, words: str) -> LedgerEntry:
    """The run with a warning, which it has once however often it is given."""
    if words in entry.warnings:
        return entry
    return entry.model_copy(update={"warnings": (*entry.warnings, words)})


def finish(entry: LedgerEntry, status: Status, now: datetime, reason: str = "") -> LedgerEntry:
    """The run at its end, or where it stopped, and why."""
    # model_copy() does not validate, so text that is no UTF-8 would reach the file.
    plain = reason.encode(errors="replace").decode()
    changes = {"status": status, "reason": plain, "updated": utc_text(now)}
    return entry.model_copy(update=changes)
