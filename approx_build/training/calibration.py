"""Calibrating: a few real steps of a training, nothing of which is kept, and what they foretell.

Its memory is reckoned first: what does not fit is refused before it is tried. Then real windows
go through the real network and optimiser. The first step is not timed, for libraries are loaded
in it; each of the others counts from the end of the one before, waiting for windows included.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from approx_build.corpus.prepared import Material
from approx_build.corpus.recordings import Hours
from approx_build.training.callbacks import Means, Witness
from approx_build.training.device import memory_on, peak_on, reset_peak_on
from approx_build.training.forecast import Forecast, step_time
from approx_build.training.ledger.costs import NOTHING
from approx_build.training.model import ModelSpec
from approx_build.training.process_group import ALONE
from approx_build.training.progress import unwatched
from approx_build.training.run import Run
from approx_build.training.sitting import opened, started

LEAST_STEPS = 3
MOST_S = 8.0


@dataclass(frozen=True)
class Made:
    """What of a training is there already: steps, and what they have cost."""

    steps: int = 0
    spent: Decimal = NOTHING


def calibrated(
    model: ModelSpec,
    material: Material,
    means: Means,
    made: Made = Made(),
    seconds: float = MOST_S,
) -> Forecast:
    """What a training will take, by steps of about `seconds` in all, at least three.

    Writes nothing. ModelError when it needs more memory than there is.
    """
    alone = replace(means, witness=Witness(), progress=unwatched, share=ALONE)
    with opened(model, alone) as (workers, need):
        available = memory_on(workers.device)
        reset_peak_on(workers.device)
        state = started(model, workers, {}, means.parent)
        run = Run(model, material, Path(), workers, state, alone)
        steps = _timed(run, seconds)
        began = time.perf_counter()
        run.measured()
        evaluation_s = time.perf_counter() - began
        measured = max(peak_on(workers.device), need.keeping)
    settings, network = model.training, model.network
    recorded = material.recorded_s
    prepared = sum(part.length for part in material.parts()) / network.rate
    heard = settings.steps * settings.batch
    return Forecast(
        windows=run.split.train.count,
        steps=settings.steps,
        batch=settings.batch,
        parameters=network.parameter_count,
        receptive_field=network.receptive_field,
        step=step_time(steps),
        memory=need.items,
        measured_bytes=measured,
        available=available,
        costs=model.costs,
        steps_done=made.steps,
        spent=made.spent,
        evaluations=_evaluations(model, made.steps),
        evaluation_s=evaluation_s,
        sound=Hours(recorded, prepared, heard * settings.window / network.rate),
    )


def _timed(run: Run, seconds: float) -> list[float]:
    """Seconds of each step but the first."""
    began = last = time.perf_counter()
    found: list[float] = []
    most = max(run.model.training.steps, LEAST_STEPS + 1)
    for examples in run.batches.stream(1, most, run.means.loaders):
        run.step(examples)
        now = time.perf_counter()
        found.append(now - last)
        last = now
        if len(found) > LEAST_STEPS and now - began > seconds:
            break
    return found[1:]


def _evaluations(model: ModelSpec, made: int) -> int:
    """How often the held-out loss is still to be measured."""
    every, last = model.training.evaluate_every, model.last_step
    points = {*range(0, last, every), *model.kept_steps}
    return sum(step > made or made == 0 for step in points)
