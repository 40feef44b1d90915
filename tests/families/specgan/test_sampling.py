"""Controls of takes: those of every cube of latents, and iterations within bounds."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from approx_build.families import latent
from approx_build.families.specgan.sampling import Sampling


def test_takes_have_the_places_of_every_cube_of_latents() -> None:
    assert Sampling.model_fields.keys() - latent.Sampling.model_fields.keys() == {"iterations"}
    path = Sampling(from_seed=1, to_seed=2)
    assert [path.of_clip(clip, 3)["place"] for clip in (1, 2, 3)] == [0, 0.5, 1]


@pytest.mark.parametrize("iterations", [-1, 1001, 2.5])
def test_iterations_that_cannot_be_are_refused(iterations: float) -> None:
    with pytest.raises(ValidationError, match="iterations"):
        Sampling.model_validate({"iterations": iterations})
