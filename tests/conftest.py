"""What tests of several rooms share."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from approx_build.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store in a folder of its own."""
    return Store(tmp_path / "store")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A filesystem of 1 MB mounted for the test; skipped where that is not allowed."""
    folder = tmp_path / "small"
    folder.mkdir()
    _mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder))
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def read_only() -> Callable[[Path], AbstractContextManager[None]]:
    """Makes a folder read-only for a block: by its modes, or for root by a mount."""
    return _read_only if not hasattr(os, "geteuid") or os.geteuid() else _read_only_mount


@contextmanager
def _read_only(root: Path) -> Iterator[None]:
    folders = [Path(at) for at, _, _ in os.walk(root)]
    for folder in folders:
        folder.chmod(0o555)
    try:
        yield
    finally:
        for folder in folders:
            folder.chmod(0o755)


@contextmanager
def _read_only_mount(root: Path) -> Iterator[None]:
    _mount("--bind", str(root), str(root))
    try:
        _mount("-o", "remount,bind,ro", str(root))
        yield
    finally:
        subprocess.run(["umount", "-l", str(root)], check=True)


def _mount(*arguments: str) -> None:
    mount = shutil.which("mount")
    if not mount or subprocess.run([mount, *arguments], capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
