"""The published forms of RAVE, as the values of `network:` in a model's YAML.

They differ from the published code in one fault: there the noise of `v2_small` has 32 magnitudes in
blocks of 8 samples, which gives silence; here it has 5.
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
"""Name -> the values that differ from the defaults."""
