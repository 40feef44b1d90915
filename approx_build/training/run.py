"""A training on its way: steps, points of its curve, checkpoints, and the state that is kept."""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from approx_build.corpus.prepared import Material
from approx_build.errors import ApproxError, ModelError
from approx_build.families.base import Arrays, Example
from approx_build.training.batches import Batches, split_material
from approx_build.training.callbacks import Resources
from approx_build.training.checkpoint import file_name, write_checkpoint
from approx_build.training.course import LOSS
from approx_build.training.device import numeric_environment
from approx_build.training.early_stopping import is_done
from approx_build.training.gradients import Losses, WindowWorkers
from approx_build.training.ledger.entry import Status
from approx_build.training.ledger.record import CurvePoint, StoredStep
from approx_build.training.model import ModelSpec
from approx_build.training.progress import Progress, StopRequest, stop_on_signals
from approx_build.training.state import TrainingState
from approx_build.training.step import NotNumbersError, Stepper

SAVE_EVERY_S = 180.0

BUDGET = 1000
"""Asks to stop because the budget is spent; other numbers are signals."""


class Run:
    """One training on its way, up to step `last` where that is not its own last."""

    def __init__(
        self,
        model: ModelSpec,
        material: Material,
        folder: Path,
        workers: WindowWorkers,
        state: TrainingState,
        resources: Resources,
        last: int | None = None,
    ) -> None:
        self.model, self.material, self.folder = model, material, folder
        self.workers, self.state, self.resources = workers, state, resources
        self.split = split_material(model, material)
        share = resources.share
        self.batches = Batches(model, workers.network, self.split.train, share.rank, share.size)
        self._first_step, self._first_s = state.step, state.seconds
        self._last = model.training.steps if last is None else last
        self.stepper = Stepper(workers, state, self.batches, resources.share)
        # Made once: every evaluation uses the same examples.
        self._tests = self.batches.held_out(self.split.held_out)
        here = numeric_environment(model.network, resources.device, share.size)
        if here not in state.environments:
            state.environments.append(here)

    def make_steps(self) -> None:
        """Step until the last, noting and keeping on the way."""
        state, steps = self.state, self._last
        # Not the time of day, which may be set while a training runs.
        began, saved = time.monotonic() - state.seconds, time.monotonic()
        self._report_began()
        if state.step == 0 and type(self.model.network).measures_first:
            for name, array in self._from_corpus().items():
                for group in (state.weights, state.average):
                    group[name].copy_(group[name].new_tensor(array))
        ahead = self.batches.stream(state.step + 1, steps, self.resources.loaders)
        with stop_on_signals() as stop, closing(ahead):
            # The first weights have a point and a checkpoint, too.
            self._note()
            while state.step < steps and not self._is_done():
                losses, asked = self.step(ahead, self._stop_request(stop))
                held_out = self._note()
                state.seconds = time.monotonic() - began
                self._watched(losses, held_out)
                if self.resources.share.size == 1:
                    asked = self._stop_request(
                        stop
                    )  # other processes need not know it a step before
                if asked or time.monotonic() - saved > SAVE_EVERY_S:
                    self._keep_state()
                    saved = time.monotonic()
                if asked:
                    self._stop(asked)
            # Early stopping is known only after an evaluation, when its checkpoint is still
            # missing.
            self._note()

    def _stop_request(self, stop: StopRequest) -> int:
        """What this process asks of all: 0, a signal, or BUDGET."""
        if stop.signal or not self.resources.share.writes:
            return stop.signal or 0
        return BUDGET if self._budget_message() else 0

    def _budget_message(self) -> str:
        """Why no further step may be paid for; empty: it may."""
        here = self.state.seconds - self._first_s
        made = max(1, self.state.step - self._first_step)
        # The mean of this session's steps estimates the next, which must be within the budget, too.
        return self.resources.callback.objects(here, here / made)

    def _stop(self, asked: int) -> None:
        """End the session; the state is saved."""
        if asked == BUDGET:
            reason = self._budget_message() or "the budget is used up; the state is saved"
            self.report(Status.BUDGET, reason)
            raise self._stopped(reason)
        self.report(Status.INTERRUPTED)
        # As shells report a process that a signal ended.
        raise KeyboardInterrupt if asked == signal.SIGINT else SystemExit(128 + asked)

    def _is_done(self) -> bool:
        return is_done(self.state.curve, self.model.training.early_stopping)

    def step(self, batches: Iterator[list[Example]], request: int = 0) -> tuple[Losses, int]:
        """One step, its examples taken from `batches`; see `Stepper.step`."""
        try:
            return self.stepper.step(batches, request)
        except NotNumbersError as error:
            self._fail(str(error))

    def out_of_memory(self, advice: str) -> ModelError:
        """What to raise when memory ran out; keeps the state unless a step was half made."""
        kept = "the last saved state is kept"
        # Memory may run out again while the state is saved.
        with suppress(MemoryError, OSError, RuntimeError):
            if self.stepper.is_whole and self.resources.share.writes:
                self.state.save(self.folder)
                kept = "the state is saved"
        reason = f"memory ran out; {kept}; {advice}"
        self.report(Status.INTERRUPTED, reason)
        return self._stopped(reason)

    def _stopped(self, reason: str) -> ModelError:
        step = f"step {self.state.step} of {self.model.training.steps}"
        return ModelError(f"model {self.model.model!r}, {step}: {reason}")

    def _fail(self, what: str) -> NoReturn:
        """End a training that cannot continue; earlier checkpoints are valid."""
        reason = f"{what}; a lower learning_rate may help; earlier checkpoints and states are kept"
        self.report(Status.FAILED, reason)
        raise ModelError(f"model {self.model.model!r}: {reason}")

    def _note(self) -> float | None:
        """Evaluate and keep a checkpoint where they are due; the held-out loss if measured."""
        state, settings = self.state, self.model.training
        is_last = state.step == settings.steps or self._is_done()
        # A training that resumes may have the checkpoint of its step already.
        is_kept = bool(state.checkpoints) and state.checkpoints[-1].step == state.step
        if (state.step in self.model.kept_steps or is_last) and not is_kept:
            held_out = self.measured()
            if self.resources.share.writes:
                self._keep(held_out)
            return held_out
        is_measured = bool(state.curve) and state.curve[-1].step == state.step
        due = state.step % settings.evaluate_every == 0
        return self.measured() if due and not is_measured else None

    def measured(self) -> float:
        """The held-out loss of the averaged weights, noted on the curve."""
        state = self.state
        # The point may exist already, also from an earlier session.
        if state.curve and state.curve[-1].step == state.step:
            return state.curve[-1].held_out
        held_out = self.workers.loss(state.average, self._tests)
        if not math.isfinite(held_out):
            self._fail(f"after step {state.step} the held-out loss is not a number ({held_out})")
        losses = {name: sum(each) / len(each) for name, each in state.recent.items()}
        train = losses.pop(LOSS, None)
        if self.batches.course.has_players:
            losses |= self.workers.measures(state.average, self._tests)
        point = CurvePoint(step=state.step, train=train, held_out=held_out, losses=losses)
        state.curve.append(point)
        state.recent.clear()
        return held_out

    def _keep(self, held_out: float) -> None:
        """Write the averaged weights as a checkpoint and note it."""
        step = self.state.step
        about = {
            "manifest": self.state.manifest,
            "network": self.model.network.model_dump(mode="json"),
            "step": step,
        }
        average = self.state.average
        # Without the players that takes do not need.
        weights = {name: average[name].cpu().numpy() for name in self.model.network.tensor_shapes()}
        self._check_weights()
        self._measure(weights)
        digest = write_checkpoint(self.folder / file_name(step), weights, about)
        stored = StoredStep(step=step, loss=held_out, file=file_name(step), digest=digest)
        # Saved at once, because only a state tells that the checkpoint belongs to the training.
        self.state.checkpoints.append(stored)
        self._keep_state()

    def _measure(self, weights: dict[str, NDArray[np.float32]]) -> None:
        """Put in what is measured of the corpus, and say what is wrong with a checkpoint."""
        network = self.model.network
        weights |= self._from_corpus()
        # In the first half of a training much is still on its way.
        is_late = 2 * self.state.step >= self.model.training.steps or self._is_done()
        for words in network.warnings(weights) if is_late else ():
            self.resources.callback.warned(f"step {self.state.step}: {words}")

    def _from_corpus(self) -> Arrays:
        """The tensors that are measured from the corpus; often none."""
        count = type(self.model.network).measured_windows
        if not count:
            return {}
        windows = self.split.train
        sounds = windows.spread(min(count, windows.count))
        return self.workers.measured(self.state.average, sounds)

    def _keep_state(self) -> None:
        """Keep the state; consent is asked again, now that nothing would be lost."""
        if self.resources.share.writes:
            self._check_weights()
            self.state.save(self.folder)
            self.report(Status.RUNNING)
        try:
            self.resources.callback.allow()
        except ApproxError as error:
            kept = error.more("the state of the training is saved")
            self.report(Status.INTERRUPTED, str(kept))
            raise kept from None

    def _check_weights(self) -> None:
        # Finite gradients can still make weights that are not; such a state must push none out.
        if not self.state.is_finite:
            self._fail(f"after step {self.state.step} some weights are not finite numbers")

    def report(self, status: Status, reason: str = "") -> None:
        """Report the progress of the training."""
        if self.resources.share.writes:
            self.resources.callback.kept(self.state, status, reason)

    def _report_began(self) -> None:
        if self.resources.share.writes:
            self.resources.callback.began(self.state, self.state.environments[-1])

    def _watched(self, losses: Losses, held_out: float | None) -> None:
        if self.resources.share.writes:
            state, settings = self.state, self.model.training
            windows = self.batches.course.windows(state.step) - self.batches.course.windows(
                self._first_step
            )
            pace = windows / max(1e-9, state.seconds - self._first_s)
            self.resources.progress(
                Progress(state.step, settings.steps, losses, held_out, state.seconds, pace)
            )
