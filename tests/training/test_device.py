from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

import pytest
import torch

from approx_build.errors import UsageError
from approx_build.families.base import Family
from approx_build.training.device import chosen_device, deterministic_on, numeric_environment
from tests.training.models import tiny_network


def test_the_cpu_is_always_there() -> None:
    assert chosen_device("cpu").type == "cpu"


def test_what_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UsageError, match="this machine has no CUDA device"):
        chosen_device("cuda")
    with pytest.raises(UsageError, match="unknown device 'tpu'; there are: cpu, cuda"):
        chosen_device("tpu")


def test_torch_is_left_as_it_was() -> None:
    before = torch.get_num_threads()
    for name in ("cpu", "cuda"):
        with deterministic_on(torch.device(name)):
            assert torch.get_num_threads() == 1
            assert torch.are_deterministic_algorithms_enabled() == (name == "cuda")
    assert torch.get_num_threads() == before
    assert not torch.are_deterministic_algorithms_enabled()


def test_a_training_on_the_cpu_does_not_load_torchs_compiler() -> None:
    code = (
        "import sys, torch\n"
        "from approx_build.training.device import deterministic_on\n"
        "with deterministic_on(torch.device('cpu')): pass\n"
        "assert 'torch._inductor' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


class Remembering:
    """A network whose family says by what it trains."""

    def training_environment(self, device: str) -> Mapping[str, str]:
        return {"training_kernel": f"own, on {device}"}


def test_the_environment_names_versions_and_processor() -> None:
    found = numeric_environment(tiny_network())
    assert found["torch"] == torch.__version__
    assert found["cpu_capability"]
    assert all(isinstance(value, str) for value in found.values())


def test_a_family_names_its_code_that_affects_the_bits() -> None:
    network: Family = Remembering()  # type: ignore[assignment]
    assert numeric_environment(network, "cpu")["training_kernel"] == "own, on cpu"


def test_several_processes_are_named() -> None:
    assert "processes" not in numeric_environment(tiny_network())
    assert numeric_environment(tiny_network(), processes=2)["processes"] == "2"
