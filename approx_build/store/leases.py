"""Leases: who makes what, so that two builders on one store do not both make it.

Leases are kernel locks: they end with the process in every case, so none can be stale. No result
depends on them; where locks do not work, two builders may do the same work twice, and both results
are the same object. A key locks one byte of one file at an offset computed from the key, so leases
leave no files behind.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from approx_build.errors import StoreError
from approx_build.files.writing import open_shared
from approx_build.process import system
from approx_build.process.locks import LockResult, try_lock
from approx_build.store.disk import refusal

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.01, 0.5
PATIENCE_S = 2.0
"""After this time, a waiting builder reports what it waits for, and for whom."""

Remark = Callable[[str], None]


def ignored(words: str) -> None:
    """Ignores its argument."""


class Leases:
    """Leases on the store at `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def on(self, keys: Iterable[str], wait_s: float, remark: Remark = ignored) -> Iterator[None]:
        """Hold the leases of `keys`; after `wait_s` in total, continue without the missing ones.

        Leases are taken in the order of the keys, so that no two builders can wait for each other.
        """
        began = time.monotonic()
        wait = _Wait(began + PATIENCE_S, began + wait_s, remark)
        with ExitStack() as held:
            handle = _byte_locks(self.root, os.getpid())
            # 15 hexadecimal digits are 60 bits, below the limit of a signed file offset. Two keys
            # that share them only wait for each other.
            for offset in sorted({int(key[:15], 16) for key in keys}):
                if handle is not None and _lock_byte(handle, offset, wait):
                    held.callback(_unlock_byte, handle, offset)
            yield

    @contextmanager
    def in_use(self, remark: Remark = ignored) -> Iterator[None]:
        """Keep `alone` out while the block builds; waits while another process is in `alone`."""
        with self._use() as handle:
            report_at = time.monotonic() + PATIENCE_S
            while handle is not None and _try_lock(handle, True) is LockResult.BUSY:
                if time.monotonic() > report_at:
                    remark(f"waiting: the store {self.root} is being cleaned")
                    report_at = float("inf")
                # Polled, because a blocking lock could not report the wait.
                time.sleep(FIRST_PAUSE_S)
            yield

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep builders out while the block removes files.

        StoreError when a build uses the store, or when locks do not work, so that builds cannot be
        detected.
        """
        with self._use() as handle:
            # A store that cannot be written: nothing is removed from it, either.
            match LockResult.HELD if handle is None else _try_lock(handle, False):
                case LockResult.BUSY:
                    text = f"a build is using the store {self.root}; try again when it ends"
                    raise StoreError(text)
                case LockResult.NONE:
                    raise StoreError(
                        f"{self.root}: locks do not work on this filesystem, so a build that uses "
                        "the store cannot be seen; do this on a copy on another filesystem"
                    )
            yield

    @contextmanager
    def _use(self) -> Iterator[int | None]:
        try:
            handle = open_shared(self.root / "use")
        except OSError as error:
            # Something else in its place would hide builds from one another.
            if error.errno in ODD:
                raise refusal(error, self.root / "use") from error
            yield None
            return
        try:
            yield handle
        finally:
            os.close(handle)


def _try_lock(handle: int, is_shared: bool) -> LockResult:
    try:
        return try_lock(handle, is_shared)
    except OSError:
        return LockResult.NONE


ODD = {errno.ELOOP, errno.EINVAL, errno.EISDIR}
"""The errors about something that is no file in the place of one."""


@dataclass
class _Wait:
    """A wait for leases: when to report it, when to give up, and to whom."""

    report_at: float
    until: float
    remark: Remark

    def waits(self, pause: float, handle: int, offset: int) -> bool:
        """Whether to wait for `pause` more; reports a long wait once."""
        now = time.monotonic()
        if now >= self.report_at:
            who = f" (process {holder})" if (holder := system.byte_holder(handle, offset)) else ""
            self.remark(f"another build{who} is building this; waiting for it")
            self.report_at = float("inf")
        return now + pause <= self.until


@cache
def _byte_locks(root: Path, _process: int) -> int | None:
    # One handle for the life of the process: closing any handle of a file releases all byte locks
    # that the process has on it.
    if not system.has_byte_locks():
        return None
    with suppress(OSError):
        return open_shared(root / "leases")
    return None


def _lock_byte(handle: int, offset: int, wait: _Wait) -> bool:
    pause = FIRST_PAUSE_S
    while True:
        try:
            system.lock_byte(handle, offset)
        except OSError as error:
            # Without locks, work may be done twice, with the same result.
            if error.errno not in system.BUSY or not wait.waits(pause, handle, offset):
                return False
            time.sleep(pause)
            # Short at first, because most actions are short; a wait for a long one must not keep a
            # CPU busy.
            pause = min(2 * pause, LONGEST_PAUSE_S)
        else:
            return True


def _unlock_byte(handle: int, offset: int) -> None:
    with suppress(OSError):
        system.unlock_byte(handle, offset)
