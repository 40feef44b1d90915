"""Progress hears of everything, in order, with an honest time left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from approx_build.execution.progress import Progress

if TYPE_CHECKING:
    from conftest import Yard

    from approx_build.execution.estimate import Remaining
    from approx_build.execution.result import Built
    from approx_build.execution.work import Failure
    from approx_build.plan.graph import Action


class Heard(Progress):
    def __init__(self) -> None:
        self.words: list[str] = []
        self.left: list[Remaining] = []

    def started(self, total: int, jobs: int) -> None:
        self.words.append(f"started {total} {jobs}")

    def action_started(self, action: Action) -> None:
        self.words.append(f"runs {action.target}")

    def action_progress(self, action: Action, fraction: float, words: str = "") -> None:
        self.words.append(f"{action.target} at {fraction}")

    def action_done(
        self, action: Action, was_run: bool, seconds: float, remaining: Remaining
    ) -> None:
        self.words.append(f"{'made' if was_run else 'found'} {action.target}")
        self.left.append(remaining)
        assert (seconds > 0) == was_run

    def action_failed(self, failure: Failure) -> None:
        self.words.append(f"failed {failure.target}")

    def finished(self, built: Built) -> None:
        self.words.append(f"finished {len(built.ran)}")


def test_progress_receives_everything_in_order(yard: Yard) -> None:
    yard.act("a")
    yard.build("a")
    yard.act("b", ["a"])
    yard.act("c", ["b"], do="fail")
    heard = Heard()
    yard.build("c", progress=heard)
    assert heard.words == [
        "started 3 1", "found a", "runs b", "b at 0.5", "made b",
        "runs c", "c at 0.5", "failed c", "finished 1",
    ]  # fmt: skip
    assert [left.actions for left in heard.left] == [2, 1]


def test_the_time_left_is_what_is_left_at_the_pace_seen(yard: Yard) -> None:
    heard = Heard()
    for index in range(3):
        yard.act(f"e{index}", note=index, sleep_s=0.05)
    yard.build("e0", "e1", "e2", progress=heard)
    assert [left.unknown for left in heard.left] == [0, 0, 0]
    assert [round(left.seconds, 1) for left in heard.left] == [0.1, 0.1, 0.0]
