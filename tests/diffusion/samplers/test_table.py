from __future__ import annotations

from typing import get_args

from approx_build.diffusion.samplers.table import SAMPLERS
from approx_build.families.dance_diffusion_sampling import SamplerName


def test_scores_name_all_samplers() -> None:
    assert tuple(SAMPLERS) == get_args(SamplerName)
    assert all(sampler.name == name for name, sampler in SAMPLERS.items())
