"""Keeping a piece's lock: what was rendered, written beside the score to be committed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from approx_build import __version__
from approx_build.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

    from approx_build.cli.session import Session
    from approx_build.store.lock import Lock
    from approx_build.store.records import Record


def lock_of(session: Session, records: Mapping[str, Record]) -> Lock:
    """The lock of what was built: checkpoints, takes, stems and movements with their digests."""
    from approx_build.plan.graph import Kind
    from approx_build.plan.key import SCHEMA
    from approx_build.store.lock import Lock, Pin

    section_of = {
        Kind.CHECKPOINT: "checkpoints",
        Kind.TAKE: "takes",
        Kind.STEM: "stems",
        Kind.MASTER: "movements",
        Kind.PIECE: "movements",
    }
    sections: dict[str, dict[str, Pin]] = {name: {} for name in section_of.values()}
    for target, record in records.items():
        kind = session.lowered.graph.actions[target].kind
        if kind in section_of:
            samples = str(record.facts.get("samples_digest", ""))
            sections[section_of[kind]][target] = Pin(record.key, record.digest, samples)
    versions = {"approx-build": __version__, "manifest": str(SCHEMA)}
    return Lock(session.score.slug, versions, dict(session.environment), **sections)


def read_lock(path: Path, locked: bool) -> Lock | None:
    """The lock before a render; StoreError when there is none to keep to."""
    from approx_build.store import lock as locks

    old = locks.read(path)
    if locked and old is None:
        raise StoreError(f"{path}: --locked, and there is no lock; render without it first")
    return old


def keep_lock(path: Path, old: Lock | None, new: Lock, is_whole: bool, locked: bool) -> str:
    """Write the lock when it changed; says so, and which checkpoints are others than before.

    A render of some movements changes their pins alone. With `locked` a change is an error that
    says what would change, and nothing is written.
    """
    from approx_build.store import lock as locks

    if old is not None and not is_whole:
        new = merged(old, new)
    changed = locks.changes(old, new) if old else []
    if locked and changed:
        what = told([change.target for change in changed])
        raise StoreError(f"{path}: --locked, and this render would change it: {what}")
    if not locks.write(path, new):
        return ""
    others = [c.target for c in changed if c.section == "checkpoints" and c.old and c.new]
    retrained = f"; not the checkpoints that were locked: {told(others)}" if others else ""
    return f"{path} {'has changed' if old else 'is new'}, commit it{retrained}"


def merged(old: Lock, new: Lock) -> Lock:
    """`old` with the pins of `new` in place of its own."""
    from dataclasses import replace

    return replace(
        old,
        versions=new.versions,
        environment=new.environment,
        checkpoints={**old.checkpoints, **new.checkpoints},
        takes={**old.takes, **new.takes},
        stems={**old.stems, **new.stems},
        movements={**old.movements, **new.movements},
    )


def told(names: list[str], most: int = 6) -> str:
    """Names in a sentence, at most `most` of them."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
