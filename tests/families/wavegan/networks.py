"""Small WaveGANs that tests use: of every stride, both ways of upsampling, one channel and two."""

from __future__ import annotations

from typing import Any

from approx_build.families.wavegan.parameters import WaveGANParameters

SIZES: dict[str, dict[str, Any]] = {
    "by four": {"length": 1024, "width": 8},
    "by four and two": {"length": 512, "width": 4, "latent": 7},
    "stereo": {"length": 512, "width": 12, "sound_channels": 2, "taps": 7},
    "nearest": {"length": 1024, "width": 4, "upsample": "nearest"},
    "nearest, stereo": {
        "length": 512,
        "width": 20,
        "sound_channels": 2,
        "upsample": "nearest",
        "taps": 11,
    },
}


def network(name: str = "by four", **changes: object) -> WaveGANParameters:
    """One of them, perhaps changed."""
    return WaveGANParameters.model_validate({**SIZES[name], **changes})
