"""Scratch folders: removed by the last that works in them, or by the next that needs one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from approx_build.process import scratch as module
from approx_build.process.locks import LockResult
from approx_build.process.scratch import LOCK, scratch

PREFIX = "approx-test-"
HOLD = """
import sys, time
from approx_build.process.scratch import scratch
with scratch(sys.argv[1]) as folder:
    (folder / "file").write_text("x")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files of this test alone."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def other() -> Iterator[subprocess.Popen[str]]:
    """Another process with a scratch folder, until its input ends; it says where."""
    command = [sys.executable, "-c", HOLD, PREFIX]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        yield process
        process.kill()


def folder_of(process: subprocess.Popen[str]) -> Path:
    assert process.stdout is not None
    return Path(process.stdout.readline().strip())


def test_it_is_empty_and_gone_at_the_end(temporary: Path) -> None:
    with scratch(PREFIX) as folder:
        assert os.listdir(folder) == [LOCK]
        (folder / "deep").mkdir()
        (folder / "deep" / "file").write_text("x")
    assert os.listdir(temporary) == []
    with pytest.raises(KeyboardInterrupt), scratch(PREFIX):
        raise KeyboardInterrupt
    assert os.listdir(temporary) == []


def test_that_of_a_living_process_stays(other: subprocess.Popen[str], temporary: Path) -> None:
    folder = folder_of(other)
    with scratch(PREFIX):
        assert (folder / "file").exists()
    assert other.stdin is not None
    other.stdin.close()
    other.wait()
    assert os.listdir(temporary) == []


def test_that_of_a_killed_one_is_removed_by_the_next_of_its_kind(
    other: subprocess.Popen[str], temporary: Path
) -> None:
    folder = folder_of(other)
    other.send_signal(signal.SIGKILL)
    other.wait()
    with scratch("approx-another-"):
        assert folder.exists()
    with scratch(PREFIX):
        assert not folder.exists()
    assert os.listdir(temporary) == []


def test_one_that_was_begun_and_never_locked_is_removed(temporary: Path) -> None:
    (temporary / f"{PREFIX}begun").mkdir()
    (temporary / f"{PREFIX}link").symlink_to(temporary)
    with scratch(PREFIX) as folder:
        assert set(os.listdir(temporary)) == {folder.name, f"{PREFIX}link"}


def test_a_child_that_holds_it_keeps_it(temporary: Path) -> None:
    with scratch(PREFIX) as folder:
        [handle] = module.held().values()
        child = os.dup(handle)
    assert folder.exists()
    os.close(child)
    with scratch(PREFIX):
        assert not folder.exists()


def test_without_locks_it_is_removed_by_its_maker_and_not_by_others(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "try_lock", lambda handle: LockResult.NONE)
    with scratch(PREFIX) as folder, scratch(PREFIX):
        assert folder.exists()
    assert os.listdir(temporary) == []
