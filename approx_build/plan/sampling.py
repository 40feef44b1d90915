"""How a take is drawn: what it says, and where it says nothing what its model says."""

from __future__ import annotations

from typing import Any

from approx_build.canonical import Json
from approx_build.score.takes import Take
from approx_build.training.model import ModelSpec

CONTROLS = ("temperature", "top_k", "towards_silence")
"""What a take may say beside `sampling`; families that draw otherwise have other controls."""


def sampling_terms(spec: ModelSpec, take: Take) -> dict[str, Json]:
    """Every control of drawing a take, as JSON values."""
    own = spec.sampling.model_dump(mode="json")
    said = take.model_dump(mode="json", include=take.model_fields_set & own.keys())
    return own | said | dict(take.sampling)


def sampling_of(spec: ModelSpec, take: Take) -> Any:
    """The controls of drawing a take; pydantic's ValidationError where the family refuses them."""
    return spec.network.sampling(sampling_terms(spec, take))
