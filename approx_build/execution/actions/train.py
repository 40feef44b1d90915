"""TRAIN: trains a model on its corpus, unless a run of the same manifest is shipped.

The training uses only what the key contains: parameters and inputs. Of the other files of the
project it reads the consent record and its notices, which can only stop it.

Off the path of a sample: weights belong to one numeric environment.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from approx_build.corpus.prepared import Material, gathered
from approx_build.corpus.recordings import Recording, corpus_digest
from approx_build.errors import ModelError, StoreError
from approx_build.execution.context import ActionContext
from approx_build.execution.work import Result
from approx_build.files.opening import read_whole
from approx_build.plan.takes import SHIPPED
from approx_build.store.objects import Objects
from approx_build.training.ledger.ledger import FOLDER
from approx_build.training.ledger.record import (
    RECORD_NAME,
    StoredStep,
    TrainingRecord,
    manifest_digest,
    read_record,
)
from approx_build.training.model import ModelSpec, model_of
from approx_build.training.previous_runs import finished_run, working_folder
from approx_build.training.torch_requirement import missing_torch

if TYPE_CHECKING:
    from approx_build.training.ledger.costs import Costs
    from approx_build.training.progress import Progress

RESTORE = "restore it, or remove its folder to train again"


def make(context: ActionContext) -> Result:
    """The checkpoints of the run; the main object contains their digests, `record` the training."""
    if SHIPPED + RECORD_NAME in context.work.action.inputs:
        return _shipped(context)
    model = spec(context)
    folder = working_folder(context.store.root, manifest_digest(context.params))
    record = _train(context, model, folder)
    _check(record, context.params, folder / RECORD_NAME)
    for stored in record.checkpoints:
        path = folder / stored.file
        # The file may have been damaged or replaced since the training recorded its digest.
        if context.store.objects.put_bytes(read_whole(path)) != stored.digest:
            raise ModelError(f"{path} changed while it was being stored; run again")
    return _result(context, record)


def _shipped(context: ActionContext) -> Result:
    """The same for a shipped run; ModelError when one of its files is not as recorded."""
    _recordings(context)
    path = context.input(SHIPPED + RECORD_NAME)
    record = read_record(path.parent)
    if record is None:
        raise ModelError(f"{path} disappeared while the piece was built; run again")
    _check(record, context.params, path)
    lost = [words for one in record.checkpoints if (words := _adopted(context, one, path.parent))]
    return _result(context, record, lost)


def _adopted(context: ActionContext, stored: StoredStep, folder: Path) -> str:
    """Copy a shipped checkpoint to the store; a warning if its file is damaged and the store has
    it.
    """
    objects, role = context.store.objects, SHIPPED + stored.file
    # Only files that existed when the build was planned are inputs.
    if role not in context.work.action.inputs:
        problem = "this checkpoint of the training run is missing"
    else:
        data = read_whole(context.input(role))
        found = sha256(data).hexdigest()
        if found == stored.digest:
            objects.put_bytes(data)
            return ""
        problem = (
            f"its bytes are not those of the training run (SHA-256 {found[:12]}…, "
            f"recorded {stored.digest[:12]}…)"
        )
    # A file damaged in the project costs nothing while the store has the bytes that it should have.
    if not objects.verify(stored.digest):
        raise ModelError(f"{folder / stored.file}: {problem}; {RESTORE}")
    words = f"{folder / stored.file}: {problem}; the copy in the store is used; restore the file"
    return words.replace(f"{context.root}{os.sep}", "")


def _check(record: TrainingRecord, manifest: Mapping[str, Any], path: Path) -> None:
    if not record.is_of(manifest):
        raise ModelError(f"{path}: the record of another training than this action's; run again")


def _result(
    context: ActionContext, record: TrainingRecord, lost: list[str] | None = None
) -> Result:
    """The outputs of a run whose checkpoints are stored."""
    # Keys of JSON objects are texts.
    checkpoints = {str(stored.step): stored.digest for stored in record.checkpoints}
    # After early stopping, later steps have the weights of the step at which the run stopped.
    last = record.checkpoints[-1]
    for step in context.params["checkpoints"]:
        # Only later ones: an earlier step without a checkpoint stays an error of the CHECKPOINT
        # action.
        if step > last.step:
            checkpoints[str(step)] = last.digest
    facts = {
        "is_shipped": SHIPPED + RECORD_NAME in context.work.action.inputs,
        "steps": len(checkpoints),
        "converted": record.converted,
        "unused": record.unused,
        "lost": lost or [],
    }
    # The main object contains no time and no machine, because its digest is part of the keys of
    # the actions that read it.
    made = context.keep_json({"checkpoints": checkpoints}, **facts)
    outputs = {f"step-{step}": digest for step, digest in checkpoints.items()}
    outputs["record"] = context.keep_json(record.model_dump(mode="json")).outputs["main"]
    # An interrupted or already finished run took longer than this session.
    seconds = 0.0 if facts["is_shipped"] else record.seconds
    return Result({**made.outputs, **outputs}, made.facts, seconds)


def _train(context: ActionContext, model: ModelSpec, folder: Path) -> TrainingRecord:
    if missing := missing_torch():
        # A training that has ended on this store needs no torch to be recorded.
        if found := finished_run(context.store.root, context.params):
            return found
        raise ModelError(f"model {model.model!r} must be trained, and training needs {missing}")
    from approx_build.training.callbacks import Resources
    from approx_build.training.distributed import train_shared
    from approx_build.training.ledger_callback import LedgerCallback

    prepared, run = material(context, model), context.run
    ledger_callback = LedgerCallback(
        model,
        prepared,
        context.root / str(context.options["corpus"]),
        # `verify` records no runs: its trainings are repetitions of recorded ones.
        context.root / FOLDER if run.is_chronicled else None,
        lambda: datetime.now(UTC),
        run.threads,
        run.device,
        lambda words: context.report(None, words.replace(f"{context.root}{os.sep}", "")),
    )
    resources = Resources(
        threads=run.threads,
        device=run.device,
        parent=context.input("parent") if "parent" in context.work.action.inputs else None,
        callback=ledger_callback,
        progress=_progress_reporter(context, model.costs),
        copy=lambda digest, path: _copied(context.store.objects, digest, path),
    )
    return train_shared(model, prepared, folder, resources, run.processes)


def _copied(objects: Objects, digest: str, path: Path) -> bool:
    """Copy an object to a path; False if the store has no undamaged one."""
    return objects.verify(digest) and objects.materialise(digest, path)


def _progress_reporter(context: ActionContext, costs: Costs | None) -> Callable[[Progress], None]:
    """Reports progress, speed and cost of a training to the builder."""

    def report(seen: Progress) -> None:
        # Only the loss of each player, without its terms, to keep the line short.
        losses = [f"{name} {loss:.3f}" for name, loss in seen.losses.items() if "." not in name]
        words = [f"step {seen.step}", *losses, f"{seen.pace:.3g} windows/s"]
        if costs is not None:
            words.append(costs.words(seen.seconds))
        context.report(seen.step / max(seen.steps, 1), ", ".join(words))

    return report


def spec(context: ActionContext) -> ModelSpec:
    """The model that the key describes; its declaration may have changed since."""
    options = context.options
    corpus = Path(str(options["corpus"])).name
    return model_of(context.params, model=options["model"], corpus=corpus, costs=options["costs"])


def material(context: ActionContext, model: ModelSpec) -> Material:
    """The prepared sound of every recording; AudioError names all that are no sound."""
    made = [
        (recording, context.input(f"prepared.{number:04}"))
        for number, recording in enumerate(_recordings(context))
    ]
    network, how = model.network, model.preparation
    return gathered(
        model.corpus, made, network.rate, network.channels, how, context.options["excluded"]
    )


def _recordings(context: ActionContext) -> list[Recording]:
    """The recordings that the key names; StoreError when the corpus has others."""
    roles = ((f"recording.{n:04}", name) for n, name in enumerate(context.options["recordings"]))
    found = [
        Recording(name, context.input(role), context.work.digests[role]) for role, name in roles
    ]
    if corpus_digest(found) != context.params["corpus_digest"]:
        raise StoreError("the recordings changed after the build was planned; run again")
    return found
