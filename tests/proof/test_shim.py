"""The shim sees what a program does to files, and lets the n-th of it go wrong."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.proof.shim import ALL, Call, Control, Fault, Scope, What

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def control(library: Path, tmp_path: Path) -> Control:
    for name in ("root", "saved"):
        (tmp_path / name).mkdir()
    return Control(tmp_path / "control", tmp_path / "root", tmp_path / "saved")


@pytest.fixture
def run(library: Path, control: Control) -> Run:
    """Runs Python statements in the root's folder, under the shim."""

    def running(code: str) -> subprocess.CompletedProcess[str]:
        seen = {"LD_PRELOAD": str(library), "PROOF_CONTROL": str(control.path)}
        return subprocess.run(
            [sys.executable, "-S", "-c", f"import os, time, sys\n{code}"],
            cwd=control.root,
            env={**os.environ, **seen},
            capture_output=True,
            text=True,
            start_new_session=True,
            check=False,
        )

    return running


WRITE_THREE = """
for name in "abc":
    with open(name, "xb", buffering=0) as file:
        file.write(b"1234")
"""


def test_calls_are_counted_by_kind_and_only_under_the_root(run: Run, control: Control) -> None:
    control.arm(Fault())
    more = (
        "os.link('a', 'd'); os.rename('b', 'e'); os.unlink('c'); os.mkdir('f'); open('/dev/null')"
    )
    assert run(WRITE_THREE + more).returncode == 0
    totals = {kind.name: count for kind, count in control.totals().items() if count}
    assert totals == {"CREATE": 3, "WRITE": 3, "LINK": 1, "RENAME": 1, "UNLINK": 1, "MKDIR": 1}


@pytest.mark.parametrize(("is_before", "content"), [(True, b""), (False, b"1234")])
def test_a_process_is_killed_before_or_after_the_counted_call(
    run: Run, control: Control, is_before: bool, content: bytes
) -> None:
    control.arm(Fault(What.KILL, Call.WRITE, 2, is_before=is_before))
    assert run(WRITE_THREE).returncode == -signal.SIGKILL
    assert control.has_fired
    assert (control.root / "b").read_bytes() == content
    assert not (control.root / "c").exists()


def test_a_call_fails_as_often_as_is_asked(run: Run, control: Control) -> None:
    control.arm(Fault(What.FAIL, Call.CREATE, 2, 2, errno.EMFILE))
    code = "for name in 'abcd':\n try: open(name, 'x')\n except OSError as e: print(name, e.errno)"
    assert run(code).stdout.split() == ["b", str(errno.EMFILE), "c", str(errno.EMFILE)]


def test_a_disk_is_full_after_so_many_bytes(run: Run, control: Control) -> None:
    control.arm(Fault(error=errno.ENOSPC, budget=10))
    assert "No space left" in run(WRITE_THREE.replace(", buffering=0", "")).stderr
    assert [(control.root / name).stat().st_size for name in "abc"] == [4, 4, 2]


def test_a_filesystem_may_lack_a_call(run: Run, control: Control) -> None:
    control.arm(Fault(always=Call.LINK, always_error=errno.EPERM))
    assert "not permitted" in run(f"{WRITE_THREE}os.link('a', 'd')").stderr


def test_a_worker_may_kill_the_first_of_its_group(run: Run, control: Control) -> None:
    control.arm(Fault(What.KILL, Call.CREATE, 1, scope=Scope.LEADER))
    code = "if os.fork() == 0:\n open('a', 'x'); time.sleep(0.2); open('b', 'x'); os._exit(0)\n"
    assert run(f"{code}time.sleep(60)").returncode == -signal.SIGKILL
    deadline = time.monotonic() + 30
    while not (control.root / "b").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert (control.root / "b").exists()


def test_a_process_waits_until_it_is_released(library: Path, control: Control) -> None:
    control.arm(Fault(What.PAUSE, ALL, 2))
    seen = {"LD_PRELOAD": str(library), "PROOF_CONTROL": str(control.path)}
    code = "open('a', 'x'); open('b', 'x')"
    process = subprocess.Popen(
        [sys.executable, "-S", "-c", code], cwd=control.root, env={**os.environ, **seen}
    )
    while not control.is_paused:
        assert process.poll() is None
    assert not (control.root / "b").exists()
    control.release()
    assert process.wait() == 0
    assert (control.root / "b").exists()


def test_the_clock_jumps_and_files_keep_the_times_they_have(run: Run, control: Control) -> None:
    (control.root / "old").touch()
    before = os.stat(control.root / "old").st_mtime
    control.pass_time(86400)
    code = "open('new', 'x'); print(time.time(), os.stat('old').st_mtime, os.stat('new').st_ctime)"
    now, old, new = map(float, run(code).stdout.split())
    assert old == before
    assert 86000 < now - time.time() < 87000
    assert abs(new - now) < 60


def test_a_file_that_rots_keeps_its_times_until_it_is_written(run: Run, control: Control) -> None:
    path = control.root / "file"
    path.write_bytes(b"sound")
    state = path.stat()
    time.sleep(0.02)
    path.write_bytes(b"noise")
    control.keep_times(path, state.st_mtime_ns, state.st_ctime_ns)
    show = "s = os.stat('file'); print(s.st_mtime_ns, s.st_ctime_ns)"
    assert [int(word) for word in run(show).stdout.split()] == [
        state.st_mtime_ns,
        state.st_ctime_ns,
    ]
    changed = run(f"open('file', 'a').write('!')\n{show}").stdout.split()
    assert int(changed[0]) > state.st_mtime_ns


def test_the_log_says_what_was_done(run: Run, control: Control) -> None:
    control.arm(Fault(), logs=True)
    code = "f = open('a', 'xb', 0); f.write(b'12'); os.fsync(f.fileno()); os.rename('a', 'b')"
    assert run(code).returncode == 0
    inode = str((control.root / "b").stat().st_ino)
    a, b = (str(control.root / name) for name in "ab")
    assert control.log() == [
        ["create", inode, a],
        ["write", inode, "0", "2"],
        ["sync", inode, "2", a],
        ["rename", inode, a, b, "0"],
    ]


def test_the_block_is_as_the_c_source_has_it(library: Path, control: Control) -> None:
    # A field that one side lacks would shift all that follow it.
    control.arm(Fault(What.JUMP, Call.CREATE, 1, jump_s=100))
    assert json.dumps(control.totals()[Call.CREATE]) == "0"
    assert control.jumps_left == 8
