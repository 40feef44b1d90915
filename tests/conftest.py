"""What tests of several rooms share."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from hypothesis import settings

from approx_build.store.store import Store
from tests.space import Space, train
from tests.space import project as small_project

# A deadline would be one of the machine: how fast a thing is, tests compare with other things.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

# No configuration of the person who runs the tests.
os.environ["APPROX_CONFIG"] = os.devnull + "/none"


LONGEST = (
    "tests/proof/test_proof.py",
    "tests/e2e/test_piece.py",
    "tests/families/dance_diffusion/test_seams.py",
    "tests/e2e/test_endings.py",
    "tests/mutations/test_faults.py",
    "tests/fuzz/test_worst.py",
    "tests/etude/test_pins.py",
    "tests/e2e/test_takes_of_sound.py",
    "tests/kernels/test_known_answers.py",
    "tests/test_requirements.py",
    "tests/test_tutorial.py",
)
"""Files whose tests take minutes. They run first, so that no process ends long after the others."""


def pytest_configure(config: pytest.Config) -> None:
    # Processes of pytest-xdist would otherwise begin with the files that have the most tests.
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    rank = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.nodeid.partition("::")[0], len(rank)))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store in a folder of its own."""
    return Store(tmp_path / "store")


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Space:
    """A project whose network has been trained and ships its checkpoints. Copy it to use it."""
    space = small_project(tmp_path_factory.mktemp("shipped") / "project")
    train(space)
    return space


@pytest.fixture(scope="session")
def rendered(shipped: Space, tmp_path_factory: pytest.TempPathFactory) -> Space:
    """The project, rendered once. Copy it to use it."""
    space = shipped.copy(tmp_path_factory.mktemp("rendered") / "project")
    space.render()
    return space


@pytest.fixture
def space(shipped: Space, tmp_path: Path) -> Space:
    """A project of one's own, nothing rendered yet."""
    return shipped.copy(tmp_path / "project")


@pytest.fixture
def built(rendered: Space, tmp_path: Path) -> Space:
    """A project of one's own that has been rendered."""
    return rendered.copy(tmp_path / "project")


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


@pytest.fixture
def project(tmp_path: Path) -> Space:
    """A small project; its network is not trained."""
    return small_project(tmp_path / "project")
