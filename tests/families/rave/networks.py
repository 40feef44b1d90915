"""Small networks for tests, and weights that say something."""

from __future__ import annotations

import numpy as np

from approx_build.families.rave.parameters import RAVEParameters
from approx_build.families.rave.presets import PRESETS
from approx_build.numerics.stream import Stream

SMALL = {
    "sample_rate": 8000,
    "bands": 4,
    "capacity": 6,
    "ratios": (4, 2),
    "latent_channels": 5,
    "noise_bands": 3,
    "noise_channels": 7,
    "noise_ratios": (2, 2),
}
FORMS: dict[str, dict[str, object]] = {
    "v2": {},
    "v2 with biases, without noise": {"biases": True, "noise_bands": 0},
    "v1": {"layout": "v1"},
    "v1 with biases": {"layout": "v1", "biases": True, "noise_bands": 0},
}


def network(form: str = "v2", **changes: object) -> RAVEParameters:
    """A small network."""
    return RAVEParameters.model_validate({**SMALL, **FORMS[form], **changes})


def published(name: str, **changes: object) -> RAVEParameters:
    """A published network."""
    return RAVEParameters.model_validate({**PRESETS[name], **changes})


def weights_of(net: RAVEParameters) -> dict[str, np.ndarray]:
    """First weights, changed so that every tensor says something."""
    from approx_build.families.rave.network import RAVENetwork

    rng = np.random.default_rng(3)
    first = RAVENetwork(net).initial(Stream.named("weights"))
    # Louder than first weights, so that sound comes out.
    louder = {name: 1.6 if name.endswith(".gain") else 1.0 for name in first}
    return {
        name: (louder[name] * array + 0.03 * rng.standard_normal(array.shape)).astype(np.float32)
        for name, array in first.items()
    }


def noise(length: int, seed: int = 1, loud: float = 0.3) -> np.ndarray:
    """White noise [length]."""
    return np.random.default_rng(seed).uniform(-loud, loud, length).astype(np.float32)
