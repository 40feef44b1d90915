"""Small random networks of all families that predict codes, found in their folders of tests."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from approx_build.engines.autoregressive.sampler import CodeSampler

Arrays = dict[str, NDArray[np.float32]]
FAMILIES = Path(__file__).parents[2] / "families"


@dataclass(frozen=True)
class CodeNetworks:
    """The sampler of a family and networks of several shapes; `plain` must have 256 codes.

    `output` is the name of the weights that make the logits.
    """

    sampler: CodeSampler[Any]
    shapes: Mapping[str, Any]
    random_weights: Callable[..., Arrays]
    output: str


def code_networks() -> dict[str, CodeNetworks]:
    """The `CODE_NETWORKS` of tests/families/NAME/networks.py, by NAME."""
    names = [path.parent.name for path in sorted(FAMILIES.glob("*/networks.py"))]
    modules = {name: importlib.import_module(f"tests.families.{name}.networks") for name in names}
    found = {name: vars(module).get("CODE_NETWORKS") for name, module in modules.items()}
    return {name: networks for name, networks in found.items() if networks is not None}
