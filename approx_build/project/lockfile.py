"""Keeping a piece's lock: what was rendered, written beside the score to be committed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from approx_build import __version__
from approx_build.errors import StoreError, argument

if TYPE_CHECKING:
    from pathlib import Path

    from approx_build.project.piece import Piece
    from approx_build.store.lock import Lock
    from approx_build.store.objects import Objects
    from approx_build.store.records import Record

LOCKED = argument("locked", True)


def lock_of(piece: Piece, records: Mapping[str, Record]) -> Lock:
    """The lock of what was built: checkpoints, takes, stems and movements with their digests."""
    from approx_build.plan.graph import Kind
    from approx_build.plan.key import SCHEMA, VERSIONS
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
        kind = piece.lowered.graph.actions[target].kind
        if kind in section_of:
            samples = str(record.facts.get("samples_digest", ""))
            sections[section_of[kind]][target] = Pin(record.key, record.digest, samples)
    versions = {"approx-build": __version__, "manifest": str(SCHEMA)}
    # Only raised versions, so that a new kind of action changes no lock.
    versions |= {kind.value: str(number) for kind, number in VERSIONS.items() if number > 1}
    return Lock(piece.score.slug, versions, dict(piece.environment), **sections)


def read_lock(path: Path, locked: bool) -> Lock | None:
    """The lock before a render; StoreError when there is none to keep to."""
    from approx_build.store import lock as locks

    old = locks.read(path)
    if locked and old is None:
        raise StoreError(
            f"{path}: there is no such lock, which {LOCKED} needs; render without it first"
        )
    return old


def with_current_keys(old: Lock, new: Lock, objects: Objects) -> Lock:
    """`old` as if its checkpoints had been written today, where their weights are those of `new`.

    Versions before 0.3.0 wrote the model's name into a checkpoint's header.
    """
    from approx_build.store.lock import Pin
    from approx_build.training.checkpoint import with_name

    checkpoints = dict(old.checkpoints)
    for target, pin in old.checkpoints.items():
        now = new.checkpoints.get(target)
        # The weights are read from the object, so it must be undamaged.
        if now is None or now.digest == pin.digest or not objects.verify(now.digest):
            continue
        name = target.split("/")[1]
        if sha256(with_name(objects.path(now.digest), name)).hexdigest() == pin.digest:
            checkpoints[target] = Pin(pin.key, now.digest)
    return replace(old, checkpoints=checkpoints)


def keep_lock(path: Path, old: Lock | None, new: Lock, is_whole: bool, locked: bool) -> str:
    """Write the lock when it changed; says so, and which checkpoints are others than before.

    A render of some movements changes their pins alone. With `locked` a change of sound is an
    error that says what would change, and nothing is written.
    """
    from approx_build.store import lock as locks

    # The pins of the other movements must not be lost.
    if old is not None and not is_whole:
        new = merged(old, new)
    changed = locks.changes(old, new) if old else []
    # A new version of the program may change keys only; that must not look like a change of sound.
    sounds = [change for change in changed if change.is_sound]
    keys = _renewed(old, new, len(changed)) if changed and not sounds else ""
    if locked:
        if sounds:
            what = listed([change.target for change in sounds])
            raise StoreError(
                f"{path}: this render would change the lock, which {LOCKED} forbids: {what}"
            )
        return f"{path}: {keys}; a render without {LOCKED} renews them" if keys else ""
    if not locks.write(path, new):
        return ""
    others = [c.target for c in sounds if c.section == "checkpoints" and c.old and c.new]
    retrained = f"these checkpoints differ from the lock: {listed(others)}" if others else ""
    news = f"{path} {'has changed' if old else 'is new'}; commit it"
    return "; ".join(words for words in (news, keys, retrained) if words)


def _renewed(old: Lock | None, new: Lock, count: int) -> str:
    """What to say when `count` keys changed and no sound did."""
    keys = f"{count} key{'' if count == 1 else 's'} in the lock"
    is_older = old is not None and old.versions != new.versions
    verb = "is" if count == 1 else "are"
    why = f"{verb} of an older form" if is_older else "changed"
    return f"{keys} {why}; every sound is the same"


def merged(old: Lock, new: Lock) -> Lock:
    """`old` with the pins of `new` in place of its own."""
    return replace(
        old,
        versions=new.versions,
        environment=new.environment,
        checkpoints={**old.checkpoints, **new.checkpoints},
        takes={**old.takes, **new.takes},
        stems={**old.stems, **new.stems},
        movements={**old.movements, **new.movements},
    )


def listed(names: list[str], most: int = 6) -> str:
    """Names in a sentence, at most `most` of them."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
