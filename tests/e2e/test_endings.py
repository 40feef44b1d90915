"""Whatever ends a command, all its processes end with it, and nothing temporary is left."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sessions import ended_at_last, living, needs_proc, until
from tests.space import Space

pytestmark = needs_proc

TIDE, FOAM, MODEL = "pieces/tide.yaml", "pieces/tide/1-foam.yaml", "models/tiny.yaml"
END_S = 20.0
"""Within this all processes of an ended command are gone."""
BUSY_S = 0.3
"""A worker that has computed for so long is past its imports."""

Stop = Callable[[int, int], None]
COMMANDS = {
    "render": (["render", TIDE, "--jobs", "2"], 2),
    "take": (["take", "tiny", "--length-s", "60"], 2),
    "evaluate": (["evaluate", "tiny", "--takes", "1", "--length-s", "60", "--jobs", "2"], 3),
    "verify": (["verify", TIDE, "--jobs", "2"], 3),
}
"""Command lines that draw long takes, and of how many processes at least."""
WAYS: list[tuple[Stop, int]] = [
    (os.kill, signal.SIGINT),
    (os.kill, signal.SIGTERM),
    (os.kill, signal.SIGHUP),
    (os.kill, signal.SIGKILL),
    (os.killpg, signal.SIGINT),
    (os.killpg, signal.SIGTERM),
]
NAMES = [f"{stop.__name__}-{signal.Signals(number).name}" for stop, number in WAYS]


@pytest.fixture
def slow_piece(built: Space, tmp_path: Path) -> Space:
    """A project whose takes are long, drawn by the slow reference; temporary files go apart."""
    built.edit(FOAM, "length: 1.5", "length: 90")
    built.edit(TIDE, "length_s: 0.3", "length_s: 60")
    built.environment["APPROX_KERNEL"] = "reference"
    return apart(built, tmp_path)


def apart(space: Space, tmp_path: Path) -> Space:
    folder = tmp_path / "temporary"
    folder.mkdir()
    space.environment["TMPDIR"] = str(folder)
    return space


def temporary(space: Space) -> list[str]:
    return sorted(os.listdir(space.environment["TMPDIR"]))


def drafts(space: Space) -> list[str]:
    folder = space.root / ".approx/drafts"
    return sorted(os.listdir(folder)) if folder.exists() else []


def is_drawing(process: subprocess.Popen[str], count: int) -> bool:
    assert process.poll() is None, process.communicate()
    seen = living(process.pid)
    workers = [one for one in seen if "execution.worker" in one.command]
    return len(seen) >= count and any(worker.cpu_s > BUSY_S for worker in workers)


def assert_all_gone(space: Space, process: subprocess.Popen[str], number: int) -> str:
    """All processes are gone, in time, and no temporary file is left; what was said."""
    until(lambda: process.poll() is not None, "ended", END_S)
    until(lambda: not living(process.pid), "without its children", END_S)
    until(lambda: not temporary(space), f"without {temporary(space)}", END_S)
    said = process.communicate()[1]
    if number == signal.SIGKILL:
        assert process.returncode == -signal.SIGKILL
        return said
    assert process.returncode == 130
    assert "interrupted: " in said
    assert "Traceback" not in said
    assert drafts(space) == []
    return said


@pytest.mark.slow
@pytest.mark.parametrize(("stop", "number"), WAYS, ids=NAMES)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_draws_ends_with_all_its_processes(
    slow_piece: Space, command: str, stop: Stop, number: int
) -> None:
    words, count = COMMANDS[command]
    with ended_at_last(slow_piece.process(*words)) as process:
        until(lambda: is_drawing(process, count), "drawing")
        stop(process.pid, number)
        assert_all_gone(slow_piece, process, number)


def test_a_fresh_process_of_verify_that_is_killed_takes_its_workers_along(
    slow_piece: Space,
) -> None:
    words, count = COMMANDS["verify"]
    with ended_at_last(slow_piece.process(*words)) as process:
        until(lambda: is_drawing(process, count), "drawing")
        [fresh] = [one for one in living(process.pid) if "project.rebuild" in one.command]
        os.kill(fresh.process, signal.SIGKILL)
        until(lambda: process.poll() is not None, "ended", END_S)
        assert not living(process.pid)
        assert temporary(slow_piece) == []
        assert process.returncode == 1
        assert "the piece could not be rebuilt" in process.communicate()[1]


def test_what_is_killed_all_at_once_is_swept_by_the_next_verify(
    slow_piece: Space, built: Space
) -> None:
    words, count = COMMANDS["verify"]
    with ended_at_last(slow_piece.process(*words)) as process:
        until(lambda: is_drawing(process, count), "drawing")
        os.killpg(process.pid, signal.SIGKILL)
        until(lambda: not living(process.pid), "without its children", END_S)
    assert len(temporary(slow_piece)) == 1
    # It fails at once: the store that the killed one left is no longer needed for anything.
    slow_piece.environment["APPROX_KERNEL"] = "none"
    slow_piece.start("verify", TIDE, code=1)
    assert temporary(slow_piece) == []


@pytest.mark.slow
@pytest.mark.parametrize(("stop", "number"), WAYS, ids=NAMES)
def test_a_training_by_two_processes_ends_with_both_and_keeps_its_state(
    space: Space, tmp_path: Path, stop: Stop, number: int
) -> None:
    space.edit(MODEL, "steps: 4, window: 256, batch: 1", "steps: 100000, window: 256, batch: 2")
    apart(space, tmp_path)
    with ended_at_last(space.process("train", "tiny", "--processes", "2")) as process:
        folder = space.root / ".approx/training"
        until(lambda: list(folder.glob("*/step-000002*")), "at step 2")
        assert any("training.distributed" in one.command for one in living(process.pid))
        stop(process.pid, number)
        said = assert_all_gone(space, process, number)
    if number != signal.SIGKILL:
        assert "of 100000; the state is saved, and " in said


@pytest.mark.slow
def test_a_training_that_has_not_begun_ends_with_all_its_processes(
    space: Space, tmp_path: Path
) -> None:
    space.edit(MODEL, "batch: 1", "batch: 3")
    apart(space, tmp_path)
    with ended_at_last(space.process("train", "tiny", "--processes", "3")) as process:
        until(lambda: len(living(process.pid)) >= 4, "of four processes")
        os.kill(process.pid, signal.SIGTERM)
        assert_all_gone(space, process, signal.SIGTERM)


@pytest.mark.slow
def test_a_process_of_a_training_that_is_killed_before_it_begins_ends_the_training(
    space: Space, tmp_path: Path
) -> None:
    space.edit(MODEL, "batch: 1", "batch: 2")
    apart(space, tmp_path)
    with ended_at_last(space.process("train", "tiny", "--processes", "2")) as process:

        def rank() -> list[int]:
            return [x.process for x in living(process.pid) if "training.distributed" in x.command]

        until(rank, "with a second process")
        os.kill(rank()[0], signal.SIGKILL)
        until(lambda: process.poll() is not None, "ended", END_S)
        assert process.returncode == 1
        assert "process 1 of the training ended (exit status -9)" in process.communicate()[1]
        assert temporary(space) == []


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_training_ends_with_its_builder(space: Space, tmp_path: Path, number: int) -> None:
    space.edit(MODEL, "steps: 4", "steps: 100000")
    apart(space, tmp_path)
    with ended_at_last(space.process("train", "tiny")) as process:
        folder = space.root / ".approx/training"
        until(lambda: list(folder.glob("*/step-000002*")), "at step 2")
        os.kill(process.pid, number)
        assert_all_gone(space, process, number)
