"""TRAIN: a model learns from its corpus, unless a run of the same manifest is shipped with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from approx_build.build.desk import Desk
from approx_build.build.work import Result
from approx_build.errors import ModelError
from approx_build.training.progress import Progress
from approx_build.training.record import TrainingRecord, read_record

ADVICE = "restore it, or remove its folder to train again"


def make(desk: Desk) -> Result:
    """The run's checkpoints as objects; the main object is the index of them and its record."""
    shipped = desk.root / str(desk.options["shipped"])
    record = shipped_run(shipped, desk.params)
    if record is not None:
        return _kept(desk, shipped, record, is_shipped=True)
    folder = working_folder(desk.store.root, desk.options["manifest_digest"])
    return _kept(desk, folder, _train(desk, folder), is_shipped=False)


def shipped_run(folder: Path, manifest: Any) -> TrainingRecord | None:
    """The record in `folder` when it is of the very training asked for."""
    record = read_record(folder)
    return record if record is not None and record.is_of(manifest) else None


def working_folder(store: Path, manifest_digest: Any) -> Path:
    """Where a training keeps its state between interruptions."""
    return store / "training" / str(manifest_digest)[:16]


def _train(desk: Desk, folder: Path) -> TrainingRecord:
    from approx_build.training.loop import train
    from approx_build.training.model import load_model

    folder.mkdir(parents=True, exist_ok=True)
    model = load_model(desk.root / str(desk.options["model"]))
    corpus = desk.root / str(desk.options["corpus"])

    def progress(seen: Progress) -> None:
        desk.report(seen.step / max(seen.steps, 1))

    run = desk.run
    return train(model, corpus, folder, progress, threads=run.threads, device=run.device)


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
    index = {"checkpoints": checkpoints, "record": record.model_dump(mode="json")}
    facts = {"is_shipped": is_shipped, "steps": len(checkpoints), "converted": record.converted}
    made = desk.keep_json(index, **facts)
    outputs = {f"step-{step}": digest for step, digest in checkpoints.items()}
    return Result({**made.outputs, **outputs}, made.facts)
