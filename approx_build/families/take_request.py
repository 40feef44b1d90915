"""Requests for the clips of takes, as families get them, and the checks before they are drawn."""

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
    """One clip to draw: `length` samples by the random stream `stream` (its key).

    `conditioning` is what the clip is made from besides noise, in one of the family's `ways`.
    """

    length: int
    stream: str
    sampling: S
    conditioning: Conditioning | None = None

    def check(self, network: Parameters) -> None:
        """ModelError unless the length can be, and all sounds are as the network takes them."""
        network.check_length(self.length)
        for name, clip in self.conditioning.sounds().items() if self.conditioning else ():
            check_clip(network, clip, name)


def check_takes(network: Parameters, takes: Sequence[TakeRequest[Any]], device: str) -> None:
    """ModelError unless each request can be, and `device` is the name of one."""
    # By its text: torch, which would know, is not imported to draw on a CPU.
    if not re.fullmatch(r"cpu|cuda(:\d+)?", device):
        raise ModelError(f"device {device!r}: unknown; must be cuda, cuda:N or cpu")
    for take in takes:
        take.check(network)


def check_clip(network: Parameters, clip: Clip, name: str, least: int = 1) -> None:
    """ModelError unless a network can take a clip; `name` says which clip it is."""
    if clip.rate != network.rate:
        raise ModelError(f"{name}: {clip.rate} Hz; the network needs {network.rate} Hz")
    if clip.channels != network.channels:
        raise ModelError(f"{name}: {clip.channels} channels; the network needs {network.channels}")
    if clip.length < least:
        raise ModelError(f"{name}: {clip.length} samples; the network needs {least}")
    if not np.isfinite(clip.data).all():
        raise ModelError(f"{name}: some samples are not finite numbers")
