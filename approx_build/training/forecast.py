"""Forecast: the time, memory and cost of a whole training, predicted from a few measured steps.

The time is predicted by the median of the steps. Its range goes from their lowest to their highest
decile, widened by 1 + 1/sqrt(n) for n steps: one step gives half to twice its time, a hundred
steps a tenth more than they vary. Later load on the machine cannot be predicted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import isfinite, sqrt
from statistics import median

from approx_build.corpus.recordings import Hours
from approx_build.machine import Available
from approx_build.training.ledger.costs import NOTHING, Costs, amount_text
from approx_build.units import counted, size, spaced


@dataclass(frozen=True)
class StepTime:
    """Seconds that a step takes: the median, and the range to expect."""

    median_s: float
    low_s: float
    high_s: float
    count: int

    def total(self, steps: int) -> StepTime:
        """The time of `steps` steps."""
        return StepTime(steps * self.median_s, steps * self.low_s, steps * self.high_s, self.count)


def step_time(seconds: Sequence[float]) -> StepTime:
    """The time of a step, from measured steps; ValueError without positive finite numbers."""
    ordered = sorted(seconds)
    if not ordered or not all(isfinite(one) and one > 0 for one in ordered):
        raise ValueError(f"seconds of steps must be finite numbers above 0, not {list(seconds)}")
    wider = 1 + 1 / sqrt(len(ordered))
    low, high = _quantile(ordered, 0.1) / wider, _quantile(ordered, 0.9) * wider
    return StepTime(median(ordered), low, high, len(ordered))


def joined(times: Sequence[tuple[StepTime, int]]) -> StepTime:
    """The mean step of several phases, each with the number of its steps."""
    if len(times) == 1:
        return times[0][0]
    all_steps = sum(steps for _, steps in times)
    weights = [steps / all_steps for _, steps in times]

    def mean(seconds: Iterable[float]) -> float:
        return sum(weight * one for weight, one in zip(weights, seconds, strict=True))

    return StepTime(
        mean(one.median_s for one, _ in times),
        mean(one.low_s for one, _ in times),
        mean(one.high_s for one, _ in times),
        sum(one.count for one, _ in times),
    )


@dataclass(frozen=True)
class PlayerForecast:
    """A player of a network: its turns a step, and how many parameters it has."""

    turns: int
    parameters: int


@dataclass(frozen=True)
class Forecast:
    """The size, memory, time and cost of a training.

    `windows` is the number of windows in the corpus, `used` in all steps; `memory` has bytes by
    item; `steps_done` steps were made already and cost `spent`; `measured_bytes` is the peak that
    calibration measured; `evaluations` follow, of `evaluation_s` each. If a network has players,
    `players` has them by name, and `phases` the step after which each phase begins.
    """

    windows: int
    steps: int
    used: int
    parameters: int
    receptive_field: int
    step: StepTime
    memory: Mapping[str, int] = field(default_factory=dict)
    measured_bytes: int | None = None
    available: Available | None = None
    costs: Costs | None = None
    steps_done: int = 0
    spent: Decimal = NOTHING
    evaluations: int = 0
    evaluation_s: float = 0.0
    sound: Hours | None = None
    players: Mapping[str, PlayerForecast] = field(default_factory=dict)
    phases: Mapping[str, int] = field(default_factory=dict)

    @property
    def epochs(self) -> float:
        """How often the training uses each window, on average."""
        return self.used / self.windows if self.windows else 0.0

    @property
    def remaining(self) -> StepTime:
        """Seconds of the remaining steps and evaluations."""
        steps = self.step.total(max(0, self.steps - self.steps_done))
        besides = self.evaluations * self.evaluation_s
        return StepTime(
            steps.median_s + besides, steps.low_s + besides, steps.high_s + besides, steps.count
        )

    @property
    def peak_bytes(self) -> int:
        """The peak of memory: measured, or the sum of the items."""
        return self.measured_bytes or sum(self.memory.values())

    @property
    def is_too_large(self) -> bool:
        """Whether it needs more memory than is available."""
        return self.available is not None and self.peak_bytes > self.available.size

    @property
    def is_over_budget(self) -> bool | None:
        """Whether the budget ends before the last step; None without a budget."""
        if self.costs is None or self.costs.budget is None:
            return None
        return self.costs.spent(self.remaining.median_s, self.spent) > self.costs.budget

    @property
    def steps_within_budget(self) -> int | None:
        """The number of steps that the budget pays for, by the median; None without a budget."""
        left = self.costs.seconds_until_budget(0, self.spent) if self.costs else None
        if left is None:
            return None
        return min(self.steps, self.steps_done + int(left / self.step.median_s))


def words(forecast: Forecast) -> list[tuple[str, str]]:
    """A forecast as rows: a name and a value."""
    left = forecast.remaining
    spread = f"{duration(left.low_s)} to {duration(left.high_s)}"
    rows = [
        *([("sound", str(forecast.sound))] if forecast.sound else []),
        ("windows", f"{spaced(forecast.windows)}, each used {forecast.epochs:.3g} times"),
        ("parameters", spaced(forecast.parameters)),
        *_players(forecast),
        ("receptive field", f"{spaced(forecast.receptive_field)} samples"),
        ("memory", _memory(forecast)),
        ("a step", f"{forecast.step.median_s:.3g} s, median of {forecast.step.count}"),
        ("time", f"{duration(left.median_s)} ({spread})"),
    ]
    return [*rows, *([("cost", _cost(forecast))] if forecast.costs else [])]


def _players(forecast: Forecast) -> list[tuple[str, str]]:
    players = "; ".join(
        f"{name} with {spaced(one.parameters)} parameters, {counted(one.turns, 'turn')} a step"
        for name, one in forecast.players.items()
    )
    phases = "; ".join(
        f"{name} from step {spaced(begin)} on" for name, begin in forecast.phases.items()
    )
    rows = [("players", players), ("phases", phases if len(forecast.phases) > 1 else "")]
    return [row for row in rows if row[1]]


def duration(seconds: float) -> str:
    """Seconds in the unit that suits them: 8.4 s, 12 min, 3.5 h, 2.1 days."""
    for length, unit in ((86_400, "days"), (3600, "h"), (60, "min")):
        # Below two of a unit the smaller one is easier to read: 90 min, not 1.5 h.
        if seconds >= 2 * length:
            return f"{seconds / length:.3g} {unit}"
    return f"{seconds:.3g} s"


def _memory(forecast: Forecast) -> str:
    items = ", ".join(f"{name} {size(count)}" for name, count in forecast.memory.items() if count)
    text = f"{size(forecast.peak_bytes)} at the peak{f' ({items})' if items else ''}"
    if forecast.available is None:
        return text
    verdict = "too much: " if forecast.is_too_large else ""
    there = f"{size(forecast.available.size)} available, {forecast.available.bound}"
    return f"{text}; {verdict}{there}"


def _cost(forecast: Forecast) -> str:
    costs, left, earlier = forecast.costs, forecast.remaining, forecast.spent
    assert costs is not None
    low, high = (amount_text(costs.spent(one, earlier)) for one in (left.low_s, left.high_s))
    text = f"{costs.words(left.median_s, earlier)} ({low} to {high})"
    if not forecast.is_over_budget:
        return text
    return f"{text}; the budget ends at about step {spaced(forecast.steps_within_budget or 0)}"


def _quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which `share` of sorted values lie, between neighbours by proportion."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])
