"""The training loop: prepared sound and a declared model in, checkpoints and their record out.

Equal model, sound, seed and numeric environment give equal bits, with any number of threads,
and whether or not the run was interrupted: the state is kept every few minutes and whenever
the run is asked to stop, and the next call goes on from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

import torch

from approx_build.audio.stream import Stream
from approx_build.corpus.material import Material
from approx_build.corpus.recordings import corpus_digest
from approx_build.errors import ModelError
from approx_build.store.delivery import PART
from approx_build.training.device import chosen_device, memory_on
from approx_build.training.gradients import WindowWorkers, window_workers
from approx_build.training.lock import alone_in
from approx_build.training.model import ModelSpec
from approx_build.training.need import Need, baseline_bytes
from approx_build.training.parent import read_parent
from approx_build.training.record import TrainingRecord, manifest_digest, read_record
from approx_build.training.run import Run
from approx_build.training.scaler import LossScale
from approx_build.training.sharing import check_share
from approx_build.training.shortage import is_shortage
from approx_build.training.state import TrainingState, load_state
from approx_build.training.witness import Means


def train(model: ModelSpec, material: Material, out_dir: Path, means: Means) -> TrainingRecord:
    """Train, or go on training, into `out_dir`; at once when it is done already.

    Raises KeyboardInterrupt or SystemExit after SIGINT or SIGTERM, the state being kept;
    ModelError when it needs more memory than there is, when memory runs out all the same, when
    the loss is no longer a number, the budget is spent, or what was kept is damaged; ConsentError
    when the corpus may not, or no longer, be used; StoreError when a disk refuses. What was kept
    before stays.
    """
    means.witness.allow()
    check_share(model.training.batch, means.share.size)
    manifest = model.manifest(corpus_digest(material.recordings))
    digest, remark = manifest_digest(manifest), means.witness.remarked
    with alone_in(out_dir, means.share, remark):
        if means.share.writes:
            _sweep(out_dir)
        done = read_record(out_dir)
        if done is not None and manifest_digest(done.manifest) == digest:
            if means.share.writes:
                TrainingState.remove(out_dir)
            return done
        with opened(model, means) as (workers, need):
            state = load_state(out_dir, digest, means.device, remark)
            if state is None:
                state = started(model, workers, manifest, means.parent)
            _check_checkpoints(state, out_dir)
            run = Run(model, material, out_dir, workers, state, means)
            if has_run_out(run):
                # The error is gone by now, and with it what it kept of the step.
                raise run.ran_out(need.smaller())
        record = run.record()
        if means.share.writes:
            record.write(out_dir)
            TrainingState.remove(out_dir)
    return record


def _sweep(folder: Path) -> None:
    """Remove what a killed process was writing; nobody else is at work here."""
    for part in folder.glob(f".*{PART}"):
        with suppress(OSError):
            part.unlink()


def _check_checkpoints(state: TrainingState, folder: Path) -> None:
    """ModelError when a checkpoint that was kept is gone or damaged: better now than at the end."""
    for stored in state.checkpoints:
        path = folder / stored.file
        try:
            with open(path, "rb") as file:
                is_right = file_digest(file, sha256).hexdigest() == stored.digest
        except OSError:
            is_right = False
        if not is_right:
            raise ModelError(
                f"{path}: this checkpoint of the training run is missing or damaged; restore it, "
                f"or remove {folder} to train from the first step"
            )


@contextmanager
def opened(model: ModelSpec, means: Means) -> Iterator[tuple[WindowWorkers, Need]]:
    """The workers of a training and what it needs; ModelError when that is not to be had."""
    settings, network = model.training, model.network.network(model.objective)
    need = Need(
        model.network,
        settings,
        network.matrices(),
        means.threads,
        means.loaders,
        means.device,
        means.share.size,
        baseline_bytes(),
    )
    need.check(model.model, memory_on(chosen_device(means.device)))
    with window_workers(network, means.threads, means.device, settings.precision) as workers:
        yield workers, need


def has_run_out(run: Run) -> bool:
    """Bring a run to its end; whether memory ran out before."""
    try:
        run.go()
    except Exception as error:
        if is_shortage(error):
            return True
        raise
    return False


def started(
    model: ModelSpec, workers: WindowWorkers, manifest: dict[str, Any], parent: Path | None
) -> TrainingState:
    """The state before the first step, from first weights or from those of a parent."""
    settings, device = model.training, workers.device
    if parent is not None:
        groups = read_parent(parent, model.network.tensor_shapes(), str(device))
    else:
        rng = Stream.named("training", settings.seed, "weights")
        arrays = workers.network.initial(rng)
        weights = {name: torch.from_numpy(array).to(device) for name, array in arrays.items()}
        average = {name: weight.clone() for name, weight in weights.items()}
        groups = {"weights": weights, "average": average, "optimizer": {}}
    optimizer = settings.optimizer.start(groups["weights"], workers.network.matrices())
    left = groups["optimizer"]
    if {n: t.shape for n, t in left.items()} == {n: t.shape for n, t in optimizer.items()}:
        optimizer = {name: left[name] for name in optimizer}
    return TrainingState(
        manifest_digest(manifest),
        groups["weights"],
        groups["average"],
        optimizer,
        about={"model": model.model, "manifest": manifest},
        scale=LossScale.of(settings.precision),
    )
