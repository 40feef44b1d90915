"""Executors: worker processes that fail, die, are interrupted, or leave their builder."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from approx_build.errors import BuildError
from approx_build.execution.context import RunOptions
from approx_build.execution.executors import local
from approx_build.execution.progress import Progress
from approx_build.execution.work import Work
from approx_build.plan.graph import Action, Kind
from approx_build.store import leases
from approx_build.store.store import Store
from tests.sessions import ended_at_last, living, needs_proc, until

if TYPE_CHECKING:
    from conftest import Yard

    from approx_build.execution.estimate import Remaining

HERE = Path(__file__).parents[1]
LONG_S = 60.0


def wide(yard: Yard, count: int = 6) -> str:
    for index in range(count):
        yard.act(f"event{index}", note=index)
    return yard.act("stem", [f"event{index}" for index in range(count)], Kind.STEM)


def test_processes_make_what_one_process_makes(yard: Yard) -> None:
    other = yard.another()
    one = yard.build(wide(yard), jobs=0)
    two = other.build(wide(other), jobs=2)
    assert {t: r.outputs for t, r in one.records.items()} == {
        t: r.outputs for t, r in two.records.items()
    }
    assert sorted(two.ran) == sorted(one.ran)


def test_records_tell_time_memory_and_nothing_of_the_machine_in_keys(yard: Yard) -> None:
    yard.act("stem", sleep_s=0.05)
    record = yard.build("stem", jobs=1).records["stem"]
    assert 0.05 <= record.seconds < 5
    assert record.peak_bytes > 1 << 20
    assert set(record.manifest) == {"schema", "kind", "version", "params", "stream", "inputs"}


def test_failures_travel_from_workers(yard: Yard) -> None:
    yard.act("bad", do="fail")
    yard.act("bug", do="bug")
    built = yard.build("bad", "bug", jobs=2, keep_going=True)
    messages = sorted(str(failure) for failure in built.failures)
    assert messages[0] == "bad: a grain is longer than the clip"
    assert "ZeroDivisionError: no such number" in messages[1]


@pytest.mark.parametrize(
    ("do", "words"), [("die", r"was killed \(signal 9\)"), ("exit", "ended .* exit status 7")]
)
def test_a_worker_that_dies_is_named_and_the_rest_is_kept(yard: Yard, do: str, words: str) -> None:
    yard.act("bad", do=do)
    wide(yard)
    built = yard.build("bad", "stem", jobs=2, keep_going=True)
    with pytest.raises(BuildError, match=rf"bad: the worker that was building bad {words}"):
        built.check()
    assert "stem" in built.records
    yard.act("bad")
    yard.runs()
    assert yard.build("bad", "stem", jobs=2).failures == []
    assert yard.ran() == ["bad"]


def test_a_training_that_is_reported_to_end_may_speak_and_keep_its_state_first(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "STOP_S", 0.1)
    said: list[Sequence[str]] = []

    class Impatient(Progress):
        def action_progress(self, action: Action, fraction: float, words: str = "") -> None:
            if words:
                raise KeyboardInterrupt

        def stopping(self, trainings: Sequence[str]) -> None:
            said.append(trainings)

    yard.act("run", kind=Kind.TRAIN, keep_in=str(yard.root / "state"))
    with pytest.raises(KeyboardInterrupt):
        yard.build("run", jobs=1, progress=Impatient())
    assert said == [["run"]]
    assert (yard.root / "state").read_text() == "kept"


BUILD = """
import sys
sys.path.insert(0, {here!r})
from pathlib import Path
from conftest import Yard
from approx_build.plan.graph import Kind
from approx_build.store.store import Store

if __name__ == "__main__":
    yard = Yard(Path(sys.argv[1]), Store(sys.argv[2]))
    {body}
"""

LONG_BODY = """
    yard.act("quick")
    yard.act("long", ["quick"], sleep_s=600)
    yard.act("mix", ["long"])
    yard.build("mix", jobs=2)
