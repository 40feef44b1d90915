import ast
import os
import socket
from pathlib import Path

import pytest

import approx_build
from approx_build.files.opening import open_regular, read_bounded, read_whole


def fifo(path):
    os.mkfifo(path)


def folder(path):
    path.mkdir()


def listening(path):
    with socket.socket(socket.AF_UNIX) as server:
        # The name of a socket has at most 107 bytes.
        here = os.getcwd()
        os.chdir(path.parent)
        try:
            server.bind(path.name)
        finally:
            os.chdir(here)


def device(path):
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize(
    ("make", "words"),
    [(fifo, "a FIFO"), (folder, "a folder"), (listening, "a socket"), (device, "a device")],
)
def test_what_is_no_regular_file_is_refused_at_once(tmp_path, make, words):
    make(tmp_path / "a.wav")
    with pytest.raises(OSError, match=words) as caught:
        open_regular(tmp_path / "a.wav")
    assert caught.value.strerror == f"it is {words}, not a regular file"


def test_a_missing_file_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError):
        open_regular(tmp_path / "a")


def test_a_regular_file_is_read_through_a_link(tmp_path):
    (tmp_path / "a").write_bytes(b"words")
    (tmp_path / "b").symlink_to("a")
    with open_regular(tmp_path / "b") as file:
        assert file.read() == b"words"
    assert read_bounded(tmp_path / "b", 5) == b"words"


def test_no_more_is_read_than_the_bound(tmp_path):
    with open(tmp_path / "a", "wb") as file:
        file.truncate(7 * 2**30)
    with pytest.raises(OSError, match="larger than 4 MiB"):
        read_bounded(tmp_path / "a", 4 * 2**20)


def test_weights_that_do_not_fit_the_memory_are_not_read(tmp_path):
    with open(tmp_path / "a", "wb") as file:
        file.truncate(2**43)
    with pytest.raises(OSError, match="do not fit the memory of this machine"):
        read_whole(tmp_path / "a")


def test_a_refused_file_is_closed_again(tmp_path):
    fifo(tmp_path / "a")
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        with pytest.raises(OSError, match="FIFO"):
            open_regular(tmp_path / "a")
    assert len(os.listdir("/proc/self/fd")) <= before + 1


OWN = {
    "files/opening.py": "the one function",
    "kernels/compiled.py": "sources and libraries of the package",
    "registry.py": "sources of the package",
    "report/page.py": "templates of the package",
    "score/docs.py": "pages of the repository",
    "training/docs.py": "pages of the repository",
    "machine.py": "files of the system",
    "process/identity.py": "files of the system",
    "process/locks.py": "files of the system",
    "project/verify.py": "its own end of a pipe",
    "training/device.py": "files of the system",
    "training/distributed.py": "files that this run wrote a moment ago",
}
"""Modules that read files which nobody brings along."""


def reads(node):
    """Whether a call reads a file by itself: `open` without a mode to write, or a method."""
    if isinstance(node.func, ast.Name) and node.func.id == "open":
        modes = [word.value for word in node.args[1:2] if isinstance(word, ast.Constant)]
        return not modes or not set(modes[0]) & set("wax+")
    names = ("read_bytes", "read_text")
    return isinstance(node.func, ast.Attribute) and node.func.attr in names


def test_nothing_else_opens_a_file_that_may_come_from_outside():
    package = Path(approx_build.__file__).parent
    found = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and reads(node)
    }
    assert found - OWN.keys() == set()
    assert OWN.keys() - found == set()
