"""The runner: leases looked at, records published, faults told."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from approx_build.execution.runner import Runner
from approx_build.execution.work import Failure, Report, Result, Success, Work
from approx_build.plan.graph import Action, Kind
from approx_build.store.store import Store


def work(target: str, key: str, size: float = 1.0) -> Work:
    return Work(Action(target, Kind.EVENT, {}), key * 64, {"kind": "event"}, {}, {}, size)


def echo(batch: Sequence[Work], store: Store, options: Any, report: Report) -> list[Result]:
    return [Result({"main": store.objects.put_bytes(w.action.target.encode())}) for w in batch]


def test_records_are_published_with_shares_of_the_time(store: Store) -> None:
    runner = Runner(echo, store, toolchain={"numpy": "2"})
    made = runner.run_batch([work("a", "a", 1.0), work("b", "b", 3.0)], lambda part: None)
    first, second = (each.record for each in made if isinstance(each, Success))
    assert store.records.get("a" * 64) == first
    assert second.seconds == pytest.approx(3 * first.seconds)
    assert second.toolchain == {"numpy": "2"}


def test_what_was_spent_on_an_action_before_counts(store: Store) -> None:
    def resumed(batch: Sequence[Work], *given: Any) -> list[Result]:
        return [replace(each, seconds=7.5) for each in echo(batch, *given)]

    [made] = Runner(resumed, store).run_batch([work("a", "a")], lambda part: None)
    assert isinstance(made, Success)
    assert made.record.seconds == 7.5


def test_a_disk_that_an_action_could_not_write_is_no_bug(store: Store) -> None:
    def full(batch: Sequence[Work], store: Store, options: Any, report: Report) -> list[Result]:
        raise OSError(errno.ENOSPC, "No space left on device")

    [failure] = Runner(full, store).run_batch([work("a", "a")], lambda part: None)
    assert isinstance(failure, Failure)
    assert failure.message.startswith(f"the disk is full: {store.root} could not be written")
    assert failure.trace == ""


def test_what_another_builder_made_meanwhile_is_taken(store: Store) -> None:
    runner = Runner(echo, store)
    runner.run_batch([work("a", "a")], lambda part: None)
    again = runner.run_batch([work("a", "a"), work("b", "b")], lambda part: None)
    assert [(m.target, m.was_run) for m in again if isinstance(m, Success)] == [
        ("a", False),
        ("b", True),
    ]


def test_a_record_without_its_object_is_not_taken(store: Store) -> None:
    runner = Runner(echo, store)
    (made,) = runner.run_batch([work("a", "a")], lambda part: None)
    assert isinstance(made, Success)
    store.objects.path(made.record.digest).unlink()
    (again,) = runner.run_batch([work("a", "a")], lambda part: None)
    assert isinstance(again, Success)
    assert again.was_run


def test_out_of_memory_is_reported_plainly(store: Store) -> None:
    def hungry(*_: object) -> list[Result]:
        raise MemoryError

    (failure,) = Runner(hungry, store).run_batch([work("a", "a")], lambda part: None)
    assert isinstance(failure, Failure)
    assert str(failure) == "a: not enough memory; set a smaller `jobs=`"


@pytest.mark.parametrize("number", [errno.EIO, errno.EMFILE])
def test_a_system_that_fails_an_action_is_no_bug(store: Store, number: int) -> None:
    def failing(batch: Sequence[Work], store: Store, options: Any, report: Report) -> list[Result]:
        raise OSError(number, os.strerror(number))

    [failure] = Runner(failing, store).run_batch([work("a", "a")], lambda part: None)
    assert isinstance(failure, Failure)
    assert failure.message == f"{store.root}: {os.strerror(number).lower()}"
    assert failure.trace == ""


def test_an_action_that_misses_torch_is_no_bug(store: Store) -> None:
    """A family of another package may draw its takes by torch."""

    def drawing(*_: object) -> list[Result]:
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    [failure] = Runner(drawing, store).run_batch([work("a", "a")], lambda part: None)
    assert isinstance(failure, Failure)
    assert failure.message.startswith("this needs torch, which is not installed; install it with ")
    assert failure.trace == ""