"""


def script(yard: Yard, body: str) -> list[str]:
    path = yard.root / "build_script.py"
    path.write_text(BUILD.format(here=str(HERE), body=body.strip()))
    return [sys.executable, str(path), str(yard.root), str(yard.store.root)]


def wait_until_run(yard: Yard, target: str) -> None:
    log = yard.root / "log"
    deadline = time.monotonic() + LONG_S
    while not (log.exists() and target in log.read_text().split()):
        assert time.monotonic() < deadline, "the build never came so far"
        time.sleep(0.02)


def processes_using(yard: Yard) -> list[str]:
    """Command lines of living processes that build in this yard, workers included."""
    mine = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if str(yard.root) in (entry / "cmdline").read_text() + os.readlink(entry / "cwd"):
                mine.append(entry.name)
        except OSError:
            continue
    return mine


@needs_proc
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_builder_takes_its_workers_along_and_keeps_what_is_done(
    yard: Yard, how: signal.Signals
) -> None:
    command = script(yard, LONG_BODY)
    builder = subprocess.Popen(
        command, cwd=yard.root, start_new_session=True, stderr=subprocess.PIPE, text=True
    )
    wait_until_run(yard, "long")
    if how is signal.SIGINT:
        os.killpg(builder.pid, how)  # as a terminal does
    else:
        builder.send_signal(how)
    start = time.monotonic()
    _, words = builder.communicate(timeout=LONG_S)
    assert builder.returncode != 0
    if how is signal.SIGINT:
        assert words.count("Traceback") == 1, words
    while processes_using(yard):
        assert time.monotonic() - start < LONG_S, "workers outlived their builder"
        time.sleep(0.02)
    yard.runs()
    yard.act("quick")
    yard.act("long", ["quick"])
    yard.act("mix", ["long"])
    yard.build("mix")
    assert yard.ran() == ["long", "mix"]


DEAF_BODY = """
    yard.act("run", kind=Kind.TRAIN, do="be deaf", deaf_at=str(yard.root / "deaf"))
    yard.build("run", jobs=1)
"""


@needs_proc
def test_a_second_interrupt_does_not_wait_for_a_training_that_does_not_end(yard: Yard) -> None:
    command = script(yard, DEAF_BODY)
    builder = subprocess.Popen(
        command, cwd=yard.root, start_new_session=True, stderr=subprocess.PIPE, text=True
    )
    with ended_at_last(builder):
        until((yard.root / "deaf").exists, "deaf")
        builder.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            builder.wait(1.0)
        assert len(living(builder.pid)) == 2
        builder.send_signal(signal.SIGINT)
        until(lambda: not living(builder.pid), "ended", local.KEEP_S / 4)


WAITING_BODY = """
    yard.act("event", wait_for=str(yard.root / "go"))
    yard.build("event", jobs=1).check()
"""


def test_whoever_waits_for_another_builder_reports_it_once_and_within_five_seconds(
    yard: Yard,
) -> None:
    class Told(Progress):
        def action_remark(self, action: Action, words: str) -> None:
            said.append((action.target, words, time.monotonic() - began))
            (yard.root / "go").touch()

    said: list[tuple[str, str, float]] = []
    other = subprocess.Popen(script(yard, WAITING_BODY), cwd=yard.root)
    wait_until_run(yard, "event")
    yard.act("event", wait_for=str(yard.root / "go"))
    alarm = threading.Timer(LONG_S, (yard.root / "go").touch)
    alarm.start()
    began = time.monotonic()
    built = yard.build("event", jobs=1, progress=Told())
    alarm.cancel()
    assert other.wait(LONG_S) == 0
    assert built.reused == ["event"]
    [(target, words, seconds)] = said
    assert target == "event"
    assert re.fullmatch(r"another build \(process \d+\) is building this; waiting for it", words)
    assert leases.PATIENCE_S + leases.LONGEST_PAUSE_S < 5
    assert seconds >= leases.PATIENCE_S


TWO_BODY = """
    for index in range(12):
        yard.act(f"event{index}", note=index, sleep_s=0.05)
    yard.act("stem", [f"event{index}" for index in range(12)])
    built = yard.build("stem", jobs=2)
    built.check()
    print(built.records["stem"].digest)
