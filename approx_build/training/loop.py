"""The training loop: prepared sound and a declared model in, checkpoints and their record out.

Equal model, sound, seed and numeric environment give equal bits, with any number of threads,
and whether or not the run was interrupted or its files were damaged: the state is kept every few
minutes and whenever the run is asked to stop, and the next call goes on from it.
"""

from __future__ import annotations

from pathlib import Path

from approx_build.corpus.prepared import Material
from approx_build.errors import ModelError
from approx_build.training.callbacks import Resources
from approx_build.training.ledger.entry import Status
from approx_build.training.ledger.record import TrainingRecord
from approx_build.training.model import ModelSpec
from approx_build.training.process_group import check_share
from approx_build.training.recreation import recreate_checkpoints
from approx_build.training.run import Run
from approx_build.training.run_folder import RunFolder
from approx_build.training.run_lock import exclusive_run
from approx_build.training.session import Training

ROUNDS = 8
"""How often, at most, the folder is looked at: more than any damage needs."""


def train(
    model: ModelSpec, material: Material, out_dir: Path, resources: Resources
) -> TrainingRecord:
    """Train in `out_dir`, or continue there; returns at once if the training is finished.

    Damaged files are renamed, reported and recreated. Raises
    KeyboardInterrupt or SystemExit after SIGINT or SIGTERM, the state being kept; ModelError when
    it needs more memory than there is, when memory runs out all the same, when the loss is no
    longer a number, or the budget is spent; ConsentError when the corpus may not, or no longer,
    be used; StoreError when a disk refuses. What was kept before stays.
    """
    resources.callback.allow()
    check_share(model.training.batch, resources.share.size)
    training = Training(model, material, resources)
    kept = RunFolder(out_dir, training.digest, resources)
    with exclusive_run(out_dir, resources.share, resources.callback.remarked):
        for _ in range(ROUNDS):
            # Also after training: what was written is read again before the training counts as
            # done.
            found = kept.found()
            if found.missing:
                recreate_checkpoints(training, kept, found)
            elif found.record is None:
                run = training.run_session(out_dir, found.state)
                if resources.share.writes:
                    kept.keep(_record(training, run))
            else:
                kept.tidy()
                return found.record
    raise ModelError(f"{out_dir}: new files are damaged at once; check the disk")


def _record(training: Training, run: Run) -> TrainingRecord:
    """What has been done by a run that came to its end."""
    state, model, material = run.state, training.model, training.material
    rate, settings = model.network.rate, model.training
    record = TrainingRecord(
        model=model.model,
        family=model.family,
        corpus=model.corpus,
        corpus_digest=training.manifest["corpus_digest"],
        recordings={one.name: one.digest for one in material.recordings},
        converted=material.done,
        unused={**material.unused, **run.split.unused},
        recorded_s=round(material.recorded_s, 3),
        prepared_s=round(sum(part.length for part in material.parts()) / rate, 3),
        heard_s=round(model.trained_s(state.step), 3),
        windows=run.split.train.count,
        seed=settings.seed,
        manifest=training.manifest,
        threads=training.resources.threads,
        processes=training.resources.share.size,
        environments=state.environments,
        seconds=round(state.seconds, 1),
        left_out=state.scale.left_out,
        curve=state.curve,
        checkpoints=state.checkpoints,
    )
    run.report(Status.DONE)
    return record
