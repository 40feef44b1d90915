"""Small SpecGANs for tests: square, longer and higher spectrograms, narrow and wide, other taps."""

from __future__ import annotations

from typing import Any

from approx_build.families.specgan.parameters import SpecGANParameters

SIZES: dict[str, dict[str, Any]] = {
    "square": {"length": 512, "window": 64, "hop": 16, "width": 16},
    "long": {"length": 1024, "window": 32, "hop": 16, "width": 4, "latent": 7},
    "high": {"length": 512, "window": 128, "hop": 64, "width": 20, "taps": 3},
    "wide taps": {"length": 1024, "window": 64, "hop": 32, "width": 8, "taps": 7},
}


def network(name: str = "square", **changes: object) -> SpecGANParameters:
    """One of them, perhaps changed."""
    return SpecGANParameters.model_validate({**SIZES[name], **changes})
