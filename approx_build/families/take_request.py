"""Requests for clips, which families receive, and the checks before generation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from approx_build.audio.clip import Clip
from approx_build.errors import ModelError
from approx_build.families.parameters import Parameters
from approx_build.ways.base import Conditioning

S = TypeVar("S")


@dataclass(frozen=True, eq=False)
class TakeRequest(Generic[S]):
    """A clip to generate: `length` samples by the random stream `stream` (its key).

    `conditioning` is the sound from which the clip is made, used in one of the family's `ways`.
    """

    length: int
    stream: str
    sampling: S
    conditioning: Conditioning | None = None

    def check(self, network: Parameters) -> None:
        """ModelError if the length is impossible or a sound does not fit the network."""
        network.check_length(self.length)
        for name, clip in self.conditioning.sounds().items() if self.conditioning else ():
            check_clip(network, clip, name)


def check_takes(network: Parameters, takes: Sequence[TakeRequest[Any]], device: str) -> None:
    """ModelError if a request is impossible, or `device` is not the name of a device."""
    # By its text, because generation on a CPU does not import torch.
    if not re.fullmatch(r"cpu|cuda(:\d+)?", device):
        raise ModelError(f"device {device!r}: unknown; must be cuda, cuda:N or cpu")
    for take in takes:
        take.check(network)


def check_clip(network: Parameters, clip: Clip, name: str, least: int = 1) -> None:
    """ModelError if the network cannot use a clip; `name` identifies the clip in the message."""
    if clip.rate != network.rate:
        raise ModelError(f"{name}: {clip.rate} Hz; the network needs {network.rate} Hz")
    if clip.channels != network.channels:
        raise ModelError(f"{name}: {clip.channels} channels; the network needs {network.channels}")
    if clip.length < least:
        raise ModelError(f"{name}: {clip.length} samples; the network needs {least}")
    if not np.isfinite(clip.data).all():
        raise ModelError(f"{name}: some samples are not finite numbers")
