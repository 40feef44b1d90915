"""Latents of takes: positions on a line between two latents, for families that decode one latent.

A latent is a point of the cube [-1, 1]^n, drawn from a seed or from the stream of the take. Places
0 and 1 are two latents, and all other places are on the line through them; `spread` multiplies the
result. Networks are trained on latents from the cube, and also accept points outside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from approx_build.families.parameters import SHORT_FORM
from approx_build.numerics.stream import Stream
from approx_build.yaml_source.breakpoints import NumberOrList

Doubles = NDArray[np.float64]
Seed = Annotated[int, Field(ge=0, le=(1 << 63) - 1)]
Place = Annotated[float, Field(ge=-100, le=100)]
Places = Annotated[tuple[Place, ...], Field(min_length=1, max_length=100_000)]


PlaceLike = NumberOrList[Place, Places]
"""A place, or one for each clip."""


class Sampling(BaseModel):
    """The position of a take among the latents."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    from_seed: Annotated[Seed | None, SHORT_FORM] = Field(
        default=None, description="seed of the latent at place 0; null: the clip's own latent"
    )
    to_seed: Annotated[Seed | None, SHORT_FORM] = Field(
        default=None, description="seed of the latent at place 1; null: the clip's own latent"
    )
    place: Annotated[PlaceLike | None, SHORT_FORM] = Field(
        default=None,
        description="place between both latents: a number, or a list with the place of each clip; "
        "the line continues below 0 and above 1; null: with both seeds, the clips are at equal "
        "distances from 0 to 1 (a single one in the middle), with one seed they are at its latent",
    )
    spread: Annotated[float, SHORT_FORM] = Field(
        default=1.0,
        ge=0,
        le=100,
        description="factor of the latent: below 1 nearer to the middle of what the network has "
        "learned, above 1 perhaps outside",
    )

    @property
    def remark(self) -> str:
        """A remark if latents may be outside the cube; else empty."""
        places = self.place if isinstance(self.place, tuple) else (self.place or 0.0,)
        outside = [f"place {place:g}" for place in places if not 0 <= place <= 1]
        outside += [f"spread {self.spread:g}"] if self.spread > 1 else []
        if not outside:
            return ""
        return (
            f"{outside[0]} may be outside the latents that the network has learned, where its "
            "sounds are wilder"
        )

    def of_clip(self, clip: int, count: int) -> Mapping[str, Any]:
        """The controls of clip `clip` of `count`, from 1, where they differ from those of the take.

        ValueError unless a list of places has as many items as there are clips.
        """
        if isinstance(self.place, tuple):
            if len(self.place) != count:
                raise ValueError(
                    f"{len(self.place)} places for {count} clips; a list needs a place for each"
                )
            return {"place": self.place[clip - 1]}
        if self.place is None and self.from_seed is not None and self.to_seed is not None:
            return {"place": 0.5 if count == 1 else (clip - 1) / (count - 1)}
        return {}

    def latent(self, size: int, stream: Stream) -> NDArray[np.float32]:
        """The latent [size] of a take with the random numbers of `stream`."""
        place = self.place
        if isinstance(place, tuple):
            place = place[0]
        if place is None:
            place = 1.0 if self.from_seed is None else 0.0
        first, second = _point(self.from_seed, size, stream), _point(self.to_seed, size, stream)
        # At places 0 and 1 this gives the two latents exactly.
        return np.asarray(((1 - place) * first + place * second) * self.spread, np.float32)


def _point(seed: int | None, size: int, stream: Stream) -> Doubles:
    own = stream.child("cube") if seed is None else Stream.named("cube", seed)
    return cube_point(own, size)


def cube_point(stream: Stream, size: int) -> Doubles:
    """A random point [size] of the cube [-1, 1]^size."""
    return stream.uniforms(size) * 2 - 1
