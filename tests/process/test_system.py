"""Systems: what a function does where the system has not got what it would use."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from approx_build.kernels.compiled import PACKAGE
from approx_build.process import system
from approx_build.process.locks import LockResult, try_lock
from approx_build.store.leases import Leases
from tests.process.hidden import HIDDEN
from tests.space import Space


class Ranges:
    """Locks of bytes, as Windows has them, for one process: each handle is another owner."""

    def __init__(self) -> None:
        self.held: dict[tuple[int, int], dict[int, bool]] = {}

    def lock(self, handle: int, offset: int, is_shared: bool) -> bool:
        place = os.fstat(handle).st_ino, offset
        others = {h: s for h, s in self.held.get(place, {}).items() if h != handle}
        if any(not (is_shared and shared) for shared in others.values()):
            return False
        self.held.setdefault(place, {})[handle] = is_shared
        return True

    def unlock(self, handle: int, offset: int) -> None:
        del self.held[os.fstat(handle).st_ino, offset][handle]

    def is_running(self, process: int) -> bool:
        return process == os.getpid()


@pytest.fixture
def on_windows(monkeypatch: pytest.MonkeyPatch) -> Ranges:
    kernel = Ranges()
    monkeypatch.setattr(system, "fcntl", None)
    monkeypatch.setattr(system, "WINDOWS", kernel)
    return kernel


@pytest.fixture
def handles(tmp_path: Path) -> tuple[int, int]:
    path = tmp_path / "file"
    return tuple(system.open_handle(path, os.O_RDWR | os.O_CREAT) for _ in range(2))  # type: ignore


@pytest.mark.usefixtures("on_windows")
def test_files_are_locked_without_fcntl(handles: tuple[int, int]) -> None:
    one, other = handles
    assert try_lock(one, is_shared=True) is LockResult.HELD
    assert try_lock(other, is_shared=True) is LockResult.HELD
    assert try_lock(other) is LockResult.BUSY


def test_keys_are_leased_without_fcntl(tmp_path: Path, on_windows: Ranges) -> None:
    with Leases(tmp_path).on(["ab" * 32], wait_s=0.0):
        held = [one for owners in on_windows.held.values() for one in owners]
        assert len(held) == 1
    assert not any(on_windows.held.values())


def test_without_any_locks_nobody_is_kept_out(
    handles: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "fcntl", None)
    assert [try_lock(handle) for handle in handles] == [LockResult.NONE, LockResult.NONE]
    with Leases(tmp_path).on(["ab" * 32], wait_s=0.0):
        assert not (tmp_path / "leases").exists()


def test_a_process_is_asked_for_without_a_signal_where_signal_0_is_ctrl_c(
    on_windows: Ranges, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "kill", lambda *_: pytest.fail("a signal was sent"))
    assert system.is_running(os.getpid())
    assert not system.is_running(os.getpid() + 1)


@pytest.mark.parametrize("code", [*sorted(system.NO_LINKS), None])
def test_a_store_without_hard_links_keeps_objects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int | None
) -> None:
    def no_link(source: object, target: object) -> None:
        raise AttributeError("link") if code is None else OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "link", no_link)
    draft, path = tmp_path / "draft", tmp_path / "object"
    draft.write_text("sound")
    assert system.rename_if_absent(draft, path)
    assert (path.read_text(), draft.exists()) == ("sound", False)
    draft.write_text("the same sound")
    assert not system.rename_if_absent(draft, path)
    assert path.read_text() == "sound"


def test_a_full_disk_is_no_missing_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: object, target: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "link", full)
    with pytest.raises(OSError, match="No space"):
        system.rename_if_absent(tmp_path, tmp_path / "object")


def test_files_are_read_and_written_byte_for_byte_and_not_inherited(tmp_path: Path) -> None:
    code = "import os, sys; os.O_BINARY = 1 << 20; os.O_NOINHERIT = 1 << 21\n" + textwrap.dedent(
        """
        from approx_build.process import system
        os.open = lambda path, flags, mode: print(flags >> 20)
        system.open_handle("file", os.O_RDONLY)
        """
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "3\n"
    handle = system.open_handle(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    assert not os.get_inheritable(handle)
    os.close(handle)


def test_a_piece_is_rendered_where_nothing_is_that_windows_has_not(
    rendered: Space, tmp_path: Path
) -> None:
    """In worker processes, which have it neither; the bits are the same."""
    space = rendered.copy(tmp_path / "project")
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text(HIDDEN)
    store, before = str(tmp_path / "store"), space.digests()
    path = os.pathsep.join([str(hidden), space.environ()["PYTHONPATH"]])
    words = ("pieces/tide.yaml", "--jobs", "2", "--locked", "--store", store)
    space.start("render", *words, PYTHONPATH=path)
    assert space.digests() == before
    assert list(Path(store).glob("objects/*/*"))


SOME_SYSTEMS_ALONE = re.compile(
    r"\bos\.(getuid|geteuid|killpg|fork|kill|link|O_CLOEXEC|O_BINARY|O_NOFOLLOW|O_NONBLOCK|set_inheritable)\b"
    r"|\bsignal\.(SIGKILL|SIGALRM|SIGHUP|setitimer|ITIMER_REAL|pthread_kill|strsignal)\b"
    r"|import (fcntl|resource|termios|pwd|grp|msvcrt)\b|F_FULLFSYNC|pass_fds"
)
ALLOWED = {
    "files/links.py",  # walks folders where the system can, else looks for links before
    "files/opening.py",  # the flags that a system has
    "process/streams.py",  # /dev/null for children, on POSIX alone
    "process/system.py",
    "process/windows.py",
    "process/signals.py",
    "machine.py",  # asks for `resource` where /proc does not tell, and does without
    "execution/up_to_date.py",  # of the fast path, which imports no more; on POSIX alone
}


def test_what_only_some_systems_have_is_named_in_one_module() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if SOME_SYSTEMS_ALONE.search(path.read_text(encoding="utf-8"))
    }
    assert found == ALLOWED


def test_a_path_is_too_long_only_where_paths_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    assert system.excess_length(Path("/" + "a" * 5000)) == 0
    monkeypatch.setattr(system, "LONGEST_PATH", 259)
    assert system.excess_length(Path("/" + "a" * 258)) == 0
    assert system.excess_length(Path("/" + "a" * 260)) == 2
    # Windows counts a letter beyond the first plane twice.
    assert system.excess_length(Path("/" + "\U0001d11e" * 130)) == 2
