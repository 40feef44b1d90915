"""Standard streams that are closed, full or left by their reader end no work."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from approx_build.process.streams import Outlet, bare, finish, prepare

ROOT = Path(__file__).parents[2]
CLOSED = """
import sys, os
from approx_build.process.streams import prepare, finish
prepare()
file = open("data", "w+")
print("result"), print("message", file=sys.stderr)
os.write(1, b"from a library"), os.write(2, b"from a library")
finish()
file.write("data")
file.flush()
file.seek(0)
assert file.fileno() > 2 and file.read() == "data"
assert all(os.get_inheritable(number) for number in range(3))
"""
PRINT = """
import sys
from approx_build.process.streams import prepare, finish
prepare()
for number in range(100_000):
    print(number)
lost = finish()
print(lost and lost.errno, file=sys.stderr)
"""


def shell(code: str, words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", f'"$0" -P -c "$1" {words}', sys.executable, code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("words", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-", ">&- 2>&-", ""])
def test_what_is_closed_is_opened_and_no_data_file_gets_its_descriptor(
    tmp_path: Path, words: str
) -> None:
    done = shell(CLOSED, words, tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "data").read_text() == "data"
    assert "Error" not in done.stderr


def test_a_full_disk_is_remembered_and_written_to_no_more(tmp_path: Path) -> None:
    done = shell(PRINT, ">/dev/full", tmp_path)
    assert (done.returncode, done.stderr.split()) == (0, [str(errno.ENOSPC)])


def test_a_reader_that_has_read_enough_is_no_fault(tmp_path: Path) -> None:
    done = shell(PRINT, "| head -1", tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "0\n", "None\n")


def test_outlets_show_every_character_and_are_put_there_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, getattr(sys, name))
    below = sys.stdout
    prepare()
    prepare()
    assert isinstance(sys.stdout, Outlet)
    assert bare(sys.stdout) is below
    sys.stdout.write("a\x1b[2J\x9b\u202e\nb\n")
    sys.stderr.writelines(["\x07\n"])
    assert finish() is None
    assert capsys.readouterr() == ("a\\x1b[2J\\x9b\\u202e\nb\n", "\\x07\n")
