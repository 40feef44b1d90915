"""Networks that measure some of their tensors from the corpus instead of learning them.

Such tensors belong to no player. A checkpoint contains the values measured with its weights; the
state of a training contains those from `initial`, or if the family `measures_first`, those measured
with the first weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from approx_build.families.base import Arrays, Network, Tensors


class MeasuringNetwork(Network, Protocol):
    """The additional interface of a network whose family has `measured_windows`."""

    def measured(self, weights: Tensors, sounds: Sequence[NDArray[np.float32]]) -> Arrays:
        """The measured tensors, from windows [C, T] of the corpus.

        A function of its arguments alone.
        """
