"""Planted bugs: kinds of mistake that the harness must notice, put into a command's process."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SMALL = 512
"""Bytes written at once by a delivery: few, so that many a kill comes between."""


def plant(name: str) -> None:
    """Put the bug of this name into this process; nothing when it is empty."""
    if name:
        PLANTS[name]()


def _no_sync() -> None:
    """Nothing is synced to the disk."""
    os.fsync = lambda handle: None  # type: ignore


def _record_first() -> None:
    """Objects have their names only after their records."""
    from approx_build.store.records import Record, Records

    put = Records.put

    def put_first(self: Records, record: Record) -> None:
        objects = self._folder.parent / "objects"
        paths = [objects / digest[:2] / digest[2:] for digest in {*record.outputs.values()}]
        for path in paths:
            path.rename(path.with_name(f"{path.name}-later"))
        put(self, record)
        for path in paths:
            path.with_name(f"{path.name}-later").rename(path)

    Records.put = put_first  # type: ignore


def _stale_state() -> None:
    """The sweep believes a state without looking at a file."""
    from approx_build.cli import fast_path as light

    light.is_up_to_date = lambda path, options: Path(path).exists()  # type: ignore


def _torn_delivery() -> None:
    """Files are delivered by writing over those that are there."""
    from approx_build.store import delivery, objects

    def deliver(source: Path, digest: str, dest: Path) -> tuple[bool, bool]:
        dest.parent.mkdir(parents=True, exist_ok=True)
        data = source.read_bytes()
        with open(dest, "wb", buffering=0) as file:
            for start in range(0, len(data), SMALL):
                file.write(data[start : start + SMALL])
        return True, True

    delivery.deliver = objects.deliver = deliver  # type: ignore


def _believing() -> None:
    """Objects are believed without being read."""
    from approx_build.store import objects

    objects.Objects.verify = lambda self, digest: self.path(digest).exists()  # type: ignore
    objects.Objects.materialise = lambda self, digest, dest: objects.deliver(  # type: ignore
        self.path(digest), "", dest
    )
    copied = objects.deliver.__globals__["_copied"]
    objects.deliver.__globals__["_copied"] = lambda *words: copied(*words) or True


def _litter() -> None:
    """Drafts that a process leaves are nobody's business."""
    from approx_build.store.drafts import Drafts

    Drafts.sweep = lambda self, *words: 0  # type: ignore
    Drafts.sweep_of = lambda self, process: None  # type: ignore


def _forgetful() -> None:
    """One record in eight is not found."""
    from approx_build.store.records import Records

    get = Records.get
    Records.get = lambda self, key: None if key[0] in "07" else get(self, key)  # type: ignore


def _seeded_by_time() -> None:
    """The dither of a stem depends on when it was made."""
    from approx_build.audio import stems

    write = stems.write_stem

    def unlike(*words: Any, **named: Any) -> Any:
        path, blocks, *rest = words
        tick = time.time_ns() % 7 * 1e-4
        return write(path, (block + tick for block in blocks), *rest, **named)

    from approx_build.execution.actions import stem

    stem.write_stem = unlike  # type: ignore


def _speechless() -> None:
    """What a disk refuses is not put into words."""
    import contextlib

    from approx_build.store import drafts, objects

    for module in (drafts, objects):
        module.store_errors = lambda path: contextlib.nullcontext()  # type: ignore
        if hasattr(module, "reporting_full_disk"):
            module.reporting_full_disk = lambda folder: contextlib.nullcontext()


def _endless() -> None:
    """A command never ends."""
    from approx_build.store.journal import Journal

    # The limit of CPU time that a trial's command has ends it, here sooner.
    def forever(self: Journal, entries: object) -> None:
        while True:
            pass

    resource.setrlimit(resource.RLIMIT_CPU, (3, 5))
    Journal.append = forever  # type: ignore


PLANTS: dict[str, Callable[[], None]] = {
    "no sync": _no_sync,
    "record first": _record_first,
    "stale state": _stale_state,
    "torn delivery": _torn_delivery,
    "believing": _believing,
    "litter": _litter,
    "forgetful": _forgetful,
    "seeded by time": _seeded_by_time,
    "speechless": _speechless,
    "endless": _endless,
}
