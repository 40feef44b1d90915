"""Claims: never taken from a living writer, wherever it lives, and gone with a dead one."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from approx_build.process import identity, locks
from approx_build.process.identity import Identity, own_identity
from approx_build.process.locks import LockResult
from approx_build.store import claims
from approx_build.store.claims import OLD_S, claimed, sweep

Grips = Callable[[LockResult], None]
CLAIM = """
import sys
from pathlib import Path
from approx_build.store.claims import claimed
with claimed(Path(sys.argv[1])) as path:
    print(path.name, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def dead() -> Identity:
    """A process of this machine that has ended."""
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    process.wait()
    return replace(own_identity(), process=process.pid, start=1)


@pytest.fixture
def grips(monkeypatch: pytest.MonkeyPatch) -> Grips:
    """Makes every attempt to lock end in the same way."""
    return lambda found: monkeypatch.setattr(claims, "try_lock", lambda *_: found)


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes every folder one that other machines may use too."""
    monkeypatch.setattr(claims, "is_of_one_kernel", lambda folder: False)


def left(folder: Path, writer: object, age_s: float = 0.0) -> Path:
    """A claim that nobody locks."""
    path = folder / f"{writer}+a1b2c3"
    path.write_bytes(b"half")
    os.utime(path, (time.time() - age_s,) * 2)
    return path


def test_it_is_new_and_empty_and_gone_at_the_end(tmp_path: Path) -> None:
    with claimed(tmp_path, before=".tide.", after=".part") as path:
        assert path.read_bytes() == b""
        assert path.name.startswith(".tide.")
        assert path.name.endswith(".part")
    assert os.listdir(tmp_path) == []
    with pytest.raises(KeyboardInterrupt), claimed(tmp_path):
        raise KeyboardInterrupt
    assert os.listdir(tmp_path) == []


def test_what_got_its_real_name_stays(tmp_path: Path) -> None:
    with claimed(tmp_path) as path:
        path.write_bytes(b"whole")
        os.replace(path, tmp_path / "real")
    assert (tmp_path / "real").read_bytes() == b"whole"


def test_a_claim_of_a_living_process_stays_and_of_a_killed_one_goes_at_once(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-c", CLAIM, str(tmp_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        path = tmp_path / process.stdout.readline().strip()
        # Its file looks as old as the hills: a clock that jumped.
        os.utime(path, (1, 1))
        assert sweep(tmp_path) == 0
        assert path.exists()
        process.kill()
        process.wait()
        assert sweep(tmp_path) == 1
        assert not path.exists()


def test_a_living_writer_of_another_namespace_is_seen_by_its_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dead: Identity
) -> None:
    # As in another container of this machine: its number is that of a dead process here.
    other = replace(dead, namespace=dead.namespace + 1)
    monkeypatch.setattr(claims, "own_identity", lambda: other)
    with claimed(tmp_path) as path:
        monkeypatch.undo()
        os.utime(path, (1, 1))
        assert sweep(tmp_path) == 0
    path.write_bytes(b"left")
    assert sweep(tmp_path) == 1


def test_a_living_writer_in_a_container_keeps_its_claim(tmp_path: Path) -> None:
    # A namespace of process numbers of its own, as every container has.
    unshare = shutil.which("unshare")
    apart = [unshare or "unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if not unshare or subprocess.run([*apart, "true"], capture_output=True).returncode:
        pytest.skip("namespaces are not allowed here")
    command = [*apart, sys.executable, "-c", CLAIM, str(tmp_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        path = tmp_path / process.stdout.readline().strip()
        writer = Identity.parsed(path.name.rpartition("+")[0])
        assert writer is not None
        assert writer.namespace != own_identity().namespace
        os.utime(path, (1, 1))
        assert sweep(tmp_path) == 0
        assert path.exists()
        process.kill()
        process.wait()
        deadline = time.monotonic() + 60
        while not sweep(tmp_path):
            assert time.monotonic() < deadline
            time.sleep(0.02)
    assert os.listdir(tmp_path) == []


def test_what_was_left_before_a_restart_goes_at_once_where_no_other_machine_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "is_of_one_kernel", lambda folder: True)
    path = left(tmp_path, replace(own_identity(), kernel="0123456789ab"))
    nameless = left(tmp_path, "host+7")
    assert sweep(tmp_path) == 1
    assert (path.exists(), nameless.exists()) == (False, True)


@pytest.mark.usefixtures("shared")
def test_what_another_machine_writes_stays_until_it_is_old(tmp_path: Path) -> None:
    other = replace(own_identity(), kernel="0123456789ab")
    young, old = left(tmp_path, other, OLD_S - 60), tmp_path / f"{other}+old"
    old.write_bytes(b"half")
    os.utime(old, (time.time() - OLD_S - 60,) * 2)
    nameless = left(tmp_path, "host+7", OLD_S - 60)
    assert sweep(tmp_path) == 1
    assert [path.exists() for path in (young, old, nameless)] == [True, False, True]


@pytest.mark.usefixtures("shared")
def test_a_wrong_clock_of_this_machine_makes_nothing_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = left(tmp_path, replace(own_identity(), kernel="0123456789ab"))
    monkeypatch.setattr(time, "time", lambda: 4e9)
    assert sweep(tmp_path) == 0
    assert path.exists()


@pytest.mark.parametrize("held", [LockResult.HELD, LockResult.NONE])
def test_without_a_lock_the_identity_decides(
    tmp_path: Path, grips: Grips, dead: Identity, held: LockResult
) -> None:
    me = own_identity()
    alive, gone = left(tmp_path, me, OLD_S + 60), left(tmp_path, dead)
    again = left(tmp_path, replace(me, start=me.start + 1))
    hidden = left(tmp_path, replace(dead, namespace=dead.namespace + 1))
    grips(held)
    sweep(tmp_path)
    assert alive.exists()
    assert not gone.exists()
    assert again.exists() is (me.start == 0)
    # Nobody knows of a process of another namespace, but for its lock.
    assert hidden.exists() is (held is LockResult.NONE)


def test_a_busy_claim_is_never_taken(tmp_path: Path, grips: Grips, dead: Identity) -> None:
    path = left(tmp_path, dead, 10 * OLD_S)
    grips(LockResult.BUSY)
    assert sweep(tmp_path) == 0
    assert path.exists()


def test_only_names_of_claims_are_looked_at(tmp_path: Path, dead: Identity) -> None:
    mine_ = [
        tmp_path / name for name in (".x.part", "notes+1+2+3.part", "tide.wav", ".tide.a.part")
    ]
    for path in mine_:
        path.write_bytes(b"a user's own")
        os.utime(path, (1, 1))
    claim = tmp_path / f".tide.{dead}+a1b2.part"
    claim.write_bytes(b"half")
    assert sweep(tmp_path, after=".part", nameless=".sand.") == 1
    assert not claim.exists()
    assert all(path.exists() for path in mine_)


def test_a_writer_whose_file_was_swept_before_it_was_locked_takes_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def slow(handle: int) -> LockResult:
        if not tries:
            for name in os.listdir(tmp_path):
                (tmp_path / name).unlink()
        tries.append(handle)
        return locks.try_lock(handle)

    monkeypatch.setattr(claims, "try_lock", slow)
    with claimed(tmp_path) as path:
        assert path.exists()
    assert len(tries) == 2


def test_a_disk_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(handle: int) -> LockResult:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(claims, "try_lock", failing)
    with pytest.raises(OSError, match="put/output"), claimed(tmp_path):
        pass
    assert os.listdir(tmp_path) == []


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert sweep(tmp_path / "none") == 0
    assert identity.own_identity().process == os.getpid()


def test_a_folder_with_the_name_of_a_dead_writer_goes_if_it_is_empty(
    tmp_path: Path, dead: Identity
) -> None:
    empty, full = tmp_path / f"{dead}+00", tmp_path / f"{dead}+01"
    empty.mkdir()
    full.mkdir()
    (full / "mine").write_text("kept")
    assert sweep(tmp_path) == 1
    assert os.listdir(tmp_path) == [full.name]