"""


def test_two_builders_at_once_are_both_right_and_share_the_work(yard: Yard) -> None:
    command = script(yard, TWO_BODY)
    crowd = [
        subprocess.Popen(command, cwd=yard.root, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    digests = {process.communicate(timeout=LONG_S)[0].strip() for process in crowd}
    assert [process.returncode for process in crowd] == [0, 0]
    assert len(digests) == 1
    assert all(yard.store.objects.verify(digest) for digest in yard.store.objects)
    assert yard.ran() == sorted([*(f"event{index}" for index in range(12)), "stem"])


KILLED_BODY = """
    for index in range(90):
        yard.act(f"event{index}", note=index, sleep_s=0.003)
    for stem in range(5):
        yard.act(f"stem{stem}", [f"event{index}" for index in range(stem, 90, 5)])
    yard.act("mix", [f"stem{stem}" for stem in range(5)])
    yard.build("mix", jobs=2).check()
"""
ACTIONS, KILLS = 96, 25


@pytest.mark.slow
def test_killed_anywhere_the_store_is_right_and_the_build_continues(yard: Yard) -> None:
    command = script(yard, KILLED_BODY)
    killed = 0
    for kill in range(KILLS):
        builder = subprocess.Popen(command, cwd=yard.root, start_new_session=True)
        if kill % 5:
            _wait_for_runs(yard, builder, _count_runs(yard) + 1 + kill % 3)
        # From before the first import to the middle of a record.
        time.sleep(kill * 0.0037 % 0.02)
        killed += builder.poll() is None  # where this process had to wait, the build has ended
        with suppress(ProcessLookupError):
            os.killpg(builder.pid, signal.SIGKILL)
        builder.wait()
        _assert_whole(Store(yard.store.root))
    assert subprocess.run(command, cwd=yard.root).returncode == 0
    assert killed
    ran = yard.ran()
    assert len(set(ran)) == ACTIONS
    # Each kill may cost what two workers were making, never what was finished.
    assert len(ran) <= ACTIONS + 2 * KILLS


def _count_runs(yard: Yard) -> int:
    log = yard.root / "log"
    return log.read_text().count("\n") if log.exists() else 0


def _wait_for_runs(yard: Yard, builder: subprocess.Popen[bytes], count: int) -> None:
    deadline = time.monotonic() + LONG_S
    while _count_runs(yard) < count and builder.poll() is None:
        assert time.monotonic() < deadline, "the build never came so far"
        time.sleep(0.001)


def _assert_whole(store: Store) -> None:
    assert all(store.objects.verify(digest) for digest in store.objects)
    for key in store.records:
        record = store.records.get(key)
        assert record is not None
        assert all(digest in store.objects for digest in record.outputs.values())


class KillIdle(Progress):
    """Kills the worker that made the first action, before it is given another."""

    def __init__(self, yard: Yard) -> None:
        self.yard = yard

    def action_done(
        self, action: Action, was_run: bool, seconds: float, remaining: Remaining
    ) -> None:
        if action.target == "who":
            (digest,) = self.yard.store.objects
            worker = int(self.yard.store.objects.read(digest).split()[0])
            os.kill(worker, signal.SIGKILL)
            # All its threads: what /proc says is of the first alone.
            os.waitid(os.P_PID, worker, os.WEXITED | os.WNOWAIT)


def test_a_worker_that_dies_with_nothing_to_do_costs_nothing(yard: Yard) -> None:
    yard.act("who", do="who")
    yard.act("next", ["who"])
    built = yard.build("next", jobs=1, progress=KillIdle(yard))
    built.check()
    assert built.ran == ["who", "next"]


def test_a_training_that_is_killed_is_reported_the_memory_it_needs(store: Store) -> None:
    network = {"family": "wavenet", "dilations": [1, 2]}
    params = {"network": network, "training": {"steps": 2, "batch": 2}}
    batch = [Work(Action("models/m/run", Kind.TRAIN, params), "", {}, {}, {})]
    said = local._how_it_ended(-signal.SIGKILL, batch, RunOptions("", threads=2))
    assert re.search(r"the training needs about \d+ MB of memory; run again with `jobs=1`", said)
    assert "memory" not in local._how_it_ended(-signal.SIGSEGV, batch, RunOptions(""))
