"""One at a time: the lock of a training's folder, so that no two processes step it at once."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import IO, TYPE_CHECKING

from approx_build.files import writing
from approx_build.files.opening import open_regular
from approx_build.process import locks
from approx_build.process.locks import LockResult, try_lock
from approx_build.store.disk import make_folder, set_aside, store_errors
from approx_build.training.state import newest_metadata

if TYPE_CHECKING:
    from approx_build.training.process_group import Share

PAUSE_S, PATIENCE_S = 0.2, 2.0
UNGUARDED = (
    "{}: {}, so another process could train the same model unnoticed; make sure that none does"
)
NO_LOCKS = "locks do not work on this filesystem"
LOCAL_LOCKS = "other hosts do not see the locks of this filesystem"


@contextmanager
def exclusive_run(
    folder: Path, share: Share, remark: Callable[[str], None] = lambda words: None
) -> Iterator[None]:
    """Hold the lock beside the folder, waiting while another process trains in it.

    Whoever waits for long tells `remark` for whom; so does who cannot keep others out, since
    locks do not work there. A kernel lock: it ends with the process, however that ends.
    Processes that share one training hold it through the first of them. StoreError when the disk
    fails.
    """
    with store_errors(folder):
        make_folder(folder)
    if not share.writes:
        yield
        return
    path = lock_path(folder)
    with store_errors(path):
        if path.is_dir():
            remark(f"{path}: it is a folder, not a lock; set aside as {set_aside(path).name}")
        # Never truncated on opening: it may contain the number of the process that holds the lock.
        file = open(  # noqa: SIM115
            writing.open_to_append(path), "a+", encoding="ascii", errors="replace"
        )
    with file:
        with store_errors(lock_path(folder)):
            held = _wait(file, folder, remark)
        if held is LockResult.NONE or locks.is_host_local(folder):
            why = NO_LOCKS if held is LockResult.NONE else LOCAL_LOCKS
            remark(UNGUARDED.format(folder, why))
        with suppress(OSError):  # on a full disk the lock still holds, without a name
            _name(file, str(os.getpid()))
        yield
        with suppress(OSError):
            _name(file, "")


def lock_path(folder: Path) -> Path:
    """The lock of a training's folder; while it is held, the holder's process is written in it."""
    return folder.with_name(f".{folder.name}.lock")


def trainer(folder: Path) -> str:
    """The number of the process that trains in a folder; empty when none does, or nobody knows."""
    with suppress(OSError), open_regular(lock_path(folder)) as file:
        # A shared lock is all that is needed to see one that is not, and disturbs nobody else.
        holder = TextIOWrapper(file, encoding="ascii", errors="replace")
        return _holder(holder) if try_lock(file.fileno(), is_shared=True) is LockResult.BUSY else ""
    return ""


def _wait(file: IO[str], folder: Path, remark: Callable[[str], None]) -> LockResult:
    """Lock the file, however long that takes; NONE where locks do not work."""
    began, has_reported = time.monotonic(), False
    # Asked repeatedly, because a blocking lock could not say for whom it waits.
    while (found := try_lock(file.fileno())) is LockResult.BUSY:
        if not has_reported and time.monotonic() - began >= PATIENCE_S:
            about = newest_metadata(folder)
            step = f", at step {about['step']} or later" if about else ""
            process = f"process {number}" if (number := _holder(file)) else "another process"
            remark(f"{process} is training this{step}; waiting for it")
            has_reported = True
        time.sleep(PAUSE_S)
    return found


def _holder(file: IO[str]) -> str:
    """The process that is named in a lock; empty where what is written there is no number."""
    file.seek(0)
    text = file.read().strip()
    return text if text.isdecimal() else ""


def _name(file: IO[str], text: str) -> None:
    file.seek(0)
    file.truncate()
    file.write(text)
    file.flush()
