"""The published forms of RAVE, as the `network:` of a model's YAML has them.

They differ from the published code in what is broken there: the noise of `v2_small` has 32
magnitudes in blocks of 8 samples, which gives silence, and 5 here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

PRESETS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "v2": {},
        "noise": {"noise_bands": 5},
        "v2_small": {
            "capacity": 48,
            "ratios": (4, 2, 2, 2),
            "noise_bands": 5,
            "noise_channels": 64,
        },
        "v1": {
            "layout": "v1",
            "capacity": 64,
            "noise_bands": 5,
            "noise_channels": 64,
            "noise_ratios": (4, 4, 4),
        },
        "small": {
            "sample_rate": 22050,
            "capacity": 24,
            "ratios": (4, 4, 4),
            "latent_channels": 16,
            "biases": True,
            "noise_bands": 5,
            "noise_channels": 32,
        },
    }
)
"""Networks by name: what differs from the defaults."""
