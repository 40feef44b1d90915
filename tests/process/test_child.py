"""Children: the parent's package and path, and an end whenever the parent ends."""

from __future__ import annotations

import ast
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from approx_build.process import child, limits
from approx_build.process.child import Child, start
from approx_build.process.scratch import scratch
from tests.sessions import ended_at_last, living, needs_proc, until

HERE = "tests.process.children"
PACKAGE = Path(child.__file__).parents[1]
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def said() -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile() as file:
        yield file
    child.leave()


def lines(file: IO[bytes], count: int = 1) -> list[Any]:
    """The first lines that children have said."""

    def found() -> list[bytes]:
        return os.pread(file.fileno(), 1 << 16, 0).splitlines()

    until(lambda: len(found()) >= count, f"of {count} lines")
    return [json.loads(line) for line in found()]


def is_alive(process: int) -> bool:
    """Whether a process runs: one that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_a_child_has_the_path_of_its_parent_without_the_working_folder(
    said: IO[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", str(tmp_path), *sys.path, "/none of\u00e4ll"])
    one = start(HERE, "look", output=said)
    assert one.wait() == 0
    [(path, is_safe, arguments, warned)] = lines(said)
    assert path == sys.path[2:]
    assert (is_safe, arguments, warned) == ("1", [HERE, "look"], sys.warnoptions)


def test_an_end_and_its_code_are_seen(said: IO[bytes]) -> None:
    assert start(HERE, "fail", output=said).wait() == 7
    one = start(HERE, "sleep", output=said)
    assert one.wait(0.05) is None
    one.end()
    assert one.code == -signal.SIGKILL


def test_a_child_never_sees_an_interrupt(said: IO[bytes]) -> None:
    one = start(HERE, "sleep", output=said)
    [(process, is_deaf, blocked)] = lines(said)
    assert (is_deaf, blocked) == (True, [])
    os.kill(process, signal.SIGINT)
    assert one.wait(0.1) is None
    one.end()


def test_ending_is_polite_first(said: IO[bytes], tmp_path: Path) -> None:
    one = start(HERE, "polite", str(tmp_path / "note"), output=said)
    lines(said)
    one.end(30.0)
    assert one.code == 3
    assert (tmp_path / "note").exists()


def test_what_does_not_listen_is_killed(said: IO[bytes]) -> None:
    one = start(HERE, "deaf", output=said)
    lines(said)
    one.end(0.1)
    assert one.code == -signal.SIGKILL


@needs_proc
def test_ending_ends_what_a_child_has_started(said: IO[bytes]) -> None:
    one = start(HERE, "nest", "nest", output=said)
    processes = [process for process, *_ in lines(said, 3)]
    one.end()
    until(lambda: not any(map(is_alive, processes)), "ended")


@needs_proc
def test_leaving_ends_all_children(said: IO[bytes]) -> None:
    for _ in range(2):
        start(HERE, "nest", output=said)
    processes = [process for process, *_ in lines(said, 4)]
    child.leave()
    until(lambda: not any(map(is_alive, processes)), "ended")


def test_ready_or_ended(said: IO[bytes]) -> None:
    assert start(HERE, "ready", output=said).ready()
    assert not start(HERE, "fail", output=said).ready()


def test_a_child_keeps_the_scratch_folder_of_its_parent(said: IO[bytes]) -> None:
    with scratch("approx-test-") as folder:
        one = start(HERE, "sleep", output=said)
        lines(said)
    assert folder.exists()
    one.end()
    with scratch("approx-test-"):
        assert not folder.exists()


PARENT = """
import sys
from approx_build.process import child
from approx_build.process.scratch import scratch
with scratch("approx-test-") as folder:
    one = child.start("tests.process.children", *sys.argv[1:])
    one.wait()
"""


def parent(tmp_path: Path, *words: str) -> subprocess.Popen[str]:
    """A process with a scratch folder and a child, in a session of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", PARENT, *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@needs_proc
@pytest.mark.parametrize(("words", "count"), [(["nest", "nest"], 3), (["deaf"], 1)])
def test_a_parent_that_is_killed_takes_its_family_and_its_folder_along(
    tmp_path: Path, words: list[str], count: int
) -> None:
    with ended_at_last(parent(tmp_path, *words)) as process:
        assert process.stdout is not None
        for _ in range(count):
            process.stdout.readline()
        assert len(living(process.pid)) == 1 + count
        process.kill()
        process.wait()
        until(lambda: not living(process.pid), "without its children")
        until(lambda: not list(tmp_path.iterdir()), "without its folder")


@needs_proc
def test_a_child_without_a_parent_may_end_politely(tmp_path: Path) -> None:
    note = tmp_path / "note"
    with ended_at_last(parent(tmp_path, "polite", str(note))) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
        process.wait()
        until(lambda: not living(process.pid), "without its children")
        until(note.exists, "told")


def test_a_child_for_which_there_is_no_room_reports_it() -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_DATA)
    limit = limits.LEAST_BYTES - (1 << 20)
    code = (
        "import resource; from approx_build.process.child import start; "
        f"resource.setrlimit(resource.RLIMIT_DATA, ({limit}, {before[1]})); "
        f"raise SystemExit(start({HERE!r}, 'look').wait())"
    )
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("approx-build: this process may use 511 MB of memory (ulimit -d)")


def test_a_child_is_not_forgotten_before_it_is_gone() -> None:
    ours, theirs = socket.socketpair()
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    one = Child(process, ours)
    process.wait()
    started = time.monotonic()
    theirs.close()
    one.end()
    assert time.monotonic() - started < child.GONE_S


def test_nothing_else_in_the_package_starts_python() -> None:
    """`process.child` alone may use what starts processes."""
    forbidden = {"subprocess", "multiprocessing", "os.fork", "os.spawnv", "os.system", "os.popen"}
    allowed = {"process/child.py", "execution/executors/local.py", "execution/worker.py"}
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [f"{node.module}", f"{node.module}.{node.names[0].name}"]
            elif isinstance(node, ast.Attribute):
                names = [ast.unparse(node)]
            if any(name.split(".")[0] in forbidden or name in forbidden for name in names):
                found.add(path.relative_to(PACKAGE).as_posix())
    assert found == allowed
    for module in ("executors/local", "worker"):
        text = (PACKAGE / "execution" / f"{module}.py").read_text()
        assert "multiprocessing" in text
        assert not re.search(r"\bProcess\(", text)
