"""`train`: bring a model's training run up to date, going on where it stopped."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from approx_build.project.model import Model
from approx_build.project.observer import Observer
from approx_build.project.paths import named_from
from approx_build.project.publish_checkpoints import ship
from approx_build.project.remarks import lost_files, training_remarks
from approx_build.project.resume import Choice, apply_choice
from approx_build.project.settings import Settings, check_processes
from approx_build.training.previous_runs import run_of


@dataclass(frozen=True)
class TrainOptions:
    """What to do with the last run of a model that changed, and with the finished one."""

    choice: Choice = Choice.ASK
    ships: bool = False
    """Whether the checkpoints are put into models/checkpoints/."""


@dataclass(frozen=True)
class TrainingResult:
    """A finished training run."""

    model: str
    key: str
    checkpoints: int
    """How many it kept."""
    is_shipped: bool
    """Whether the checkpoints came with the model, so that nothing was trained."""
    seconds: float | None
    """How long it was trained; None when it was there already."""
    remarks: tuple[str, ...]
    shipped_to: str
    """The folder that its checkpoints were put into just now; empty when they were not."""


class TrainingInterrupted(KeyboardInterrupt):
    """A training was interrupted after `step` of `steps` steps; None before its first."""

    def __init__(self, step: int | None, steps: int) -> None:
        super().__init__()
        self.step, self.steps = step, steps


def train(
    root: Path, name: str, settings: Settings, options: TrainOptions, observer: Observer
) -> TrainingResult:
    """Train the model `name`, or continue its run."""
    model = Model.open(root, name, settings)
    with named_from(root):
        check_processes(settings.processes, settings.device, model.spec.training.batch)
        if words := apply_choice(model.catalog, name, model.store, options.choice):
            observer.remark(words)
            model = Model.open(root, name, settings)
        target = model.networks.run(name, None)
    try:
        built = model.build([target], observer)
    except KeyboardInterrupt:
        # The worker has saved its state before it ended: that says at which step.
        run = run_of(model.store.root, model.catalog.manifest(name))
        step, steps = (run.step, run.steps) if run else (None, model.spec.last_step)
        raise TrainingInterrupted(step, steps) from None
    record = built.records[target]
    is_shipped, shipped_to = bool(record.facts.get("is_shipped")), ""
    if options.ships and not is_shipped:
        shipped_to = model.catalog.shipped_path(name)
        with named_from(root):
            ship(model.store, record, model.catalog.manifest(name), root / shipped_to)
    return TrainingResult(
        model=name,
        key=record.key,
        checkpoints=int(str(record.facts["steps"])),
        is_shipped=is_shipped,
        seconds=record.seconds if built.ran and not is_shipped else None,
        remarks=(*lost_files(target, record), *training_remarks(target, record)),
        shipped_to=shipped_to,
    )
