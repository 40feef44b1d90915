"""Drafts: files under temporary names, before they are whole and get their real one."""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from approx_build.store.disk import make_folder, plain_words, sync_folder, write_new

YOUNG_S = 3600.0
"""A draft younger than this is never swept: its owner may live in another container."""
OLD_S = 7 * 86400.0
"""A draft older than this is swept whoever owns it."""


class Drafts:
    """The folder `root` of drafts, each named `<host>+<process>+<random>`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def new(self) -> Iterator[Path]:
        """A path for a new file, whose folder exists; what is still there at the end is removed."""
        with plain_words(self.root):
            make_folder(self.root)
        path = self.root / f"{_host()}+{os.getpid()}+{secrets.token_hex(8)}"
        try:
            yield path
        finally:
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def replace(self, path: Path, data: bytes, synced: bool = True) -> None:
        """Put `data` at `path` at once: readers see the old file or the new.

        Unless `synced`, a power cut soon after may bring back the old file or leave a torn one.
        """
        with self.new() as draft, plain_words(path):
            write_new(draft, data, synced)
            make_folder(path.parent)
            os.replace(draft, path)
            if synced:
                sync_folder(path.parent)

    def sweep_of(self, process: int) -> None:
        """Remove the drafts of a process of this host that is known to be dead."""
        for path in self.root.glob(f"{_host()}+{process}+*"):
            with suppress(OSError):
                path.unlink()

    def sweep(self, now_s: float | None = None) -> int:
        """Remove what dead writers left; returns how many files."""
        now_s = time.time() if now_s is None else now_s
        swept = 0
        with suppress(OSError), os.scandir(self.root) as entries:
            for entry in entries:
                with suppress(OSError):
                    if _is_abandoned(entry.name, now_s - entry.stat().st_mtime):
                        os.unlink(entry.path)
                        swept += 1
        return swept


def _host() -> str:
    return socket.gethostname().replace("+", "-").replace(os.sep, "-")


def _is_abandoned(name: str, age_s: float) -> bool:
    if age_s < YOUNG_S:
        return False
    host, _, rest = name.partition("+")
    process = rest.partition("+")[0]
    mine_and_dead = host == _host() and process.isdigit() and not _is_alive(int(process))
    return mine_and_dead or age_s > OLD_S


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
