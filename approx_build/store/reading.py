"""Reading of many complete files by several threads, which gives their digests.

Files are read from the disk itself where the system allows that, because cached bytes prove nothing
about the disk.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from approx_build.errors import reason
from approx_build.files.opening import open_regular

# hashlib releases the GIL for large blocks, so several threads hash at the same time.
BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Read:
    """A file that was read: its digest, or the error. If both are empty, the file vanished."""

    path: Path
    digest: str = ""
    problem: str = ""


Seen = Callable[[int], None]
"""Called with the number of bytes read, from any thread."""


def read_all(paths: Sequence[Path], jobs: int, seen: Seen = lambda count: None) -> list[Read]:
    """Every file read by `jobs` threads, in the order of `paths`."""
    found: list[Read | None] = [None] * len(paths)
    todo, stop = _shared(enumerate(paths)), threading.Event()
    failures: list[BaseException] = []

    def work() -> None:
        try:
            # One buffer for each thread, reused: allocating a block for each reading costs time.
            buffer = memoryview(bytearray(BLOCK))
            for place, path in todo:
                if stop.is_set():
                    return
                found[place] = _read(path, buffer, seen, stop)
        # A thread cannot raise into its caller; the first failure is raised after the threads end.
        except BaseException as error:
            failures.append(error)
            stop.set()

    threads = [threading.Thread(target=work) for _ in range(max(1, min(jobs, len(paths))))]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    finally:
        stop.set()
    if failures:
        raise failures[0]
    return [one for one in found if one is not None]


def _shared(items: Iterable[tuple[int, Path]]) -> Iterator[tuple[int, Path]]:
    """`items`, distributed to threads one at a time."""
    source, lock = iter(items), threading.Lock()

    def following() -> tuple[int, Path] | None:
        # Most iterators, `enumerate` among them, are not made for calls from several threads.
        with lock:
            return next(source, None)

    return iter(following, None)


def _read(path: Path, buffer: memoryview, seen: Seen, stop: threading.Event) -> Read:
    digest = sha256()
    try:
        with open_regular(path) as file, _from_disk(file.fileno()):
            while not stop.is_set() and (count := file.readinto(buffer)):
                digest.update(buffer[:count])
                seen(count)
    # A builder or collection may remove the file between listing and reading.
    except (FileNotFoundError, NotADirectoryError):
        return Read(path)
    except OSError as error:
        return Read(path, problem=f"cannot be read ({reason(error)})")
    return Read(path, digest.hexdigest())


@contextmanager
def _from_disk(handle: int) -> Iterator[None]:
    """Within, the system drops its cache of a file before and after reading."""
    _forget(handle)
    yield
    _forget(handle)


def _forget(handle: int) -> None:
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
