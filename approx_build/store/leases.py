"""Leases: who makes what, so that two builders on one store need not both make it.

Kernel locks only: they end with the process, however it ends, so none can be stale. Nothing
right depends on them; where locks do not work, two builders may do a thing twice, and both
results are the same object. A key is locked as one byte of one file, at an offset made of the
key, so leases leave no files behind.
"""

from __future__ import annotations

import errno
import os
import struct
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from approx_build.errors import StoreError
from approx_build.process.locks import Grip, grip

try:
    import fcntl
except ImportError:  # not a POSIX system: nobody waits for anybody
    fcntl = None  # type: ignore[assignment]

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.01, 0.5
PATIENCE_S = 2.0
"""Whoever waits longer says so, and for whom."""

BUSY = {errno.EAGAIN, errno.EACCES}
"""How the system says that another process has a byte."""

Remark = Callable[[str], None]


def unsaid(words: str) -> None:
    """Tells nobody."""


class Leases:
    """Leases on the store at `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def on(self, keys: Iterable[str], wait_s: float, remark: Remark = unsaid) -> Iterator[None]:
        """Hold the leases of `keys`; after `wait_s` in all, go on without those still missing.

        Taken in the order of the keys, so that no two holders can wait for each other.
        """
        began = time.monotonic()
        wait = _Wait(began + PATIENCE_S, began + wait_s, remark)
        with ExitStack() as held:
            handle = _byte_locks(self.root, os.getpid())
            for offset in sorted({int(key[:15], 16) for key in keys}):
                if handle is not None and _lock_byte(handle, offset, wait):
                    held.callback(_unlock_byte, handle, offset)
            yield

    @contextmanager
    def in_use(self, remark: Remark = unsaid) -> Iterator[None]:
        """Keep `alone` out while the block builds, waiting while another holds that."""
        with self._use() as handle:
            told = time.monotonic() + PATIENCE_S
            while handle is not None and _grip(handle, True) is Grip.BUSY:
                if time.monotonic() > told:
                    remark(f"waiting: the store {self.root} is being put in order")
                    told = float("inf")
                time.sleep(FIRST_PAUSE_S)
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep builders out while the block removes things.

        StoreError when one is at work, or when nobody can know because locks do not work there.
        """
        with self._use() as handle:
            # A store that cannot be written: nothing is removed from it either.
            match Grip.HELD if handle is None else _grip(handle, False):
                case Grip.BUSY:
                    text = f"a build is using the store {self.root}; try again when it ends"
                    raise StoreError(text)
                case Grip.NONE:
                    raise StoreError(
                        f"{self.root}: locks do not work on this filesystem, so a build that uses "
                        "the store cannot be seen; do this on a copy on another filesystem"
                    )
            yield

    @contextmanager
    def _use(self) -> Iterator[int | None]:
        try:
            handle = os.open(self.root / "use", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError:
            yield None
            return
        try:
            yield handle
        finally:
            os.close(handle)


def _grip(handle: int, is_shared: bool) -> Grip:
    try:
        return grip(handle, is_shared)
    except OSError:
        return Grip.NONE


@dataclass
class _Wait:
    """Waiting for leases: when to say so, when to give up, and whom to tell."""

    told_at: float
    until: float
    remark: Remark

    def goes_on(self, pause: float, handle: int, offset: int) -> bool:
        """Whether to wait for `pause` more; says so once, when it has been long."""
        now = time.monotonic()
        if now >= self.told_at:
            who = f" (process {holder})" if (holder := _holder(handle, offset)) else ""
            self.remark(f"another build{who} is making this; waiting for it")
            self.told_at = float("inf")
        return now + pause <= self.until


@cache
def _byte_locks(root: Path, _process: int) -> int | None:
    # One handle for the life of the process: closing any handle of a file drops all byte locks
    # that the process has on it.
    if not fcntl:
        return None
    with suppress(OSError):
        return os.open(root / "leases", os.O_RDWR | os.O_CREAT, 0o644)
    return None


def _lock_byte(handle: int, offset: int, wait: _Wait) -> bool:
    pause = FIRST_PAUSE_S
    while True:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, offset)
        except OSError as error:
            # Without locks a thing may be made twice, and comes out the same.
            if error.errno not in BUSY or not wait.goes_on(pause, handle, offset):
                return False
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)
        else:
            return True


def _holder(handle: int, offset: int) -> int:
    """The process that holds a byte; 0 where the system does not tell, or from another host."""
    # The fields of `struct flock`, which is laid out in two ways.
    is_bsd = sys.platform == "darwin"
    layout = "qqihh" if is_bsd else "hhqqi"
    kind, whence = fcntl.F_WRLCK, os.SEEK_SET
    asked = (offset, 1, 0, kind, whence) if is_bsd else (kind, whence, offset, 1, 0)
    with suppress(OSError, struct.error, ValueError):
        told = struct.unpack_from(
            layout, fcntl.fcntl(handle, fcntl.F_GETLK, struct.pack(layout, *asked) + bytes(8))
        )
        return max(0, int(told[2 if is_bsd else 4]))
    return 0


def _unlock_byte(handle: int, offset: int) -> None:
    with suppress(OSError):
        fcntl.lockf(handle, fcntl.LOCK_UN, 1, offset)
