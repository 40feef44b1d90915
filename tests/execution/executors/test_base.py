"""The table of executors: each is found by its name, and another is one file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import counting_actions
import pytest

from approx_build.errors import UsageError
from approx_build.execution.executors.base import EXECUTORS, executor
from approx_build.plan.graph import Kind

if TYPE_CHECKING:
    from conftest import Yard
from tests.entry_points import installed

THREADS = '''
"""An executor of threads, as a package of one file adds it."""

from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

from approx_build.execution.executors.base import BatchEnd
from approx_build.execution.runner import Runner


class Threads:
    def __init__(self, slots, run, store, options=None, toolchain={}):
        self.slots = slots
        self.runner = Runner(run, store, options, toolchain)
        self.pool, self.running = ThreadPoolExecutor(slots), {}

    def idle(self):
        return self.slots - len(self.running)

    def start(self, batch):
        made = self.pool.submit(self.runner.run_batch, batch, lambda fraction, words="": None)
        self.running[made] = batch

    def wait(self, heard):
        done, _ = wait(self.running, return_when=FIRST_COMPLETED)
        return [BatchEnd(self.running.pop(one), one.result()) for one in done]

    def close(self):
        self.pool.shutdown()
'''


@pytest.fixture
def threads(tmp_path: Path) -> Iterator[str]:
    """The name of an executor that a package installed for the test offers."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "weaver.py").write_text(THREADS)
    installed(site, "weaver", "[approx_build.executors]\nthreads = weaver:Threads\n")
    sys.path.append(str(site))
    yield "threads"
    sys.path.remove(str(site))
    sys.modules.pop("weaver", None)


def graph(yard: Yard) -> str:
    for index in range(6):
        yard.act(f"event{index}", note=index)
    return yard.act("stem", [f"event{index}" for index in range(6)], Kind.STEM)


@pytest.mark.parametrize("name", EXECUTORS)
def test_every_executor_of_the_table_builds_the_same(yard: Yard, name: str) -> None:
    other = yard.another()
    expected = other.content(other.build(graph(other)), "stem")
    opened = executor(name)(2, counting_actions.run, yard.store, str(yard.root / "log"), {})
    assert yard.content(yard.build(graph(yard), executor=opened), "stem") == expected


def test_an_executor_is_added_by_one_file_of_another_package(yard: Yard, threads: str) -> None:
    yard.act("bad", do="fail")
    opened = executor(threads)(3, counting_actions.run, yard.store, str(yard.root / "log"))
    built = yard.build(graph(yard), "bad", executor=opened, keep_going=True)
    assert "stem" in built.records
    assert [failure.target for failure in built.failures] == ["bad"]
    assert len(yard.ran()) == 7 + 1


def test_an_executor_that_nobody_offers_is_refused_with_those_there_are(threads: str) -> None:
    with pytest.raises(UsageError, match="'mainframe'; there are: in-process, processes, threads"):
        executor("mainframe")
    with pytest.raises(UsageError, match="unknown executor"):
        executor("weaver")
