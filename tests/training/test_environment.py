from __future__ import annotations

import torch

from approx_build.training.environment import numeric_environment


def test_the_environment_names_versions_and_processor() -> None:
    found = numeric_environment()
    assert found["torch"] == torch.__version__
    assert found["cpu_capability"]
    assert all(isinstance(value, str) for value in found.values())
