"""DelayLine: a table of grains that can also echo a sound."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from grain_table.family import GrainTable
from grain_table.parameters import Sampling
from pydantic import BaseModel, Field

from approx_build.audio.clip import Clip
from approx_build.families.base import FAMILIES, Progress, Takes, Weights
from approx_build.families.parameters import SHORT_FORM
from approx_build.families.take_request import TakeRequest
from delay_line.echo import Delayed


class Played(Sampling):
    """How grains follow each other, and how loud they are."""

    level: Annotated[float, SHORT_FORM] = Field(1.0, ge=0, le=1, description="how loud it plays")


@FAMILIES.register
class DelayLine(GrainTable):
    """A table of grains that can also echo a sound."""

    family: Literal["delay-line"] = "delay-line"  # type: ignore[assignment]
    sampling_model: ClassVar[type[BaseModel]] = Played
    ways: ClassVar[frozenset[str]] = frozenset({"echo"})

    def draw(
        self, weights: Weights, takes: Takes, device: str = "cpu", progress: Progress | None = None
    ) -> list[Clip]:
        """Clips [1, length]: grains, or the sound that the take echoes."""
        clips = super().draw(weights, takes, device, progress)
        return [_heard(take, clip) for take, clip in zip(takes, clips, strict=True)]


def _heard(take: TakeRequest[Any], clip: Clip) -> Clip:
    data = clip.data
    match take.conditioning:
        case Delayed(sound, delay):
            late = np.pad(sound.data, ((0, 0), (delay, 0)))
            data = late[:, : take.length]
    return clip.like(data * np.float32(take.sampling.level))
