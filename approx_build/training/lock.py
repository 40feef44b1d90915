"""One at a time: the lock of a training's folder, so that no two processes step it at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from approx_build.training.sharing import Share

try:
    import fcntl
except ImportError:  # not a POSIX system: nobody waits for anybody
    fcntl = None  # type: ignore[assignment]

PAUSE_S = 0.2


@contextmanager
def alone_in(folder: Path, share: Share) -> Iterator[None]:
    """Hold the lock beside the folder, waiting while another process trains in it.

    A kernel lock: it ends with the process, however that ends. Processes that share one
    training hold it through the first of them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = folder.with_name(f".{folder.name}.lock")
    if fcntl is None or not share.writes:
        yield
        return
    with open(lock, "a+", encoding="ascii") as file:
        while not _locked(file.fileno()):
            time.sleep(PAUSE_S)
        yield


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # A filesystem without locks: as without other processes.
        return True
    return True
