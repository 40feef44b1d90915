"""Interrupts: none that a library swallows is lost, and handlers are given back."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from approx_build.process import interrupts
from approx_build.process.interrupts import signals_as_interrupts


def test_a_signal_is_an_interrupt_and_handlers_are_given_back() -> None:
    before = [signal.getsignal(number) for number in interrupts.STOPPING]
    for number in interrupts.STOPPING:
        with pytest.raises(KeyboardInterrupt), signals_as_interrupts():
            signal.raise_signal(number)
    assert [signal.getsignal(number) for number in interrupts.STOPPING] == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def swallow(count: int) -> None:
    """Be interrupted, and swallow that and its repetitions, so many in all."""
    for number in range(count):
        with suppress(KeyboardInterrupt):
            if not number:
                signal.raise_signal(signal.SIGTERM)
            time.sleep(60)
    time.sleep(60)


def wrap() -> None:
    """Be interrupted, and make another error of it."""
    try:
        signal.raise_signal(signal.SIGTERM)
    except KeyboardInterrupt as error:
        raise ValueError("could not build the schema") from error


def fail_alone() -> None:
    raise ValueError("of its own")


class Dear:
    """Interrupts this process when it is thrown away, where nothing can be raised."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGTERM)


def throw_away() -> None:
    Dear()
    time.sleep(60)


def tidy_up(done: list[str]) -> None:
    try:
        signal.raise_signal(signal.SIGTERM)
    finally:
        with suppress(ValueError):
            time.sleep(0.1)
            raise ValueError
        time.sleep(0.1)
        done.append("tidied up")


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Interrupts are raised again soon."""
    monkeypatch.setattr(interrupts, "AGAIN_S", 0.02)


def interrupt(what: Callable[[], None]) -> None:
    with pytest.raises(KeyboardInterrupt), signals_as_interrupts():
        what()


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("count", [1, 3])
def test_an_interrupt_that_is_swallowed_is_raised_again(count: int) -> None:
    interrupt(lambda: swallow(count))


@pytest.mark.usefixtures("soon")
def test_an_interrupt_where_nothing_can_be_raised_comes_later_and_shows_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    interrupt(throw_away)
    assert capsys.readouterr().err == ""


def test_an_error_that_a_library_makes_of_an_interrupt_is_one() -> None:
    interrupt(wrap)
    with pytest.raises(ValueError, match="of its own"), signals_as_interrupts():
        fail_alone()


@pytest.mark.usefixtures("soon")
def test_what_an_interrupt_has_to_tidy_up_is_left_in_peace_by_it() -> None:
    done: list[str] = []
    interrupt(lambda: tidy_up(done))
    assert done


def test_a_signal_that_is_ignored_stays_so() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with signals_as_interrupts():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
