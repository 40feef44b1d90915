"""The training loop: recordings and a declared model in, checkpoints and their record out.

Equal model, corpus, seed and numeric environment give equal bits, with any number of threads,
and whether or not the run was interrupted: the state is kept every few minutes and when
SIGINT or SIGTERM asks to stop, and the next call goes on from it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from approx_build.audio.stream import Stream
from approx_build.corpus.consent import load_consent
from approx_build.corpus.recordings import Heard, corpus_digest, hear, list_recordings
from approx_build.corpus.windows import split
from approx_build.errors import ModelError
from approx_build.training.checkpoint import file_name, write_checkpoint
from approx_build.training.environment import numeric_environment
from approx_build.training.gradients import WindowWorkers, window_workers
from approx_build.training.model import ModelSpec
from approx_build.training.progress import Progress, Watcher, stop_on_signals, unwatched
from approx_build.training.record import (
    CurvePoint,
    StoredStep,
    TrainingRecord,
    manifest_digest,
    read_record,
)
from approx_build.training.state import STATE_NAME, TrainingState, load_state

SAVE_EVERY_S = 180.0

Codes = NDArray[np.int64]


def train(
    model: ModelSpec,
    corpus_dir: Path,
    out_dir: Path,
    progress: Watcher = unwatched,
    threads: int = 1,
    device: str = "cpu",
    today: date | None = None,
) -> TrainingRecord:
    """Train, or go on training, into `out_dir`; at once when it is done already.

    Raises KeyboardInterrupt or SystemExit after SIGINT or SIGTERM, the state being kept, and
    ModelError when the loss is no longer a number: the checkpoints before stay. ConsentError
    when the corpus may not be used `today` (default: the clock's day).
    """
    today = today or date.today()
    withdrawn = load_consent(corpus_dir, today, model.model).withdrawn_by(today)
    heard = [hear(one, model.network.rate) for one in list_recordings(corpus_dir, withdrawn)]
    digest = manifest_digest(model.manifest(corpus_digest([one.recording for one in heard])))
    done = read_record(out_dir)
    if done is not None and manifest_digest(done.manifest) == digest:
        return done
    with window_workers(model.network.network(), threads, device) as workers:
        state = load_state(out_dir, digest, device) or _start(model, workers, digest)
        run = Run(model, heard, out_dir, workers, state)
        run.go(progress)
    record = run.record(threads)
    record.write(out_dir)
    (out_dir / STATE_NAME).unlink(missing_ok=True)
    return record


def _start(model: ModelSpec, workers: WindowWorkers, digest: str) -> TrainingState:
    settings = model.training
    rng = Stream.named("training", settings.seed, "weights")
    arrays = workers.network.initial(rng, settings.initialisation)
    weights = {name: torch.from_numpy(array).to(workers.device) for name, array in arrays.items()}
    average = {name: weight.clone() for name, weight in weights.items()}
    optimizer = settings.optimizer.start(weights, workers.network.matrices())
    return TrainingState(digest, weights, average, optimizer)


@dataclass
class Run:
    """One training on its way."""

    model: ModelSpec
    heard: list[Heard]
    folder: Path
    workers: WindowWorkers
    state: TrainingState

    def __post_init__(self) -> None:
        settings = self.model.training
        codes = self.model.network.codes
        self._windows, self._held = split(self.heard, settings.window, settings.held_out_s, codes)
        here = numeric_environment(self.workers.device.type)
        if here not in self.state.environments:
            self.state.environments.append(here)

    def go(self, progress: Watcher) -> None:
        """Step until the last, noting and keeping on the way."""
        state, settings = self.state, self.model.training
        began, saved = time.monotonic() - state.seconds, time.monotonic()
        with stop_on_signals() as stop:
            self._note()
            while state.step < settings.steps:
                loss = self._step()
                held_out = self._note()
                state.seconds = time.monotonic() - began
                progress(Progress(state.step, settings.steps, loss, held_out, state.seconds))
                if stop.signal is not None or time.monotonic() - saved > SAVE_EVERY_S:
                    state.save(self.folder)
                    saved = time.monotonic()
                if stop.signal is not None:
                    raise KeyboardInterrupt if stop.signal == 2 else SystemExit(128 + stop.signal)

    def _step(self) -> float:
        """One step; returns its loss before it."""
        state, settings, step = self.state, self.model.training, self.state.step + 1
        codes = self._windows.draw(
            Stream.named("training", settings.seed, "windows", step), settings.batch
        )
        loss, gradients = self.workers.gradients(state.weights, codes, self._given(codes, step))
        if not math.isfinite(loss):
            raise ModelError(
                f"model {self.model.model!r}: the loss of step {step} is {loss}; "
                "a lower learning_rate may help; the checkpoints before it are kept"
            )
        self._decay(gradients)
        _clip(gradients, settings.clip_norm)
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
        state.step = step
        state.recent.append(loss)
        return loss

    def _given(self, codes: Codes, step: int) -> Codes:
        """The codes the network hears: in phase two with noise, in about half the windows."""
        settings = self.model.training
        if not settings.is_noisy(step):
            return codes
        rng = Stream.named("training", settings.seed, "noise", step)
        loudness = np.maximum(0.0, rng.uniforms(len(codes)) * 2 - 1) * settings.noise_std
        # The sum of four uniforms is near enough to normal: variance 4/12, hence sqrt(3).
        bell = (rng.uniforms(4 * codes.size).reshape(4, *codes.shape).sum(axis=0) - 2) * 3**0.5
        noisy = codes + np.round(bell * loudness[:, None]).astype(np.int64)
        return np.asarray(np.clip(noisy, 0, self.model.network.codes - 1), dtype=np.int64)

    def _decay(self, gradients: dict[str, Tensor]) -> None:
        """Add the gradient of l2 · sum(weight^2) / 2."""
        settings = self.model.training
        if settings.l2 == 0:
            return
        for name, gradient in gradients.items():
            if settings.l2_biases or not name.endswith(".bias"):
                gradient.add_(self.state.weights[name], alpha=settings.l2)

    def _note(self) -> float | None:
        """Evaluate and keep a checkpoint where they are due; the held-out loss if measured."""
        state, settings = self.state, self.model.training
        kept = state.step in self.model.kept_steps
        due = kept or state.step % settings.evaluate_every == 0
        if not due or (state.curve and state.curve[-1].step == state.step):
            return None
        held_out = self.workers.loss(state.average, self._held.spread(settings.evaluate_windows))
        train = sum(state.recent) / len(state.recent) if state.recent else None
        state.curve.append(CurvePoint(step=state.step, train=train, held_out=held_out))
        state.recent.clear()
        if kept:
            self._keep(held_out)
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
        self.state.save(self.folder)

    def record(self, threads: int) -> TrainingRecord:
        """What has been done."""
        recordings = {one.recording.name: one.recording.digest for one in self.heard}
        digest = corpus_digest([one.recording for one in self.heard])
        manifest = self.model.manifest(digest)
        return TrainingRecord(
            model=self.model.model,
            family=manifest["network"]["family"],
            corpus=self.model.corpus,
            corpus_digest=digest,
            recordings=recordings,
            converted={one.recording.name: one.converted for one in self.heard if one.converted},
            seed=self.model.training.seed,
            manifest=manifest,
            threads=threads,
            environments=self.state.environments,
            seconds=round(self.state.seconds, 1),
            curve=self.state.curve,
            checkpoints=self.state.checkpoints,
        )


def _clip(gradients: Mapping[str, Tensor], longest: float | None) -> None:
    """Shorten the gradients together to the length `longest`."""
    if longest is None:
        return
    norm = math.sqrt(sum(float(gradient.square().sum()) for gradient in gradients.values()))
    if norm > longest:
        for gradient in gradients.values():
            gradient.mul_(longest / norm)
