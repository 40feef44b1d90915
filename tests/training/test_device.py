from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from approx_build.errors import UsageError
from approx_build.training.device import chosen_device, deterministic_on


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
