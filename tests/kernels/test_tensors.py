from __future__ import annotations

import numpy as np
import pytest

from approx_build.errors import ModelError
from approx_build.kernels.tensors import checked_tensors

EXPECTED = {"a.weight": (2, 3), "a.bias": (2,)}
GOOD = {name: np.ones(size, np.float32) for name, size in EXPECTED.items()}


def test_good_tensors_come_back_in_order_as_contiguous_float32() -> None:
    given = {"a.bias": GOOD["a.bias"], "a.weight": np.ones((3, 2), np.float16).T}
    tensors = checked_tensors(given, EXPECTED)
    assert list(tensors) == list(EXPECTED)
    assert all(tensor.dtype == np.float32 for tensor in tensors.values())
    assert all(tensor.flags.c_contiguous for tensor in tensors.values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"b": np.ones(1, np.float32)}, "b: the network has no such tensor"),
        ({"a.bias": np.ones(3, np.float32)}, r"a\.bias: expected shape \[2\], found \[3\]"),
        ({"a.bias": np.ones(2)}, r"a\.bias: expected float32 or float16, found float64"),
        ({"a.bias": np.array([1, np.nan], np.float32)}, r"a\.bias: not a finite number at \[1\]"),
    ],
)
def test_each_fault_names_its_tensor(change: dict[str, np.ndarray], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        checked_tensors({**GOOD, **change}, EXPECTED)


def test_a_missing_tensor_is_named_with_its_shape() -> None:
    with pytest.raises(ModelError, match=r"a\.weight: tensor missing; expected shape \[2, 3\]"):
        checked_tensors({"a.bias": GOOD["a.bias"]}, EXPECTED)
