"""Calibration: estimates from a few real steps of a training, whose results are not kept.

Its memory is reckoned first: what does not fit is refused before it is tried. Then real windows
go through the real network and optimiser, in each phase of the training. The first step is not
timed, for libraries are loaded in it; each of the others counts from the end of the one before,
waiting for windows included.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice
from pathlib import Path

from approx_build.corpus.prepared import Material
from approx_build.corpus.recordings import Hours
from approx_build.families.base import Family
from approx_build.families.parameters import numbers_in
from approx_build.training.callbacks import Callback, Resources
from approx_build.training.course import Course, Stretch
from approx_build.training.device import memory_on, peak_on, reset_peak_on
from approx_build.training.forecast import Forecast, PlayerForecast, joined, step_time
from approx_build.training.ledger.costs import NOTHING
from approx_build.training.model import ModelSpec
from approx_build.training.process_group import ALONE
from approx_build.training.progress import ignore_progress
from approx_build.training.run import Run
from approx_build.training.session import opened, started

LEAST_STEPS = 3
MOST_S = 8.0


@dataclass(frozen=True)
class DoneSteps:
    """What of a training is there already: steps, and what they have cost."""

    steps: int = 0
    spent: Decimal = NOTHING


def calibrated(
    model: ModelSpec,
    material: Material,
    resources: Resources,
    made: DoneSteps = DoneSteps(),
    seconds: float = MOST_S,
) -> Forecast:
    """What a training will take, by steps of about `seconds` in all, at least three.

    Writes nothing. ModelError when it needs more memory than there is.
    """
    # Nothing of a calibration may reach the ledger, and no other process takes part.
    alone = replace(resources, callback=Callback(), progress=ignore_progress, share=ALONE)
    course = model.course
    with opened(model, alone) as (workers, estimate):
        available = memory_on(workers.device)
        reset_peak_on(workers.device)
        state = started(model, workers, {}, resources.parent)
        # No folder: nothing is written.
        run = Run(model, material, Path(), workers, state, alone)
        shares = [(one, seconds / len(course.stretches)) for one in course.stretches]
        times = [step_time(_timed(run, one, share)) for one, share in shares]
        began = time.perf_counter()
        run.measured()
        evaluation_s = time.perf_counter() - began
        # No state is saved here, though that may be the moment that needs the most memory.
        measured = max(peak_on(workers.device), estimate.keeping)
    settings, network = model.training, model.network
    prepared = sum(part.length for part in material.parts()) / network.rate
    # A phase that is over still counts as one step: there is no mean of nothing.
    left = [one.end - max(one.begin, min(made.steps, one.end - 1)) for one in course.stretches]
    return Forecast(
        windows=run.split.train.count,
        steps=settings.steps,
        used=course.windows(settings.steps),
        parameters=numbers_in(network.training_shapes()),
        receptive_field=network.receptive_field,
        step=joined(list(zip(times, left, strict=True))),
        memory=estimate.items,
        measured_bytes=measured,
        available=available,
        costs=model.costs,
        steps_done=made.steps,
        spent=made.spent,
        evaluations=_evaluations(model, made.steps),
        evaluation_s=evaluation_s,
        sound=Hours(material.recorded_s, prepared, model.trained_s(settings.steps)),
        players=_players(course, network) if course.has_players else {},
        phases={one.phase.name: one.begin for one in course.stretches if course.has_players},
    )


def _players(course: Course, network: Family) -> dict[str, PlayerForecast]:
    shapes = network.training_shapes()
    return {
        name: PlayerForecast(
            learner.settings.turns,
            numbers_in({tensor: shapes[tensor] for tensor in learner.player.of(shapes)}),
        )
        for name, learner in course.active_learners.items()
    }


def _timed(run: Run, stretch: Stretch, seconds: float) -> list[float]:
    """Seconds of each step of a phase but the first."""
    began = last = time.perf_counter()
    found: list[float] = []
    # Closing ends the threads that make examples ahead.
    with closing(_steps(run, stretch)) as steps:
        for _ in islice(steps, max(stretch.end - stretch.begin, LEAST_STEPS + 1)):
            now = time.perf_counter()
            found.append(now - last)
            last = now
            if len(found) > LEAST_STEPS and now - began > seconds:
                break
    return found[1:]


def _steps(run: Run, stretch: Stretch) -> Generator[None]:
    """Make the steps of a phase, again and again: a short one is timed as often as a long one."""
    while True:
        run.state.step = stretch.begin
        batches = run.batches.stream(stretch.begin + 1, stretch.end, run.resources.loaders)
        with closing(batches):
            for _ in range(stretch.begin, stretch.end):
                run.step(batches)
                yield


def _evaluations(model: ModelSpec, made: int) -> int:
    """How often the held-out loss is still to be measured."""
    every, last = model.training.evaluate_every, model.last_step
    points = {*range(0, last, every), *model.kept_steps}
    # Before the first step, the evaluation at step 0 is still to come.
    return sum(step > made or made == 0 for step in points)
