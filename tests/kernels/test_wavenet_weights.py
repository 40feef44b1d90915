from __future__ import annotations

import numpy as np
import pytest

from approx_build.errors import ModelError
from approx_build.kernels.wavenet_weights import Shape, checked, class_values
from tests.kernels.networks import PLAIN, SHAPES, random_weights


def test_the_published_default_has_its_published_number_of_parameters() -> None:
    shape = Shape(tuple(2**i for i in range(10)) * 5)
    assert sum(int(np.prod(size)) for size in shape.tensors().values()) == 1_515_968


@pytest.mark.parametrize("name", SHAPES)
def test_good_weights_pass(name: str) -> None:
    weights = random_weights(SHAPES[name])
    tensors = checked(weights, SHAPES[name])
    assert list(tensors) == list(SHAPES[name].tensors())
    assert all(tensor.dtype == np.float32 for tensor in tensors.values())


def test_each_fault_names_its_tensor() -> None:
    good = random_weights(PLAIN)
    missing = {name: tensor for name, tensor in good.items() if name != "post1.bias"}
    with pytest.raises(ModelError, match=r"post1\.bias: tensor missing; expected shape \[64\]"):
        checked(missing, PLAIN)
    with pytest.raises(ModelError, match=r"post9\.bias: the network has no such tensor"):
        checked({**good, "post9.bias": good["post1.bias"]}, PLAIN)
    shapeless = {**good, "post1.weight": good["post1.weight"][:, :32]}
    with pytest.raises(ModelError, match=r"post1\.weight: expected shape \[64, 64\], found \[64, "):
        checked(shapeless, PLAIN)
    double = {**good, "post1.bias": good["post1.bias"].astype(np.float64)}
    with pytest.raises(ModelError, match=r"post1\.bias: expected float32 or float16, found float6"):
        checked(double, PLAIN)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_no_numbers_are_found(value: float) -> None:
    weights = random_weights(PLAIN)
    weights["layers.skip.weight"][2, 3, 4] = value
    with pytest.raises(ModelError, match=r"layers\.skip\.weight: not a finite number at \[2, 3, 4"):
        checked(weights, PLAIN)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dilations": ()}, "dilations: "),
        ({"dilations": (1, 0)}, "dilations: "),
        ({"dilations": (1 << 40,)}, "a tap lies more than 16777216 samples back"),
        ({"filter_width": 1}, "filter_width: 1; must be at least 2"),
        ({"quantization_channels": 257}, "quantization_channels: 257; must be 2 to 256"),
        ({"skip_channels": 0}, "skip_channels: 0; must be at least 1"),
    ],
)
def test_sizes_out_of_range_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        Shape.of(Shape(**{"dilations": (1,), **change}))  # type: ignore[arg-type]


def test_class_values_are_mu_law_from_end_to_end() -> None:
    values = class_values(Shape((1,)))
    assert values[0] == -1
    assert values[255] == 1
    assert values[128] == pytest.approx(8.62e-5, rel=1e-3)
    np.testing.assert_array_equal(values, -values[::-1])
    assert (np.diff(values) > 0).all()
