from __future__ import annotations

from collections.abc import Mapping

import torch

from approx_build.families.base import Family
from approx_build.training.environment import numeric_environment
from tests.training.models import tiny_network


class Remembering:
    """A network whose family says by what it trains."""

    def training_environment(self, device: str) -> Mapping[str, str]:
        return {"training_kernel": f"own, on {device}"}


def test_the_environment_names_versions_and_processor() -> None:
    found = numeric_environment(tiny_network())
    assert found["torch"] == torch.__version__
    assert found["cpu_capability"]
    assert all(isinstance(value, str) for value in found.values())


def test_a_family_says_what_of_its_own_decides_the_bits() -> None:
    network: Family = Remembering()  # type: ignore[assignment]
    assert numeric_environment(network, "cpu")["training_kernel"] == "own, on cpu"


def test_several_processes_are_named() -> None:
    assert "processes" not in numeric_environment(tiny_network())
    assert numeric_environment(tiny_network(), processes=2)["processes"] == "2"
