"""The training loop: prepared sound and a declared model in, checkpoints and their record out.

Equal model, sound, seed and numeric environment give equal bits, with any number of threads,
and whether or not the run was interrupted: the state is kept every few minutes and whenever
the run is asked to stop, and the next call goes on from it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from approx_build.audio.stream import Stream
from approx_build.corpus.material import Material
from approx_build.corpus.recordings import corpus_digest
from approx_build.corpus.windows import Split, split
from approx_build.errors import ApproxError, ModelError
from approx_build.families.base import Example
from approx_build.training.batches import Batches
from approx_build.training.checkpoint import file_name, write_checkpoint
from approx_build.training.environment import numeric_environment
from approx_build.training.gradients import WindowWorkers, window_workers
from approx_build.training.lock import alone_in
from approx_build.training.model import ModelSpec
from approx_build.training.parent import read_parent
from approx_build.training.progress import Progress, Watcher, stop_on_signals, unwatched
from approx_build.training.record import (
    CurvePoint,
    StoredStep,
    TrainingRecord,
    manifest_digest,
    read_record,
)
from approx_build.training.scaler import LossScale
from approx_build.training.sharing import ALONE, Share, check_share
from approx_build.training.state import TrainingState, load_state
from approx_build.training.stopping import has_stopped

SAVE_EVERY_S = 180.0

Keeper = Callable[[TrainingState, str], None]
"""Told the state and how the run stands, whenever the state is kept."""


def _untold(state: TrainingState, status: str) -> None:
    """Tells nobody."""


def _allowed() -> None:
    """Nobody objects."""


@dataclass(frozen=True)
class Means:
    """With what a training runs, and who is asked and told on the way; no bit depends on it,
    but for device and share, which the numeric environment names."""

    threads: int = 1
    loaders: int = 1
    device: str = "cpu"
    share: Share = ALONE
    parent: Path | None = None
    budget_s: float | None = None
    """Seconds of training in all, after which it stops, to be gone on with."""
    allow: Callable[[], None] = field(default=_allowed)
    """Raises when consent is no longer given; asked at the start and whenever state is kept."""
    keep: Keeper = field(default=_untold)
    progress: Watcher = field(default=unwatched)


def train(
    model: ModelSpec, material: Material, out_dir: Path, means: Means = Means()
) -> TrainingRecord:
    """Train, or go on training, into `out_dir`; at once when it is done already.

    Raises KeyboardInterrupt or SystemExit after SIGINT or SIGTERM, the state being kept;
    ModelError when the loss is no longer a number, or the budget is spent; ConsentError when
    the corpus may not, or no longer, be used. What was kept before stays.
    """
    means.allow()
    check_share(model.training.batch, means.share.size)
    digest = manifest_digest(model.manifest(corpus_digest(material.recordings)))
    with alone_in(out_dir, means.share):
        done = read_record(out_dir)
        if done is not None and manifest_digest(done.manifest) == digest:
            return done
        settings, network = model.training, model.network.network(model.objective)
        with window_workers(network, means.threads, means.device, settings.precision) as workers:
            state = load_state(out_dir, digest, means.device) or _start(
                model, workers, digest, means.parent
            )
            run = Run(model, material, out_dir, workers, state, means)
            run.go()
        record = run.record()
        if means.share.writes:
            record.write(out_dir)
            TrainingState.remove(out_dir)
    return record


def split_material(model: ModelSpec, material: Material) -> Split:
    """The windows of a model in its material."""
    settings = model.training
    rate, chunk_s = model.network.rate, model.preparation.chunk_s
    return split(material.parts(), rate, settings.window, settings.held_out_s, chunk_s)


def _start(
    model: ModelSpec, workers: WindowWorkers, digest: str, parent: Path | None
) -> TrainingState:
    settings, device = model.training, workers.device
    if parent is not None:
        groups = read_parent(parent, model.network.tensor_shapes(), str(device))
    else:
        rng = Stream.named("training", settings.seed, "weights")
        arrays = workers.network.initial(rng, settings.initialisation)
        weights = {name: torch.from_numpy(array).to(device) for name, array in arrays.items()}
        average = {name: weight.clone() for name, weight in weights.items()}
        groups = {"weights": weights, "average": average, "optimizer": {}}
    optimizer = settings.optimizer.start(groups["weights"], workers.network.matrices())
    left = groups["optimizer"]
    if {n: t.shape for n, t in left.items()} == {n: t.shape for n, t in optimizer.items()}:
        optimizer = {name: left[name] for name in optimizer}
    scale = LossScale.of(settings.precision)
    return TrainingState(digest, groups["weights"], groups["average"], optimizer, scale=scale)


class Run:
    """One training on its way."""

    def __init__(
        self,
        model: ModelSpec,
        material: Material,
        folder: Path,
        workers: WindowWorkers,
        state: TrainingState,
        means: Means,
    ) -> None:
        self.model, self.material, self.folder = model, material, folder
        self.workers, self.state, self.means = workers, state, means
        self.split = split_material(model, material)
        share = means.share
        self._batches = Batches(model, workers.network, self.split.train, share.rank, share.size)
        self._tests = self._batches.held_out(self.split.held_out)
        here = numeric_environment(means.device, share.size)
        if here not in state.environments:
            state.environments.append(here)

    def go(self) -> None:
        """Step until the last, noting and keeping on the way."""
        state, settings = self.state, self.model.training
        began, saved = time.monotonic() - state.seconds, time.monotonic()
        with stop_on_signals() as stop:
            self._note()
            self._tell("running")
            batches = self._batches.stream(state.step + 1, settings.steps, self.means.loaders)
            for batch in batches:
                if self._is_done():
                    break
                loss, asked = self._step(batch, stop.signal or 0)
                held_out = self._note()
                state.seconds = time.monotonic() - began
                self._watched(loss, held_out)
                if self.means.share.size == 1:
                    asked = stop.signal or 0  # nobody else has to hear of it a step before
                over = self._is_over_budget()
                if asked or over or time.monotonic() - saved > SAVE_EVERY_S:
                    self._keep_state("running")
                    saved = time.monotonic()
                if asked:
                    self._tell("interrupted")
                    raise KeyboardInterrupt if asked == 2 else SystemExit(128 + asked)
                if over:
                    self._tell("stopped at budget")
                    raise ModelError(
                        f"model {self.model.model!r}: its budget is spent at step {state.step} of "
                        f"{settings.steps}; its state is kept: raise `costs.budget` to go on"
                    )
            self._note()

    def _is_done(self) -> bool:
        stopping = self.model.training.early_stopping
        return stopping is not None and has_stopped(self.state.curve, stopping)

    def _is_over_budget(self) -> bool:
        budget_s = self.means.budget_s
        return budget_s is not None and self.state.seconds >= budget_s

    def _step(self, examples: list[Example], signal: int) -> tuple[float, int]:
        """One step; its loss before it, and the signal that asked any process to stop."""
        state, settings, step = self.state, self.model.training, self.state.step + 1
        loss, gradients = self.workers.gradients(state.weights, examples, state.scale.factor)
        loss, asked = self.means.share.summed(loss, gradients, signal)
        loss /= settings.batch
        for gradient in gradients.values():
            gradient.div_(settings.batch * state.scale.factor)
        norm = _norm(gradients)
        if math.isfinite(loss) and math.isfinite(norm):
            self._turn(gradients, norm, step)
            state.scale.made_one()
        elif state.scale.can_fall:
            state.scale.left_one_out()
        else:
            self._tell("failed")
            raise ModelError(self._not_a_number(step, loss))
        state.step = step
        if math.isfinite(loss):
            state.recent.append(loss)
        return loss, asked

    def _turn(self, gradients: dict[str, Tensor], norm: float, step: int) -> None:
        """Change weights and their average by gradients of length `norm`."""
        state, settings = self.state, self.model.training
        if settings.l2:
            self._decay(gradients)
            norm = _norm(gradients)
        if settings.clip_norm is not None and norm > settings.clip_norm:
            for gradient in gradients.values():
                gradient.mul_(settings.clip_norm / norm)
        settings.optimizer.turn(
            state.weights,
            gradients,
            state.optimizer,
            step,
            settings.factor(step),
            self.workers.network.matrices(),
        )
        # Young averages follow closely, or they would remember the first weights.
        share = max(1 - settings.ema, 10 / (step + 10)) if settings.ema else 1.0
        for name, average in state.average.items():
            average.lerp_(state.weights[name], share)

    def _decay(self, gradients: dict[str, Tensor]) -> None:
        """Add the gradient of l2 · sum(weight^2) / 2."""
        settings = self.model.training
        for name, gradient in gradients.items():
            if settings.l2_biases or not name.endswith(".bias"):
                gradient.add_(self.state.weights[name], alpha=settings.l2)

    def _not_a_number(self, step: int, loss: float) -> str:
        batch = self.model.training.batch
        first = (step - 1) * batch
        names = "; ".join(self._batches.name(first + i) for i in range(batch))
        return (
            f"model {self.model.model!r}: at step {step} loss or gradients are not numbers (loss "
            f"{loss}); its windows were {names}; a lower learning_rate may help; "
            f"the checkpoints before it are kept"
        )

    def _note(self) -> float | None:
        """Evaluate and keep a checkpoint where they are due; the held-out loss if measured."""
        state, settings = self.state, self.model.training
        is_last = state.step == settings.steps or self._is_done()
        kept = state.step in self.model.kept_steps or is_last
        due = kept or state.step % settings.evaluate_every == 0
        if not due or (state.curve and state.curve[-1].step == state.step and not is_last):
            return None
        if state.checkpoints and state.checkpoints[-1].step == state.step:
            return None
        held_out = self._measured()
        if kept and self.means.share.writes:
            self._keep(held_out)
        return held_out

    def _measured(self) -> float:
        """The held-out loss of the averaged weights, noted on the curve."""
        state = self.state
        if state.curve and state.curve[-1].step == state.step:
            return state.curve[-1].held_out
        held_out = self.workers.loss(state.average, self._tests)
        train = sum(state.recent) / len(state.recent) if state.recent else None
        state.curve.append(CurvePoint(step=state.step, train=train, held_out=held_out))
        state.recent.clear()
        return held_out

    def _keep(self, held_out: float) -> None:
        """Write the averaged weights as a checkpoint and note it."""
        step = self.state.step
        about = {
            "model": self.model.model,
            "manifest": self.state.manifest,
            "network": self.model.network.model_dump(mode="json"),
            "step": step,
        }
        weights = {name: tensor.cpu().numpy() for name, tensor in self.state.average.items()}
        digest = write_checkpoint(self.folder / file_name(step), weights, about)
        stored = StoredStep(step=step, loss=held_out, file=file_name(step), digest=digest)
        self.state.checkpoints.append(stored)
        self._keep_state("running")

    def _keep_state(self, status: str) -> None:
        """Keep the state; consent is asked again, now that nothing would be lost."""
        if self.means.share.writes:
            self.state.save(self.folder)
            self._tell(status)
        try:
            self.means.allow()
        except ApproxError as error:
            self._tell("stopped")
            raise type(error)(f"{error.message}; its state is kept", error.where) from None

    def _tell(self, status: str) -> None:
        if self.means.share.writes:
            self.means.keep(self.state, status)

    def _watched(self, loss: float, held_out: float | None) -> None:
        if self.means.share.writes:
            state, settings = self.state, self.model.training
            self.means.progress(Progress(state.step, settings.steps, loss, held_out, state.seconds))

    def record(self) -> TrainingRecord:
        """What has been done."""
        state, model = self.state, self.model
        recordings = {one.name: one.digest for one in self.material.recordings}
        digest = corpus_digest(self.material.recordings)
        rate, settings = model.network.rate, model.training
        record = TrainingRecord(
            model=model.model,
            family=model.family,
            corpus=model.corpus,
            corpus_digest=digest,
            recordings=recordings,
            converted=self.material.done,
            unused={**self.material.unused, **self.split.unused},
            recorded_s=round(self.material.recorded_s, 3),
            prepared_s=round(sum(p.length for p in self.material.parts()) / rate, 3),
            heard_s=round(state.step * settings.batch * settings.window / rate, 3),
            windows=self.split.train.count,
            seed=settings.seed,
            manifest=model.manifest(digest),
            threads=self.means.threads,
            processes=self.means.share.size,
            environments=state.environments,
            seconds=round(state.seconds, 1),
            left_out=state.scale.left_out,
            curve=state.curve,
            checkpoints=state.checkpoints,
        )
        self._tell("done")
        return record


def _norm(gradients: dict[str, Tensor]) -> float:
    """The length of all gradients together."""
    return math.sqrt(sum(float(gradient.square().sum()) for gradient in gradients.values()))
