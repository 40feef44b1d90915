"""TRAIN: a model learns from its corpus, unless a run of the same manifest is shipped with it.

Off the path of a sample: weights are those of one numeric environment.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from approx_build.corpus.material import Material, gathered
from approx_build.corpus.preparation import Preparation
from approx_build.corpus.recordings import Recording
from approx_build.errors import ModelError
from approx_build.execution.desk import Desk
from approx_build.execution.work import Result
from approx_build.training.earlier import working_folder
from approx_build.training.ledger import FOLDER
from approx_build.training.record import TrainingRecord, read_record

if TYPE_CHECKING:
    from approx_build.training.costs import Costs
    from approx_build.training.progress import Progress

ADVICE = "restore it, or remove its folder to train again"


def make(desk: Desk) -> Result:
    """The run's checkpoints as objects; the main object is the index of them and its record."""
    shipped = desk.root / str(desk.options["shipped"])
    record = shipped_run(shipped, desk.params)
    if record is not None:
        return _kept(desk, shipped, record, is_shipped=True)
    folder = working_folder(desk.store.root, str(desk.options["manifest_digest"]))
    return _kept(desk, folder, _train(desk, folder), is_shipped=False)


def shipped_run(folder: Path, manifest: Any) -> TrainingRecord | None:
    """The record in `folder` when it is of the very training asked for."""
    record = read_record(folder)
    return record if record is not None and record.is_of(manifest) else None


def _train(desk: Desk, folder: Path) -> TrainingRecord:
    from approx_build.training.chronicle import Chronicle
    from approx_build.training.model import load_model
    from approx_build.training.ranks import train_shared
    from approx_build.training.witness import Means

    path, heard, run = desk.root / str(desk.options["model"]), material(desk), desk.run
    model = load_model(path)
    chronicle = Chronicle(
        model,
        heard,
        desk.root / str(desk.options["corpus"]),
        desk.root / FOLDER if run.is_chronicled else None,
        lambda: datetime.now(UTC),
        run.threads,
        run.device,
        lambda words: desk.report(None, words.replace(f"{desk.root}{os.sep}", "")),
    )
    means = Means(
        threads=run.threads,
        device=run.device,
        parent=desk.input("parent") if "parent" in desk.work.action.inputs else None,
        witness=chronicle,
        progress=_telling(desk, model.costs),
    )
    return train_shared(path, heard, folder, means, run.processes)


def _telling(desk: Desk, costs: Costs | None) -> Callable[[Progress], None]:
    """Tells the builder how far a training is, how fast, and what it has cost."""

    def tell(seen: Progress) -> None:
        words = [f"step {seen.step}", f"loss {seen.loss:.3f}", f"{seen.pace:.3g} windows/s"]
        if costs is not None:
            words.append(costs.words(seen.seconds))
        desk.report(seen.step / max(seen.steps, 1), ", ".join(words))

    return tell


def material(desk: Desk) -> Material:
    """The prepared sound of every recording; AudioError naming every one that is no sound."""
    network = desk.options["prepared_for"]
    how = Preparation.model_validate(desk.params["preparation"])
    made = []
    for number, name in enumerate(desk.options["recordings"]):
        role = f"recording.{number:04}"
        recording = Recording(name, desk.input(role), desk.work.digests[role])
        made.append((recording, desk.input(f"prepared.{number:04}")))
    corpus = Path(str(desk.options["corpus"])).name
    rate, channels = network["rate"], network["channels"]
    return gathered(corpus, made, rate, channels, how, desk.options["excluded"])


def _kept(desk: Desk, folder: Path, record: TrainingRecord, is_shipped: bool) -> Result:
    """Put checkpoints and record into the store; ModelError when a file is not as recorded."""
    checkpoints = {}
    for stored in record.checkpoints:
        path = folder / stored.file
        if not path.exists():
            raise ModelError(f"{path}: this checkpoint of the training run is missing; {ADVICE}")
        digest = desk.store.objects.put_bytes(path.read_bytes())
        if digest != stored.digest:
            raise ModelError(
                f"{path}: its bytes are not those of the training run (SHA-256 {digest[:12]}…, "
                f"recorded {stored.digest[:12]}…); {ADVICE}"
            )
        checkpoints[str(stored.step)] = digest
    # A run that stopped early is, at its later steps, what it was when it stopped.
    last = record.checkpoints[-1]
    for step in desk.params["checkpoints"]:
        if step > last.step:
            checkpoints[str(step)] = last.digest
    index = {"checkpoints": checkpoints, "record": record.model_dump(mode="json")}
    facts = {
        "is_shipped": is_shipped,
        "steps": len(checkpoints),
        "converted": record.converted,
        "unused": record.unused,
    }
    made = desk.keep_json(index, **facts)
    outputs = {f"step-{step}": digest for step, digest in checkpoints.items()}
    return Result({**made.outputs, **outputs}, made.facts)
