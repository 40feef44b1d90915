"""Networks some of whose tensors are measured of the corpus, not learnt.

Such tensors belong to no player. A checkpoint has them as its weights make them; the state of a
training has what `initial` gave, or if the family `measures_first`, what the first weights made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from approx_build.families.base import Arrays, Network, Tensors


class MeasuringNetwork(Network, Protocol):
    """A network whose family has `measured_windows`: what the training loop also needs."""

    def measured(self, weights: Tensors, sounds: Sequence[NDArray[np.float32]]) -> Arrays:
        """The tensors that are measured, from windows [C, T] of the corpus.

        A function of its arguments alone.
        """
