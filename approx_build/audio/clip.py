"""A clip: samples of one or more channels at a known rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from approx_build.errors import AudioError

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """Sound as `data` [channels, samples], float32, full scale 1.0, at `rate` Hz.

    The array is read-only: operations make new clips.
    """

    data: Samples
    rate: int

    def __post_init__(self) -> None:
        data = np.ascontiguousarray(self.data, dtype=np.float32)
        if data.ndim != 2:
            raise ValueError(f"a clip is [channels, samples], not of shape {data.shape}")
        if data is self.data:
            # A view, so that the caller's array stays writeable.
            data = data.view()
        data.flags.writeable = False
        object.__setattr__(self, "data", data)

    @property
    def channels(self) -> int:
        """Number of channels."""
        return int(self.data.shape[0])

    @property
    def length(self) -> int:
        """Length in samples."""
        return int(self.data.shape[1])

    @property
    def length_s(self) -> float:
        """Length in seconds."""
        return self.length / self.rate

    def samples(self, seconds: float) -> int:
        """`seconds` as a whole number of samples at this clip's rate, nearest, ties to even."""
        return round(seconds * self.rate)

    def like(self, data: NDArray[np.floating]) -> Clip:
        """A clip of the same rate with other samples [channels, samples]."""
        return Clip(np.asarray(data, dtype=np.float32), self.rate)

    def cut(self, start: int, stop: int) -> Clip:
        """Samples `start` to `stop`; AudioError when they are not all inside the clip."""
        if not 0 <= start <= stop <= self.length:
            raise AudioError(
                f"samples {start} to {stop} are not inside a clip of {self.length} samples"
            )
        return Clip(self.data[:, start:stop], self.rate)
