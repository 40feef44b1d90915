from __future__ import annotations

import pytest
import torch

from approx_build.errors import ModelError
from approx_build.families.torch_device import environment, exact, place


def settings() -> tuple[object, ...]:
    return (
        torch.get_deterministic_debug_mode(),
        torch.get_float32_matmul_precision(),
        torch.backends.cudnn.allow_tf32,
    )


def test_products_are_exact_within_and_torch_is_left_as_it_was() -> None:
    before = settings()
    torch.set_float32_matmul_precision("high")
    try:
        with exact():
            assert settings() == (2, "highest", False)
        assert settings() == (before[0], "high", before[2])
    finally:
        torch.set_float32_matmul_precision(str(before[1]))


def test_the_environment_names_what_affects_the_bits() -> None:
    told = environment("cpu")
    assert told["torch"] == torch.__version__
    assert told["device"].startswith("cpu ")
    assert (told["tf32"], told["matmul_precision"], told["deterministic"]) == (
        "off",
        "highest",
        "on",
    )
    assert set(told) >= {"cuda", "cudnn", "cublas_workspace"}
    assert all(isinstance(value, str) for value in told.values())


def test_a_device_that_is_not_there_is_refused() -> None:
    absent = f"cuda:{torch.cuda.device_count()}"
    with pytest.raises(ModelError, match="torch finds no such CUDA device; use the CPU"):
        environment(absent)
    for name in ("gpu", "mps"):
        with pytest.raises(ModelError, match="must be cuda, cuda:N or cpu"):
            place(name)
