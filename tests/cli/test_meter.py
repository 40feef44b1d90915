"""The meter: quiet, a line now and then, or a bar, and an estimate when it can be made."""

from __future__ import annotations

import sys
import threading
from typing import Any
from unittest import mock

import pytest

from approx_build.cli import meter as module
from approx_build.cli.meter import Bar, Lines, meter
from approx_build.store.watch import Watch


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that a test sets."""
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def test_who_asks_for_quiet_gets_it(capsys: pytest.CaptureFixture[str]) -> None:
    watch = meter(is_quiet=True)
    assert type(watch) is Watch
    watch.begin("reading", 3)
    watch.step()
    watch.end()
    assert capsys.readouterr() == ("", "")
    assert type(meter(is_quiet=False)) is Lines


def test_a_line_every_ten_seconds_with_what_is_left(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    watch = Lines()
    watch.begin("reading objects", 200 * 10**9, is_bytes=True)
    clock[0] -= 5  # listing them
    for seconds in range(31):
        clock[0] = 100.0 + seconds
        watch.step(10**9)
    assert capsys.readouterr().err.splitlines() == [
        "reading objects: 11 GB of 200 GB, about 2 min 52 s left",
        "reading objects: 21 GB of 200 GB, about 2 min 50 s left",
        "reading objects: 31 GB of 200 GB, about 2 min 44 s left",
    ]


def test_more_than_was_estimated_is_no_negative_time(clock: list[float]) -> None:
    watch = Lines()
    watch.begin("reading records", 2)
    watch.step(1)
    assert watch.words() == "reading records: 1 of 2"
    clock[0] += 5
    watch.step(2)
    assert watch.words() == "reading records: 3 of 3, about 0 s left"


def test_threads_may_step_at_once() -> None:
    watch = Lines()
    watch.begin("reading", 4000)
    threads = [
        threading.Thread(target=lambda: [watch.step() for _ in range(1000)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert watch.words().startswith("reading: 4,000 of 4,000")


def test_a_terminal_gets_a_bar(clock: list[float]) -> None:
    with mock.patch.object(sys.stderr, "isatty", return_value=True, create=True):
        watch: Any = meter(is_quiet=False)
    assert type(watch) is Bar
    watch.begin("reading", 10)
    watch.begin("removing", 20)
    clock[0] += 1
    watch.step(5)
    (task,) = watch._bar.tasks
    assert (task.completed, task.total, task.description) == (5, 20, "removing: 5 of 20")
    watch.end()
    watch.end()
