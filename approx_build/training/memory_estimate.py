"""The memory that a training needs at its peak, item by item, estimated before it begins.

The peak is the largest of three moments. During a step, each window in flight (one per thread; on
CUDA the whole batch) keeps its own activations and gradients beside their sum. During an
evaluation, a compiled kernel keeps the memory of its windows, and torch needs its own. While the
state is saved, two copies of it exist: the bytes of its tensors and the bytes of its file. The
weights of all players, their average, optimisers, prefetched examples and the process itself
are in memory all the time. Recordings are mapped from their files and do not count, because the
system can drop their pages.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from approx_build.errors import ModelError, argument
from approx_build.families.base import FAMILIES, Family
from approx_build.families.parameters import Shapes, numbers_in
from approx_build.machine import Available, largest_that_fits, resident_bytes
from approx_build.training.batches import AHEAD
from approx_build.training.course import Learner, learners
from approx_build.training.parameters import Precision, TrainingParameters, training_of
from approx_build.units import size

BASELINE = 600 << 20
"""Bytes of a process that has loaded torch, where none can be measured."""
FLOAT = 4
"""Bytes of a float32 number."""
WARMTH = 40 << 20
"""Bytes that torch and its threads allocate in addition when they first work."""
EXAMPLE = 16
"""Bytes of a sample of an example: two arrays of eight, or four of four."""
WORTHWHILE = 0.9
"""A smaller batch is suggested if it needs at most this share of the memory."""
ROUND = 256
"""Suggested windows are multiples of this, samples."""


@dataclass(frozen=True)
class MemoryEstimate:
    """What the memory of a training depends on; Muon orthogonalises the weights in `matrices`."""

    network: Family
    settings: TrainingParameters
    matrices: Collection[str]
    threads: int = 1
    loaders: int = 1
    device: str = "cpu"
    processes: int = 1
    baseline: int = BASELINE

    @property
    def flight(self) -> int:
        """Windows whose gradients a process computes at once."""
        return min(self.threads, self._share) if self.device == "cpu" else self._share

    @property
    def items(self) -> dict[str, int]:
        """Bytes by item, at the peak."""
        windows = {"activations": self._activations, "examples": self._examples}
        step = {"gradients": self._gradients, **windows}
        if self.device != "cpu":
            # The process itself is not in the memory of the device.
            return self._held | step | {"baseline": 0}
        evaluate = {"evaluation": self._evaluation, **windows}
        keep = {"copies of the state": 2 * sum(self._held.values())}
        most = max((step, evaluate, keep), key=lambda items: sum(items.values()))
        return self._held | most | {"baseline": self.baseline}

    @property
    def peak(self) -> int:
        """Bytes at the peak, of all processes on this machine together."""
        # On CUDA each process may have a device of its own, and the estimate is for one device.
        return sum(self.items.values()) * (self.processes if self.device == "cpu" else 1)

    @property
    def keeping(self) -> int:
        """Bytes while the state is saved, on the CPU; on CUDA it exists once."""
        held = sum(self._held.values())
        # The state itself, the bytes of its tensors and the bytes of its file.
        return 3 * held + self.baseline if self.device == "cpu" else held

    def with_settings(self, **settings: int) -> MemoryEstimate:
        """The estimate with another window or batch."""
        return replace(self, settings=self.settings.model_copy(update=settings))

    def check(self, model: str, available: Available | None) -> None:
        """ModelError with settings that fit, if it needs more memory than is available."""
        if available is None or self.peak <= available.size:
            return
        items = sorted(self.items.items(), key=lambda one: -one[1])
        parts = ", ".join(f"{name} {size(count)}" for name, count in items if count)
        raise ModelError(
            f"model {model!r}: its training needs {size(self.peak)} of memory ({parts}), but only "
            f"{size(available.size)} are available ({available.bound}); {self.fitting(available)}"
        )

    def fitting(self, available: Available) -> str:
        """The largest settings that fit, as text."""
        limit, settings = available.size, self.settings
        window = largest_that_fits(
            lambda n: self.with_settings(window=n).peak, limit, 2, settings.window - 1, ROUND
        )
        # Each process needs at least one window.
        batch = largest_that_fits(
            lambda n: self.with_settings(batch=n).peak, limit, self.processes, settings.batch - 1
        )
        threads = largest_that_fits(
            lambda n: replace(self, threads=n).peak, limit, 1, self.threads - 1
        )
        offers = [
            *(
                [f"it fits unchanged with {argument('jobs', threads * self.processes)}"]
                if threads
                else []
            ),
            *([f"`window: {window}` fits with this batch"] if window else []),
            *([f"`batch: {batch}` fits with this window"] if batch else []),
        ]
        return ", ".join(offers) or "no smaller window or batch fits: make the network smaller"

    def smaller(self) -> str:
        """What to try when memory ran out in spite of the estimate, as text."""
        # The estimate was too low, so it cannot tell what fits.
        window, batch = self.settings.window // 2, self.settings.batch // 2
        offers = []
        if self.device == "cpu" and self.flight > 1:
            jobs = argument("jobs", self.processes * (self.flight // 2))
            offers.append(f"run again with {jobs} to continue")
        if window >= 2:
            offers.append(f"train again with `window: {window}`")
        if (
            batch >= self.processes
            and self.with_settings(batch=batch).peak < WORTHWHILE * self.peak
        ):
            offers.append(f"train again with `batch: {batch}`")
        return ", or ".join(offers) or "make the network smaller"

    @property
    def _share(self) -> int:
        return -(-self.settings.batch // self.processes)

    @property
    def _held(self) -> dict[str, int]:
        shapes = self.network.training_shapes()
        weights = FLOAT * numbers_in(shapes)
        state = sum(
            one.settings.optimizer.numbers(self._tensors(one, shapes), self.matrices)
            for one in learners(self.network, self.settings).values()
        )
        return {"weights": weights, "average": weights, "optimiser": FLOAT * state}

    @property
    def _gradients(self) -> int:
        """A sum, a set for each window in flight, and the sum of several processes.

        A turn has the gradients of one player, so the largest player counts.
        """
        sets = min(self._share, self.flight + 1) if self.device == "cpu" else 1
        shapes, players = self.network.training_shapes(), learners(self.network, self.settings)
        largest = max(numbers_in(self._tensors(one, shapes)) for one in players.values())
        return FLOAT * largest * (sets + (self.processes > 1))

    @staticmethod
    def _tensors(learner: Learner, shapes: Shapes) -> Shapes:
        return {name: shapes[name] for name in learner.player.of(shapes)}

    @property
    def _activations(self) -> int:
        is_plain = self.settings.precision is Precision.FLOAT32
        window = self.settings.window
        return self.flight * self.network.activation_bytes(window, self.device, is_plain)

    @property
    def _evaluation(self) -> int:
        is_plain = self.settings.precision is Precision.FLOAT32
        flight = min(self.threads, self.settings.evaluate_windows)
        window = self.settings.window
        return flight * self.network.evaluation_bytes(window, self.device, is_plain)

    @property
    def _examples(self) -> int:
        """Examples that are prefetched, being made and in use, and those held out."""
        turns = (AHEAD + 1) * self.loaders + 2
        count = turns * self._share + self.settings.evaluate_windows
        return count * EXAMPLE * self.network.channels * self.settings.window


def baseline_bytes() -> int:
    """Bytes of this process before it trains, with what torch allocates at work."""
    return resident_bytes() + WARMTH


def advice_after_kill(manifest: Mapping[str, Any], **resources: Any) -> str:
    """The memory that a training needed whose process was killed, and what to try, as text."""
    found = estimate_of(manifest, **resources)
    return f"the training needs about {size(found.peak)} of memory; {found.smaller()}"


def estimate_of(manifest: Mapping[str, Any], **resources: Any) -> MemoryEstimate:
    """The estimate for a manifest. Without torch, all weights of two axes count as matrices."""
    network = FAMILIES.get(manifest["network"]["family"]).model_validate(manifest["network"])
    settings = training_of(type(network)).model_validate(manifest["training"])
    matrices = [name for name, shape in network.training_shapes().items() if len(shape) > 1]
    return MemoryEstimate(network, settings, matrices, **resources)
