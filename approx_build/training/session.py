"""A session: training steps from a state on, until the last step or an interruption."""

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
from approx_build.training.callbacks import Resources
from approx_build.training.device import chosen_device, memory_on
from approx_build.training.gradients import WindowWorkers, window_workers
from approx_build.training.ledger.record import manifest_digest
from approx_build.training.loss_scale import LossScale
from approx_build.training.memory_estimate import MemoryEstimate, baseline_bytes
from approx_build.training.model import ModelSpec
from approx_build.training.parent import read_parent
from approx_build.training.run import Run
from approx_build.training.state import TrainingState


@dataclass(frozen=True)
class Training:
    """A declared model, its training material and its resources."""

    model: ModelSpec
    material: Material
    resources: Resources

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Everything that fixes the weights, apart from the numeric environment."""
        return self.model.manifest(corpus_digest(self.material.recordings))

    @cached_property
    def digest(self) -> str:
        """The digest of the manifest."""
        return manifest_digest(self.manifest)

    def run_session(
        self, folder: Path, state: TrainingState | None, last: int | None = None
    ) -> Run:
        """Train in `folder` from a state, or from the first step, up to `last` or the final step.

        Raises the same errors as `train`.
        """
        with opened(self.model, self.resources) as (workers, estimate):
            if state is None:
                state = started(self.model, workers, self.manifest, self.resources.parent)
            run = Run(self.model, self.material, folder, workers, state, self.resources, last)
            if _has_run_out(run):
                # The error is gone by now, and with it what it kept of the step.
                raise run.out_of_memory(estimate.smaller())
        return run


@contextmanager
def opened(
    model: ModelSpec, resources: Resources
) -> Iterator[tuple[WindowWorkers, MemoryEstimate]]:
    """The workers of a training and its memory estimate; ModelError when memory is too small."""
    settings, network = model.training, model.network.network(model.objective)
    estimate = MemoryEstimate(
        model.network,
        settings,
        network.matrices(),
        resources.threads,
        resources.loaders,
        resources.device,
        resources.share.size,
        baseline_bytes(),
    )
    # Before anything large is allocated.
    estimate.check(model.model, memory_on(chosen_device(resources.device)))
    with window_workers(
        network, resources.threads, resources.device, settings.precision
    ) as workers:
        yield workers, estimate


def _has_run_out(run: Run) -> bool:
    """Run all steps; whether memory ran out before the last."""
    try:
        run.make_steps()
    # torch reports a shortage of memory by several classes of errors.
    except Exception as error:
        if is_shortage(error):
            return True
        raise
    return False


def started(
    model: ModelSpec, workers: WindowWorkers, manifest: dict[str, Any], parent: Path | None
) -> TrainingState:
    """The state before the first step, from first weights or from those of a parent."""
    network, settings, device = model.network, model.training, workers.device
    shapes = network.training_shapes()
    drawn = network.tensor_shapes()
    groups = read_parent(parent, shapes, str(device), drawn) if parent else {}
    weights, average = groups.get("weights", {}), groups.get("average", {})
    if weights.keys() != shapes.keys():
        # The checkpoints of a finished run lack the players that takes do not need.
        first = workers.network.initial(Stream.named("training", settings.seed, "weights"))
        weights = {n: weights.get(n, torch.from_numpy(a).to(device)) for n, a in first.items()}
        average = {n: average.get(n, weight).clone() for n, weight in weights.items()}
    optimizer = _optimizers(model, workers, weights)
    left = groups.get("optimizer", {})
    # Tensors of another optimiser cannot be used: then its state starts from zero.
    if {n: t.shape for n, t in left.items()} == {n: t.shape for n, t in optimizer.items()}:
        optimizer = {name: left[name] for name in optimizer}
    return TrainingState(
        manifest_digest(manifest),
        weights,
        average,
        optimizer,
        about={"model": model.model, "manifest": manifest},
        scale=LossScale.of(settings.precision),
    )


def _optimizers(
    model: ModelSpec, workers: WindowWorkers, weights: dict[str, torch.Tensor]
) -> dict[str, torch.Tensor]:
    """The initial optimiser state of each player."""
    matrices = workers.network.matrices()
    found: dict[str, torch.Tensor] = {}
    for learner in model.course.learners.values():
        own = {name: weights[name] for name in learner.player.of(weights)}
        turned = {name: matrix for name, matrix in matrices.items() if name in own}
        found |= learner.settings.optimizer.start(own, turned)
    return found
