"""`train --plan`: what a training will be, by a few steps of it, nothing of which is kept."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from approx_build.cli.exit_codes import Exit, fail
from approx_build.errors import ModelError
from approx_build.project.build import build_targets
from approx_build.project.paths import named_from
from approx_build.project.settings import Options
from approx_build.project.train import named_model
from approx_build.project.trainings import check_trainings

if TYPE_CHECKING:
    from pathlib import Path

    from approx_build.execution.context import Desk
    from approx_build.files.readlog import ReadLog
    from approx_build.plan.graph import Graph
    from approx_build.store.store import Store
    from approx_build.training.calibration import Made
    from approx_build.training.forecast import Forecast
    from approx_build.training.model import ModelSpec

SHIPPED, STORED = "nothing: it is shipped with the model", "nothing: it is in the store"


@dataclass(frozen=True)
class Asked:
    """A training that somebody wants to know of."""

    spec: ModelSpec
    root: Path
    graph: Graph
    target: str
    store: Store
    options: Options
    log: ReadLog

    @classmethod
    def of(cls, model: str, options: Options) -> Asked:
        """A declared model's; the errors of `train`."""
        from approx_build.plan.catalog import Catalog
        from approx_build.plan.graph import Graph
        from approx_build.plan.takes import Networks
        from approx_build.store.store import Store

        name, root = named_model(model)
        graph, catalog = Graph(), Catalog(root, date.today())
        with named_from(root):
            catalog.consent(catalog.model(name).corpus, name)
            target = Networks(graph, catalog).run(name, None)
        store = Store(options.store_at(root))
        return cls(catalog.model(name), root, graph, target, store, options, catalog.log)

    @property
    def is_shipped(self) -> bool:
        """Whether its checkpoints come with the model."""
        return bool(self.graph.actions[self.target].options["is_shipped"])

    def desk(self) -> Desk:
        """Where it would be trained, the recordings prepared."""
        from approx_build.execution.context import Desk, RunOptions
        from approx_build.execution.inputs import Inputs

        action, options = self.graph.actions[self.target], self.options
        prepared = [one for role, one in action.inputs.items() if role.startswith("prepared.")]
        log = self.log
        built = build_targets(self.graph, prepared, self.store, self.root, options, log=log)
        built.check()
        part = self.graph.needed([self.target])
        work = Inputs(part, self.root, log).work(action, built.records)
        threads = max(1, options.jobs // options.processes)
        run = RunOptions(str(self.root), options.device, threads, options.processes)
        return Desk(work, self.store, run, lambda fraction, words="": None)

    def made(self, desk: Desk) -> tuple[str, Made] | None:
        """What of it is there, in words, as steps and their cost; None: all of it."""
        from approx_build.training.checkpoint import whole_file
        from approx_build.training.ledger.costs import NOTHING
        from approx_build.training.ledger.entry import run_name
        from approx_build.training.ledger.ledger import FOLDER, read_ledger
        from approx_build.training.previous_runs import run_of

        run, objects = run_of(self.store.root, desk.params), self.store.objects
        lost = [
            stored.step
            for stored in (run.checkpoints if run else ())
            if run and whole_file(run.folder / stored.file, stored.digest, objects) is None
        ]
        if self.store.records.get(desk.work.key) or (run and run.is_done and not lost):
            return None
        check_trainings(self.graph, [self.target], self.store.root, self.root, self.log)
        from approx_build.training.calibration import Made

        told, steps = "anew", 0
        if run and run.is_done:
            told, steps = f"makes step {lost[-1]} again", run.step - lost[-1]
        elif run and run.step:
            told, steps = f"goes on after step {run.step} of {self.spec.last_step}", run.step
        entry = read_ledger(self.root / FOLDER).get(run_name(self.spec.model, desk.params))
        return told, Made(steps, (entry.cost if entry else None) or NOTHING)


def train_plan(model: str, options: Options, as_json: bool) -> None:
    """Print what training a model will take; exit code 1 when its memory does not suffice."""
    asked = Asked.of(model, options)
    name = asked.spec.model
    if asked.is_shipped:
        return _say(name, SHIPPED, None, as_json)
    desk = asked.desk()
    there = asked.made(desk)
    if there is None:
        return _say(name, STORED, None, as_json)
    told, made = there
    try:
        found = _calibrated(asked, desk, made)
    except ModelError as error:
        if not as_json:
            raise
        print(json.dumps({"model": name, "training": told, "problem": error.message}, indent=2))
        sys.exit(Exit.FAILED)
    _say(name, told, found, as_json)
    if found.is_too_large:
        fail(ModelError(f"model {name!r}: its training needs more memory than is to be had"))
    return None


def _calibrated(asked: Asked, desk: Desk, made: Made) -> Forecast:
    from approx_build.execution.actions.train import material
    from approx_build.training.calibration import calibrated
    from approx_build.training.callbacks import Means

    parent = desk.input("parent") if "parent" in desk.work.action.inputs else None
    means = Means(threads=desk.run.threads, device=desk.run.device, parent=parent)
    return calibrated(asked.spec, material(desk, asked.spec), means, made)


def _say(name: str, told: str, found: Forecast | None, as_json: bool) -> None:
    from approx_build.training.forecast import words

    if as_json:
        print(json.dumps({"model": name, "training": told, **_numbers(found)}, indent=2))
        return
    for what, how_much in [("training", f"{name}, {told}"), *(words(found) if found else [])]:
        print(f"{what:<16} {how_much}")


def _numbers(found: Forecast | None) -> dict[str, Any]:
    """A forecast for programs: bytes, seconds and money."""
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
