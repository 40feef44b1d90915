from __future__ import annotations

import pytest
import torch

from approx_build.kernels import wavenet_training
from approx_build.training.environment import numeric_environment


def test_the_environment_names_versions_and_processor() -> None:
    found = numeric_environment()
    assert found["torch"] == torch.__version__
    assert found["cpu_capability"]
    assert all(isinstance(value, str) for value in found.values())


def test_it_names_what_computes_the_gradients(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPROX_KERNEL", "reference")
    assert numeric_environment()["training_kernel"] == "torch"
    monkeypatch.delenv("APPROX_KERNEL")
    assert numeric_environment()["training_kernel"] == (wavenet_training.describe() or "torch")
