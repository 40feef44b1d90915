"""The estimate of a training: its time and memory, measured by a few steps that are not kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from approx_build.errors import ModelError
from approx_build.project.model import Model
from approx_build.project.observer import Observer
from approx_build.project.paths import named_from
from approx_build.project.settings import Settings
from approx_build.project.trainings import check_trainings

if TYPE_CHECKING:
    from approx_build.execution.context import ActionContext
    from approx_build.training.calibration import DoneSteps
    from approx_build.training.forecast import Forecast

SHIPPED, STORED = "nothing left: shipped with the model", "nothing left: finished, in the store"


@dataclass(frozen=True)
class TrainingEstimate:
    """What is left of a training, in words, and its size, time, memory and cost.

    `forecast` is None when nothing is left, or when `problem` says why it cannot be estimated.
    """

    model: str
    training: str
    forecast: Forecast | None = None
    problem: ModelError | None = None

    @property
    def is_too_large(self) -> bool:
        """Whether the training needs more memory than there is."""
        return self.forecast is not None and self.forecast.is_too_large

    def as_json(self) -> dict[str, Any]:
        """The same for programs: bytes, seconds and money."""
        data: dict[str, Any] = {"model": self.model, "training": self.training}
        if self.problem is not None:
            return {**data, "problem": self.problem.message}
        return {**data, **_numbers(self.forecast)}


def train_plan(root: Path, name: str, settings: Settings, observer: Observer) -> TrainingEstimate:
    """Estimate the training of the model `name` from a few steps of it."""
    model = Model.open(root, name, settings)
    with named_from(root):
        planned = _Planned(model, model.networks.run(name, None))
    if planned.is_shipped:
        return TrainingEstimate(name, SHIPPED)
    context = planned.context(observer)
    there = planned.made(context)
    if there is None:
        return TrainingEstimate(name, STORED)
    words, made = there
    try:
        return TrainingEstimate(name, words, _calibrated(model, context, made))
    except ModelError as error:
        # In the result, because what is left of the training is known all the same.
        return TrainingEstimate(name, words, problem=error)


@dataclass(frozen=True)
class _Planned:
    """The training of a model, as an action of its graph."""

    model: Model
    target: str

    @property
    def is_shipped(self) -> bool:
        """Whether its checkpoints come with the model."""
        return bool(self.model.networks.graph.actions[self.target].options["is_shipped"])

    def context(self, observer: Observer) -> ActionContext:
        """Where it would be trained, the recordings prepared."""
        from approx_build.execution.context import ActionContext, RunOptions
        from approx_build.execution.inputs import Inputs

        model, graph = self.model, self.model.networks.graph
        action, settings = graph.actions[self.target], model.settings
        prepared = [one for role, one in action.inputs.items() if role.startswith("prepared.")]
        built = model.build(prepared, observer)
        part = graph.needed([self.target])
        work = Inputs(part, model.root, model.catalog.log).work(action, built.records)
        threads = max(1, settings.jobs // settings.processes)
        run = RunOptions(str(model.root), settings.device, threads, settings.processes)
        return ActionContext(work, model.store, run, lambda fraction, words="": None)

    def made(self, context: ActionContext) -> tuple[str, DoneSteps] | None:
        """What of it is there, in words, as steps and their cost; None: all of it."""
        from approx_build.training.checkpoint import whole_file
        from approx_build.training.ledger.costs import NOTHING
        from approx_build.training.ledger.entry import run_name
        from approx_build.training.ledger.ledger import FOLDER, read_ledger
        from approx_build.training.previous_runs import run_of

        run, objects = run_of(self.model.store.root, context.params), self.model.store.objects
        lost = [
            stored.step
            for stored in (run.checkpoints if run else ())
            if run and whole_file(run.folder / stored.file, stored.digest, objects) is None
        ]
        if self.model.store.records.get(context.work.key) or (run and run.is_done and not lost):
            return None
        model = self.model
        graph, log = model.networks.graph, model.catalog.log
        # Only now: what is shipped or finished needs no torch.
        check_trainings(graph, [self.target], model.store.root, model.root, log)
        from approx_build.training.calibration import DoneSteps

        words, steps = "from the first step", 0
        if run and run.is_done:
            words, steps = f"repeats step {lost[-1]}", run.step - lost[-1]
        elif run and run.step:
            words, steps = (
                f"continues after step {run.step} of {self.model.spec.last_step}",
                run.step,
            )
        entry = read_ledger(self.model.root / FOLDER).get(
            run_name(self.model.spec.model, context.params)
        )
        return words, DoneSteps(steps, (entry.cost if entry else None) or NOTHING)


def _calibrated(model: Model, context: ActionContext, made: DoneSteps) -> Forecast:
    from approx_build.execution.actions.train import material
    from approx_build.training.calibration import calibrated
    from approx_build.training.callbacks import Resources

    parent = context.input("parent") if "parent" in context.work.action.inputs else None
    resources = Resources(threads=context.run.threads, device=context.run.device, parent=parent)
    return calibrated(model.spec, material(context, model.spec), resources, made)


def _numbers(found: Forecast | None) -> dict[str, Any]:
    """A forecast as plain values."""
    if found is None:
        return {}
    left, costs, sound = found.remaining, found.costs, found.sound
    numbers: dict[str, Any] = {
        "steps": found.steps,
        "steps_done": found.steps_done,
        "windows": found.windows,
        "epochs": found.epochs,
        "recorded_s": sound.recorded_s if sound else None,
        "prepared_s": sound.prepared_s if sound else None,
        "heard_s": sound.heard_s if sound else None,
        "parameters": found.parameters,
        "players": {name: asdict(one) for name, one in found.players.items()},
        "phases": dict(found.phases),
        "receptive_field": found.receptive_field,
        "memory": dict(found.memory),
        "peak_bytes": found.peak_bytes,
        "available_bytes": found.available.size if found.available else None,
        "step_s": found.step.median_s,
        "seconds": {"median": left.median_s, "low": left.low_s, "high": left.high_s},
    }
    if costs is not None:
        numbers |= {
            "cost": str(costs.spent(left.median_s, found.spent)),
            "budget": None if costs.budget is None else str(costs.budget),
            "currency": costs.currency,
            "steps_within_budget": found.steps_within_budget,
        }
    return numbers
