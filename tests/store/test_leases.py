"""Leases: one holder at a time, none stale, and never a wall."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from approx_build.errors import StoreError
from approx_build.store import leases
from approx_build.store.store import Store
from tests.effort import HANG_S

KEYS = ["ab" * 32, "0c" * 32, "ff" * 32]

HOLD = """
import sys, time
from pathlib import Path
from approx_build.store.leases import Leases
with Leases(Path(sys.argv[1])).on(sys.argv[2:], 0), Leases(Path(sys.argv[1])).in_use():
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def holder(store: Store):  # type: ignore[no-untyped-def]
    """Another process that holds the first lease and uses the store."""
    command = [sys.executable, "-c", HOLD, str(store.root), KEYS[0]]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def seconds_to_lease(store: Store, wait_s: float) -> float:
    start = time.monotonic()
    with store.leases.on(KEYS, wait_s):
        return time.monotonic() - start


def test_a_held_lease_is_waited_for_and_then_done_without(
    store: Store, holder: subprocess.Popen[bytes]
) -> None:
    assert 0.2 < seconds_to_lease(store, 0.4) < HANG_S
    with store.leases.on(KEYS[1:], 5.0):
        pass


def test_a_lease_ends_with_the_process_that_is_killed(
    store: Store, holder: subprocess.Popen[bytes]
) -> None:
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    assert seconds_to_lease(store, 2 * HANG_S) < HANG_S
    with store.leases.exclusive():
        pass


def test_nothing_is_collected_while_a_build_runs(
    store: Store, holder: subprocess.Popen[bytes]
) -> None:
    with pytest.raises(StoreError, match="a build is using the store"), store.leases.exclusive():
        pass
    with store.leases.in_use():
        pass


def test_whoever_waits_long_says_for_whom_and_once(
    store: Store, holder: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "PATIENCE_S", 0.1)
    said: list[str] = []
    with store.leases.on(KEYS, 0.6, said.append):
        pass
    assert said == [f"another build (process {holder.pid}) is building this; waiting for it"]
    with store.leases.on(KEYS[1:], 5.0, said.append):
        pass
    assert len(said) == 1


def test_a_builder_that_waits_for_a_collection_reports_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "PATIENCE_S", 0.1)
    said: list[str] = []
    free = threading.Event()

    def remark(words: str) -> None:
        said.append(words)
        free.set()

    def collect() -> None:
        with store.leases.exclusive():
            began.set()
            free.wait(60)

    began = threading.Event()
    collector = threading.Thread(target=collect)
    collector.start()
    began.wait(60)
    with store.leases.in_use(remark):
        collector.join()
    assert said == [f"waiting: the store {store.root} is being cleaned"]


def test_where_locks_do_not_work_builds_continue_and_nothing_is_removed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", none)
    monkeypatch.setattr(fcntl, "lockf", none)
    with store.leases.in_use(), store.leases.on(KEYS, 60.0):
        pass
    with (
        pytest.raises(StoreError, match=r"locks do not work on this filesystem, so a build that"),
        store.leases.exclusive(),
    ):
        pass


def test_leases_leave_two_files_behind_however_many_keys(store: Store) -> None:
    with store.leases.on([f"{n:064x}" for n in range(100)], 1.0), store.leases.in_use():
        pass
    names = {path.name for path in store.root.iterdir()}
    assert names == {".gitignore", "format", "leases", "use", "drafts"}
