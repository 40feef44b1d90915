"""Leases: who makes what, so that two builders on one store need not both make it.

Kernel locks only: they end with the process, however it ends, so none can be stale. Nothing
right depends on them; where locks do not work, two builders may do a thing twice, and both
results are the same object. A key is locked as one byte of one file, at an offset made of the
key, so leases leave no files behind.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path

from approx_build.errors import StoreError

try:
    import fcntl
except ImportError:  # not a POSIX system: nobody waits for anybody
    fcntl = None  # type: ignore[assignment]

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.01, 0.5


class Leases:
    """Leases on the store at `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def on(self, keys: Iterable[str], wait_s: float) -> Iterator[None]:
        """Hold the leases of `keys`; after `wait_s` in all, go on without those still missing.

        Taken in the order of the keys, so that no two holders can wait for each other.
        """
        deadline = time.monotonic() + wait_s
        with ExitStack() as held:
            handle = _byte_locks(self.root, os.getpid())
            for offset in sorted({int(key[:15], 16) for key in keys}):
                if handle is not None and _lock_byte(handle, offset, deadline):
                    held.callback(_unlock_byte, handle, offset)
            yield

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Keep `alone` out while the block builds."""
        with self._use(exclusive=False):
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep builders out while the block removes things; StoreError when one is at work."""
        with self._use(exclusive=True) as is_alone:
            if not is_alone:
                raise StoreError(f"a build is using the store {self.root}; try again when it ends")
            yield

    @contextmanager
    def _use(self, exclusive: bool) -> Iterator[bool]:
        try:
            handle = os.open(self.root / "use", os.O_RDWR | os.O_CREAT, 0o644)
        except OSError:
            # A store that cannot be written: nothing is removed from it either.
            yield True
            return
        try:
            yield _flock(handle, exclusive)
        finally:
            os.close(handle)


def _flock(handle: int, exclusive: bool) -> bool:
    if not fcntl:
        return True
    try:
        # A builder waits for a collection (short); a collection does not wait for builders.
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB if exclusive else fcntl.LOCK_SH)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


@cache
def _byte_locks(root: Path, _process: int) -> int | None:
    # One handle for the life of the process: closing any handle of a file drops all byte locks
    # that the process has on it.
    if not fcntl:
        return None
    with suppress(OSError):
        return os.open(root / "leases", os.O_RDWR | os.O_CREAT, 0o644)
    return None


def _lock_byte(handle: int, offset: int, deadline: float) -> bool:
    pause = FIRST_PAUSE_S
    while True:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, offset)
        except (BlockingIOError, PermissionError):
            if time.monotonic() + pause > deadline:
                return False
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)
        except OSError:
            return False
        else:
            return True


def _unlock_byte(handle: int, offset: int) -> None:
    with suppress(OSError):
        fcntl.lockf(handle, fcntl.LOCK_UN, 1, offset)
