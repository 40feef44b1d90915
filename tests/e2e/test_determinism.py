"""The same score gives the same bits, whatever computes it and however often it was stopped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.space import Space

TIDE = "pieces/tide.yaml"
COMPARED = "verified: 13 checkpoints, takes, stems and movements match pieces/tide.lock"
SLOW_ENOUGH = {"APPROX_KERNEL": "reference"}
"""Takes last long enough to be interrupted."""


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        (("--jobs", "1"), {}),
        (("--jobs", "2", "--capped"), {}),
        pytest.param(("--jobs", "2"), {"APPROX_KERNEL": "reference"}, marks=pytest.mark.slow),
    ],
    ids=["one job", "two jobs on the plainest instructions", "the NumPy reference"],
)
def test_everything_comes_out_the_same(
    built: Space, words: tuple[str, ...], environment: dict[str, str]
) -> None:
    shutil.rmtree(built.root / ".approx")
    outcome = built.run("verify", TIDE, *words, **environment)
    assert outcome.out.strip() == COMPARED


@pytest.mark.slow
def test_a_render_by_processes_of_its_own_is_the_same(rendered: Space, space: Space) -> None:
    space.start("render", TIDE, "--jobs", "2")
    assert space.digests() == rendered.digests()
    for path in (p for p in (rendered.root / "renders").rglob("*.wav")):
        same = space.root / "renders" / path.relative_to(rendered.root / "renders")
        assert same.read_bytes() == path.read_bytes()


def test_a_killed_builder_is_gone_with_its_workers_and_continues(
    rendered: Space, space: Space
) -> None:
    process = started(space)
    workers = children(process.pid)
    process.kill()
    process.wait()
    deadline = time.monotonic() + 60
    while any(is_alive(worker) for worker in workers):
        assert time.monotonic() < deadline, "a worker outlived its builder"
        time.sleep(0.05)
    goes_on(space, rendered)


def test_a_killed_worker_is_reported_and_the_next_render_continues(
    rendered: Space, space: Space
) -> None:
    process = started(space)
    os.kill(worker_of(process.pid), signal.SIGKILL)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "was killed (signal 9): out of memory, or by hand; set a smaller --jobs" in err
    assert "Traceback" not in err
    goes_on(space, rendered)


def test_ctrl_c_explains_how_to_continue(rendered: Space, space: Space) -> None:
    process = started(space)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert err.strip().splitlines()[-1] == (
        "interrupted: finished results are kept; run the same command again to continue"
    )
    assert "Traceback" not in err
    goes_on(space, rendered)


@pytest.mark.slow
def test_builders_killed_again_and_again_lose_nothing(rendered: Space, space: Space) -> None:
    kept: set[Path] = set()
    for delay_s in (0.6, 0.8, 1.0, 1.2, 1.5, 1.9, 2.4):
        process = space.process("render", TIDE, "--jobs", "2")
        time.sleep(delay_s)
        process.kill()
        process.communicate()
        records = set((space.root / ".approx/records").glob("*/*"))
        assert kept <= records
        kept = records
    space.render()
    assert space.digests() == rendered.digests()
    check = space.render()
    assert check.ran() == set()


@pytest.mark.slow
def test_four_builders_at_once_make_the_same(rendered: Space, space: Space) -> None:
    together = [space.process("render", TIDE, "--jobs", "1") for _ in range(4)]
    for process in together:
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
    assert space.digests() == rendered.digests()


def started(space: Space) -> subprocess.Popen[str]:
    """A render that has finished some actions and is drawing takes."""
    process = space.process("render", TIDE, "--jobs", "1", **SLOW_ENOUGH)
    records = space.root / ".approx" / "records"
    deadline = time.monotonic() + 60
    while len(list(records.glob("*/*"))) < 4:  # the run and three checkpoints
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return process


def goes_on(space: Space, rendered: Space) -> None:
    """Render again: nothing finished is repeated, and everything comes out as it should."""
    ran = space.render().ran()
    assert "models/tiny/run" not in ran
    assert "piece/whole" in ran
    assert space.digests() == rendered.digests()


def children(process: int) -> list[int]:
    """The processes that a process has started."""
    return [
        int(word) for word in Path(f"/proc/{process}/task/{process}/children").read_text().split()
    ]


def worker_of(process: int) -> int:
    """The worker of a builder that has one."""
    [worker] = [
        child
        for child in children(process)
        if b"approx_build.execution.worker" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]
    return worker


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
