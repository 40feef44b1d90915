from __future__ import annotations

import pytest

from approx_build.engines.diffusion.parameterisation import Denoiser
from approx_build.engines.diffusion.samplers.deterministic import Ddim, Heun
from approx_build.engines.diffusion.samplers.stochastic import Dpmpp2MSde
from approx_build.errors import ModelError
from tests.engines.diffusion.networks import wavy

DENOISER = Denoiser(wavy)


def test_eta_is_the_sampler_s_usual_unless_it_is_reported() -> None:
    assert Ddim(DENOISER).eta == 0.0
    assert Dpmpp2MSde(DENOISER, lambda now, after: None).eta == 1.0  # type: ignore[arg-type, return-value]
    assert Dpmpp2MSde(DENOISER, eta=0.0).eta == 0.0


@pytest.mark.parametrize("eta", [-0.1, 1.1, float("nan")])
def test_an_eta_outside_is_refused(eta: float) -> None:
    with pytest.raises(ModelError, match="must be from 0 to 1"):
        Ddim(DENOISER, eta=eta)


def test_a_sampler_that_draws_nothing_takes_no_eta() -> None:
    with pytest.raises(ModelError, match=r"eta: 0\.5; sampler heun adds no noise"):
        Heun(DENOISER, eta=0.5)


def test_fresh_noise_wants_a_source() -> None:
    with pytest.raises(ModelError, match=r"sampler ddim: eta 0\.5 needs a source of noise"):
        Ddim(DENOISER, eta=0.5)
