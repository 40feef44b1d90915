from __future__ import annotations

import errno
import fcntl
import os
import threading
import time
from pathlib import Path

import pytest
import torch

from approx_build.errors import StoreError
from approx_build.process import locks
from approx_build.process.locks import LockResult, try_lock
from approx_build.training import run_lock
from approx_build.training.process_group import ALONE, Share
from approx_build.training.run_lock import exclusive_run, trainer
from approx_build.training.state import TrainingState
from tests.effort import HANG_S, wait_until


def test_one_waits_for_the_other(tmp_path: Path) -> None:
    events: list[str] = []

    def second() -> None:
        with exclusive_run(tmp_path / "run", ALONE):
            events.append("second")

    with exclusive_run(tmp_path / "run", ALONE):
        waiting = threading.Thread(target=second)
        waiting.start()
        time.sleep(0.4)
        events.append("first")
    waiting.join(HANG_S)
    assert events == ["first", "second"]
    assert (tmp_path / "run").is_dir()


def test_other_ranks_of_a_training_do_not_wait_for_its_first(tmp_path: Path) -> None:
    with exclusive_run(tmp_path / "run", ALONE), exclusive_run(tmp_path / "run", Share(1, 2)):
        pass


def test_whoever_waits_long_is_reported_for_whom_and_at_which_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_lock, "PATIENCE_S", 0.1)
    folder, said = tmp_path / "run", list[str]()
    TrainingState("m", {"a": torch.zeros(1)}, {}, {}, step=7).save(folder)

    def second() -> None:
        with exclusive_run(folder, ALONE, said.append):
            said.append("in")

    with exclusive_run(folder, ALONE):
        waiting = threading.Thread(target=second)
        waiting.start()
        wait_until(lambda: said, "the words of who waits")
        assert trainer(folder) == str(os.getpid())
    waiting.join(HANG_S)
    told = f"process {os.getpid()} is training this, at step 7 or later; waiting for it"
    assert said == [told, "in"]
    assert trainer(folder) == ""


def test_a_full_disk_cannot_keep_the_name_of_the_holder_but_the_lock_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: object, text: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(run_lock, "_name", full)
    with exclusive_run(tmp_path / "run", ALONE):
        pass


def test_where_locks_do_not_work_it_reports_it_and_trains(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(handle: int, how: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", none)
    said = list[str]()
    with exclusive_run(tmp_path / "run", ALONE, said.append):
        assert trainer(tmp_path / "run") == ""
    assert said == [
        f"{tmp_path / 'run'}: locks do not work on this filesystem, so another process could "
        "train the same model unnoticed; make sure that none does"
    ]


def test_where_other_hosts_do_not_see_the_lock_it_reports_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "is_host_local", lambda path: True)
    said = list[str]()
    with exclusive_run(tmp_path / "run", ALONE, said.append):
        pass
    assert len(said) == 1
    assert "other hosts do not see the locks of this filesystem" in said[0]


def test_a_disk_that_fails_is_not_a_lock_that_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(handle: int, how: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(fcntl, "flock", failing)
    with (
        pytest.raises(StoreError, match=r"\.run\.lock: input/output error"),
        exclusive_run(tmp_path / "run", ALONE),
    ):
        pass


def test_asking_who_trains_keeps_nobody_out(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with exclusive_run(folder, ALONE):
        pass
    with open(run_lock.lock_path(folder)) as one, open(run_lock.lock_path(folder)) as other:
        assert try_lock(one.fileno(), is_shared=True) is LockResult.HELD
        assert trainer(folder) == ""
        assert try_lock(other.fileno(), is_shared=True) is LockResult.HELD
