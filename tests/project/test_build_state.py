"""Remembering a render: what the program itself was, and what it must not be taken for."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from approx_build.files.fingerprint import UNKNOWN
from approx_build.ops import base
from approx_build.project import build_state as remember
from approx_build.project.build_state import Package, foreign_sources, package_files
from approx_build.store.memo import Memo

HOUR_NS = 3600 * 10**9


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of two modules, as old as an hour."""
    folder = tmp_path / "package"
    (folder / "ops").mkdir(parents=True)
    (folder / "__init__.py").write_text("version = 1")
    (folder / "ops" / "hold.py").write_text("length = 1")
    (folder / "ops" / "__pycache__").mkdir()
    (folder / "ops" / "__pycache__" / "odd.py").touch()
    monkeypatch.setattr(remember.approx_build, "__file__", str(folder / "__init__.py"))
    real = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() + HOUR_NS)
    return folder


@pytest.fixture
def memo(tmp_path: Path) -> Memo:
    return Memo.of_store(tmp_path / "store")


def test_a_package_that_is_still_the_same_is_remembered(package: Path, memo: Memo) -> None:
    found = Package.now().readings(memo)
    assert found is not None
    assert {path: one.digest for path, one in found.items()} == {
        str(package / "__init__.py"): sha256(b"version = 1").hexdigest(),
        str(package / "ops" / "hold.py"): sha256(b"length = 1").hexdigest(),
    }


@pytest.mark.parametrize(
    "edit",
    [
        lambda package: (package / "ops" / "hold.py").write_text("length = 2"),
        lambda package: (package / "ops" / "pulse.py").touch(),
        lambda package: (package / "ops" / "hold.py").unlink(),
        lambda package: os.utime(package / "__init__.py"),
    ],
    ids=["edited", "new", "removed", "touched"],
)
def test_a_package_that_changed_during_a_render_is_not(
    package: Path, memo: Memo, edit: Callable[[Path], object]
) -> None:
    before = Package.now()
    edit(package)
    assert before.readings(memo) is None


def test_a_package_that_changed_after_python_started_is_not(
    package: Path, memo: Memo, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed_ns = (package / "__init__.py").stat().st_ctime_ns
    monkeypatch.setattr(remember, "imported_ns", lambda: changed_ns + 10**9)
    assert Package.now().readings(memo) is None


def test_the_files_of_the_package_are_found() -> None:
    found = {os.path.relpath(path, Path(remember.__file__).parents[1]) for path in package_files()}
    assert {"__init__.py", "ops/hold.py", "report/templates/page.html"} <= found
    assert not [path for path in found if "__pycache__" in path]


def test_a_process_counts_from_when_it_imported_the_package() -> None:
    """Not from when a shell started that then became Python."""
    code = "from approx_build.process.start import imported_ns as at; print(at()); print(at())"
    words = ["sh", "-c", 'sleep 0.5; exec "$@"', "sh", sys.executable, "-c", code]
    before_ns = time.time_ns()
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    first, second = map(int, done.stdout.split())
    assert before_ns + 5 * 10**8 < first < time.time_ns()
    assert abs(second - first) < 10**6


def test_operations_of_others_are_remembered_as_they_are_in_keys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Foreign:
        """An operation of another package."""

    monkeypatch.setattr(base, "OPS", [Foreign])
    ((path, found),) = foreign_sources().items()
    assert path == os.path.abspath(__file__)
    assert found.digest == sha256(Path(__file__).read_bytes()).hexdigest()
    assert found.fingerprint == UNKNOWN
    monkeypatch.undo()
    assert foreign_sources() == {}
