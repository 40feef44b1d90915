"""The published forms of DDSP, as the `network:` of a model's YAML has them.

`solo`, `ae`, `tiny` and `vst` are magenta/ddsp's (Apache-2.0), `pytorch` is acids-ircam's
ddsp_pytorch (Apache-2.0), with the stacks that its authors intended. The code of the last two
describes the reverberation by other numbers; here it is an impulse response.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

PRESETS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "solo": {},
        "ae": {"form": "ae", "harmonics": 100},
        "tiny": {"stack_layers": 0, "recurrent_channels": 256},
        "vst": {"frame_rate": 50, "hidden_channels": 256, "stack_layers": 1, "reverb_taps": 16000},
        "pytorch": {
            "frame_rate": 100,
            "harmonics": 100,
            "rejoin": "controls",
            "reverb_taps": 16000,
        },
        "small": {
            "harmonics": 80,
            "frame_rate": 125,
            "hidden_channels": 64,
            "stack_layers": 2,
            "recurrent_channels": 64,
            "reverb_taps": 4000,
        },
    }
)
"""Networks by name: their differences from the defaults."""
