"""Progress for people who watch, and for those who do not."""

from __future__ import annotations

import pytest

from approx_build.cli.progress import Bar, Lines, left, observer_for
from approx_build.execution.estimate import Remaining
from approx_build.execution.result import Built
from approx_build.execution.work import Failure
from approx_build.plan.graph import Action, Kind
from approx_build.project.observer import Observer
from approx_build.units import duration

ACTION = Action("1-foam/mix", Kind.MIX, {})


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.4, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (130, "2 min 10 s"),
        (11_100, "3 h 05 min"),
    ],
)
def test_seconds_are_reported_for_people(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("remaining", "text"),
    [
        (Remaining(0, 0.0, 0), ""),
        (Remaining(3, 0.2, 0), "nearly done"),
        (Remaining(3, 70.0, 0), "about 1 min 10 s"),
        (Remaining(3, 70.0, 2), "about 1 min 10 s plus 2 steps not yet timed"),
        (Remaining(3, 0.0, 3), "3 steps not yet timed"),
    ],
)
def test_what_is_left_says_what_it_does_not_know(remaining: Remaining, text: str) -> None:
    assert left(remaining) == text


def test_quiet_prints_nothing_and_a_terminal_has_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    assert type(observer_for(is_quiet=True)) is Observer
    monkeypatch.setattr("sys.stderr.isatty", lambda: False, raising=False)
    assert isinstance(observer_for(), Lines)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert isinstance(observer_for(), Bar)
    assert isinstance(observer_for(is_verbose=True), Lines)


def test_verbose_says_each_action_that_ran(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines(verbose=True)
    lines.started(2, 1)
    lines.action_done(ACTION, True, 1.25, Remaining(1, 0, 0))
    lines.action_done(ACTION, False, 0.0, Remaining(0, 0, 0))
    assert capsys.readouterr().err == "       mix  1-foam/mix  (1.25 s)\n"


def test_without_a_terminal_it_is_reported_now_and_then_how_far_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    lines = Lines(verbose=False)
    lines.started(3, 1)
    for now[0] in (1.0, 9.0, 11.0):
        lines.action_done(ACTION, True, 1.0, Remaining(2, 65.0, 0))
    assert capsys.readouterr().err == "3/3 done, about 1 min 05 s left\n"


def test_a_bar_lives_through_a_build(capsys: pytest.CaptureFixture[str]) -> None:
    bar = Bar()
    bar.started(2, 1)
    bar.action_started(ACTION)
    bar.action_progress(ACTION, 0.5)
    bar.action_done(ACTION, True, 1.0, Remaining(1, 5.0, 0))
    bar.action_failed(Failure("[bold]x", "it broke"))
    bar.finished(Built())
    # Square brackets in a name are no markup.
    assert "failed: [bold]x" in capsys.readouterr().err


def test_a_bar_that_was_never_opened_can_be_closed() -> None:
    Bar().finished(Built())


def test_remarks_are_results_and_activities_are_not(capsys: pytest.CaptureFixture[str]) -> None:
    for one in (Lines(verbose=False), Bar()):
        one.remark("the model changed")
        one.activity("drawing the takes of step 4")
        one.waiting("another builder is at work")
        said = capsys.readouterr()
        assert said.out == "the model changed\n"
        assert said.err == "drawing the takes of step 4\nanother builder is at work\n"


@pytest.mark.parametrize(
    ("remaining", "line"),
    [
        (Remaining(0, 0.0, 0), "1/10 done\n"),
        (Remaining(1, 0.2, 0), "1/10 done, nearly done\n"),
        (Remaining(3, 70.0, 0), "1/10 done, about 1 min 10 s left\n"),
    ],
)
def test_a_line_of_progress_is_a_whole_sentence(
    remaining: Remaining, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = Lines(verbose=False)
    lines.started(10, 1)
    lines._reported_at -= 100
    lines.action_done(ACTION, True, 1.0, remaining)
    assert capsys.readouterr().err == line
