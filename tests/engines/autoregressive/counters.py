"""A sampler of codes without a network: it expects the code after the last one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from approx_build.engines.autoregressive.reference import ReferenceBatch
from approx_build.engines.autoregressive.request import ClipRequest
from approx_build.kernels.tensors import Floats

CLASSES = 8
SURE = np.float32(40)
"""A logit beside zeros: nothing else is drawn."""


class Counters(ReferenceBatch):
    """Clips that count up from the last code of their prime, or from 0."""

    def __init__(self, clips: Sequence[ClipRequest], keep_logits: bool = False) -> None:
        super().__init__(CLASSES, clips, keep_logits)
        self.last = np.full(len(clips), CLASSES - 1)
        self.wanted: list[bool] = []

    def _logits(self, active: int, is_wanted: bool) -> Floats:
        self.wanted.append(is_wanted)
        logits = np.zeros((active, CLASSES), np.float32)
        logits[np.arange(active), (self.last[:active] + 1) % CLASSES] = SURE
        return logits

    def _remember(self, clip: int, code: int) -> None:
        self.last[clip] = code
