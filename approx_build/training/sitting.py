"""A sitting: steps of a training from a state on, until they are made or something stops them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from approx_build.corpus.prepared import Material
from approx_build.corpus.recordings import corpus_digest
from approx_build.machine import is_shortage
from approx_build.numerics.stream import Stream
from approx_build.training.callbacks import Means
from approx_build.training.device import chosen_device, memory_on
from approx_build.training.gradients import WindowWorkers, window_workers
from approx_build.training.ledger.record import manifest_digest
from approx_build.training.loss_scale import LossScale
from approx_build.training.memory_estimate import Need, baseline_bytes
from approx_build.training.model import ModelSpec
from approx_build.training.parent import read_parent
from approx_build.training.run import Run
from approx_build.training.state import TrainingState


@dataclass(frozen=True)
class Training:
    """A declared model, the sound it learns from, and with what."""

    model: ModelSpec
    material: Material
    means: Means

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Everything that fixes the weights, apart from the numeric environment."""
        return self.model.manifest(corpus_digest(self.material.recordings))

    @cached_property
    def digest(self) -> str:
        """The digest of the manifest."""
        return manifest_digest(self.manifest)

    def sit(self, folder: Path, state: TrainingState | None, last: int | None = None) -> Run:
        """Make steps into `folder` from a state, or from the first, up to `last` or the very last.

        What `train` raises while it steps.
        """
        with opened(self.model, self.means) as (workers, need):
            if state is None:
                state = started(self.model, workers, self.manifest, self.means.parent)
            run = Run(self.model, self.material, folder, workers, state, self.means, last)
            if _has_run_out(run):
                # The error is gone by now, and with it what it kept of the step.
                raise run.ran_out(need.smaller())
        return run


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


def _has_run_out(run: Run) -> bool:
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
