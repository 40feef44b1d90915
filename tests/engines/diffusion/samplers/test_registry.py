from __future__ import annotations

from approx_build.engines.diffusion.samplers.registry import SAMPLERS


def test_samplers_are_found_by_their_names() -> None:
    assert all(sampler.name == name for name, sampler in SAMPLERS.items())
    assert list(SAMPLERS)[:2] == ["ddim", "iplms"]
