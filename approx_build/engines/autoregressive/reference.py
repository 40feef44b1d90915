"""Lock-step sampling of codes in NumPy: what the reference samplers of all families share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from approx_build.engines.autoregressive.categorical import Choices, draw
from approx_build.engines.autoregressive.request import ClipRequest, Codes
from approx_build.kernels import reference
from approx_build.kernels.tensors import Floats
from approx_build.numerics.stream import key_words


class ReferenceBatch(ABC):
    """Clips being drawn by a reference; see `lock_step.Batch`. Inside, longest clip first."""

    def __init__(self, classes: int, clips: Sequence[ClipRequest], keep_logits: bool) -> None:
        reference.refuse_flush_to_zero()
        self._order = sorted(range(len(clips)), key=lambda i: -clips[i].steps)
        self._clips = [clips[i] for i in self._order]
        self._primes = [clip.prime_codes for clip in self._clips]
        self._keys = [key_words(clip.key) for clip in self._clips]
        self.codes: list[Codes] = [np.zeros(clip.length, np.uint8) for clip in clips]
        self.logits: list[NDArray[np.float32]] = [
            np.zeros((clip.steps, classes), np.float32) for clip in clips if keep_logits
        ]
        self._step = 0

    @abstractmethod
    def _logits(self, active: int, is_wanted: bool) -> Floats:
        """What the network says of this step's codes [active, Q]; anything if not `is_wanted`."""

    @abstractmethod
    def _remember(self, clip: int, code: int) -> None:
        """Take the code of a clip at this step as input of the next."""

    def run(self, steps: int) -> bool:
        """Draw up to `steps` further samples of every clip; whether any is left to draw."""
        for _ in range(steps):
            active = sum(clip.steps > self._step for clip in self._clips)
            if not active:
                return False
            with np.errstate(over="ignore", invalid="ignore"):  # `draw` says so instead
                self._run_step(active)
        return True

    def _run_step(self, active: int) -> None:
        drawing = [i for i in range(active) if self._step >= len(self._primes[i])]
        codes, is_wanted = np.zeros(active, np.intp), bool(drawing or self.logits)
        logits = self._logits(active, is_wanted)
        for i in range(active if self.logits else 0):
            self.logits[self._order[i]][self._step] = logits[i]
        if drawing:
            codes[drawing] = draw(logits[drawing], self._choices(drawing))
        for i in range(active):
            self._keep(i, int(codes[i]))
        self._step += 1

    def _choices(self, drawing: Sequence[int]) -> Choices:
        clips = [self._clips[i] for i in drawing]
        samples = [self._step - len(self._primes[i]) for i in drawing]
        curves = [clip.curve for clip in clips]
        return Choices(
            np.array([c[min(t, len(c) - 1)] for c, t in zip(curves, samples, strict=True)]),
            np.array([clip.towards_silence for clip in clips], np.float32),
            np.array([clip.top_k or 0 for clip in clips]),
            np.array(
                [
                    reference.uniform(self._keys[i], clip.first_draw + t)
                    for i, clip, t in zip(drawing, clips, samples, strict=True)
                ]
            ),
        )

    def _keep(self, i: int, drawn: int) -> None:
        """Store the sample of clip `i` at this step and remember it as input."""
        prime, sample = self._primes[i], self._step - len(self._primes[i])
        code = drawn if sample >= 0 else int(prime[self._step])
        if sample >= 0:
            self.codes[self._order[i]][sample] = code
        self._remember(i, code)
