"""The compiled losses and gradients against autograd in float64."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from approx_build.errors import ModelError
from approx_build.families.wavenet import gradients as wavenet_training
from approx_build.families.wavenet.family import WaveNet
from approx_build.families.wavenet.gradients import loss, loss_and_gradients, workspace_bytes
from approx_build.families.wavenet.network import WaveNetNetwork
from approx_build.families.wavenet.parameters import Objective
from approx_build.kernels import compiled
from approx_build.kernels.compiled import Kernel, Library
from approx_build.numerics.stream import Stream

GLOROT = Objective(initialisation="glorot")

pytestmark = pytest.mark.skipif(
    not compiled.is_available(Library.TRAINING), reason="the kernels are not compiled here"
)

KERNELS = [str(kernel) for kernel in compiled.available() if kernel is not Kernel.REFERENCE]
TOLERANCE = 2e-6
"""Length of a tensor's error beside that of the tensor."""
LOSS_TOLERANCE = 1e-6
"""Nats."""
CLEAR = 1e-5
"""A hidden unit nearer to zero than this may be open in one arithmetic and shut in the other."""

Arrays = dict[str, NDArray[np.float32]]
Gradients = dict[str, NDArray[np.float64]]
Window = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Codes to predict, and the codes that are heard."""

SHIPPED = WaveNet(dilations=tuple(2**i for i in range(11)) * 2, skip_channels=256)
SMALL = WaveNet(
    dilations=(1, 2, 4, 1, 8),
    residual_channels=6,
    dilation_channels=5,
    skip_channels=7,
    quantization_channels=16,
)
FORMS = {
    "shipped": SHIPPED,
    "plain": SMALL,
    "three taps": SMALL.model_copy(update={"filter_width": 3}),
    "no biases": SMALL.model_copy(update={"use_biases": False}),
    "scalar": SMALL.model_copy(update={"scalar_input": True, "initial_filter_width": 9}),
    "far taps": SMALL.model_copy(update={"dilations": (1, 130, 1 << 20), "filter_width": 4}),
    "wide": SMALL.model_copy(
        update={"dilation_channels": 130, "skip_channels": 300, "residual_channels": 70}
    ),
    "two codes": SMALL.model_copy(update={"quantization_channels": 2}),
}


def weights_of(network: WaveNet, seed: int = 0) -> Arrays:
    """First weights, and biases that are not zero."""
    arrays = WaveNetNetwork(network, GLOROT).initial(Stream.named("test", seed))
    numbers = np.random.default_rng(seed)
    for name, array in arrays.items():
        if name.endswith("bias"):
            array += numbers.uniform(-0.1, 0.1, array.shape).astype(np.float32)
    return arrays


def codes_of(network: WaveNet, length: int, seed: int = 0) -> Window:
    numbers = np.random.default_rng(seed)
    codes = numbers.integers(0, network.quantization_channels, (2, length))
    return codes[0], codes[1]


def by_autograd(
    network: WaveNet, weights: Arrays, window: Window
) -> tuple[float, Gradients, float]:
    """Loss and gradients in float64, and how near to zero a hidden unit comes."""
    code, margins = WaveNetNetwork(network), []
    code._amplitudes = code._amplitudes.double()
    plain = torch.relu

    def relu(x: torch.Tensor) -> torch.Tensor:
        margins.append(float(x.detach().abs().min()))
        return plain(x)

    leaves = {n: torch.from_numpy(w).double().requires_grad_() for n, w in weights.items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch, "relu", relu)
        codes, given = (torch.from_numpy(one)[None] for one in window)
        found = code.loss(leaves, {"codes": codes, "given": given})
    gradients = torch.autograd.grad(found, list(leaves.values()), materialize_grads=True)
    named = {n: g.numpy() for n, g in zip(leaves, gradients, strict=True)}
    return float(found.detach()), named, min(margins)


def assert_right(
    network: WaveNet,
    weights: Arrays,
    window: Window,
    expected: tuple[float, Gradients],
    least: float = 0.0,
) -> None:
    """Every kernel agrees with `expected`; gradients shorter than `least` count as so long."""
    for kernel in KERNELS:
        found, own = loss_and_gradients(network, weights, *window, kernel)
        assert found == pytest.approx(expected[0], abs=LOSS_TOLERANCE), kernel
        assert found == loss(network, weights, *window, kernel)
        assert own.keys() == expected[1].keys()
        for name, gradient in expected[1].items():
            error = float(np.linalg.norm(own[name] - gradient))
            length = max(float(np.linalg.norm(gradient)), least)
            assert error <= TOLERANCE * length, f"{kernel} {name}: {error:.1e} of {length:.1e}"


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("length", [1, 6, 97, 300])
def test_losses_and_gradients_are_those_of_autograd(name: str, length: int) -> None:
    network, weights = FORMS[name], weights_of(FORMS[name])
    window = codes_of(network, length, seed=3)
    expected, gradients, _ = by_autograd(network, weights, window)
    assert_right(network, weights, window, (expected, gradients))


@st.composite
def small_networks(draw: st.DrawFn) -> WaveNet:
    channels = st.integers(1, 21)
    return WaveNet(
        dilations=tuple(draw(st.lists(st.integers(1, 150), min_size=1, max_size=4))),
        filter_width=draw(st.integers(2, 4)),
        residual_channels=draw(channels),
        dilation_channels=draw(channels),
        skip_channels=draw(channels),
        quantization_channels=draw(st.integers(2, 40)),
        use_biases=draw(st.booleans()),
        scalar_input=draw(st.booleans()),
        initial_filter_width=draw(st.integers(1, 20)),
    )


@given(small_networks(), st.integers(1, 210), st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_gradients_of_any_network_are_those_of_autograd(
    network: WaveNet, length: int, seed: int
) -> None:
    weights, window = weights_of(network, seed), codes_of(network, length, seed)
    expected, gradients, margin = by_autograd(network, weights, window)
    assume(margin > CLEAR)
    # That of few numbers may be short because long terms cancel.
    assert_right(network, weights, window, (expected, gradients), least=0.1)


@pytest.mark.parametrize("kernel", KERNELS)
def test_equal_inputs_give_equal_bits_again_and_beside_other_threads(kernel: str) -> None:
    weights = weights_of(SHIPPED)
    windows = [codes_of(SHIPPED, length, length) for length in (150, 96, 150, 203)]

    def bits(window: Window) -> list[bytes]:
        found, gradients = loss_and_gradients(SHIPPED, weights, *window, kernel)
        return [repr(found).encode(), *(gradient.tobytes() for gradient in gradients.values())]

    alone = [bits(window) for window in windows]
    assert [bits(window) for window in windows] == alone
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(bits, windows * 3)) == alone * 3


@pytest.mark.parametrize("name", FORMS)
def test_what_comes_later_changes_no_earlier_loss(name: str) -> None:
    """The loss of a longer window is made of those of its moments."""
    network, weights = FORMS[name], weights_of(FORMS[name])
    codes, past = codes_of(network, 120)
    changed = past.copy()
    changed[100:] = (changed[100:] + 1) % network.quantization_channels
    sums = [[loss(network, weights, codes[:n], one[:n]) * n for n in (100, 101, 120)]
            for one in (past, changed)]  # fmt: skip
    assert sums[0][:2] == sums[1][:2]
    assert sums[0][2] != sums[1][2]


@pytest.mark.parametrize("kernel", KERNELS)
def test_weights_that_overflow_make_a_loss_that_is_no_number(kernel: str) -> None:
    codes, past = codes_of(SMALL, 30)
    for value in (np.inf, np.nan, 3e38):
        weights = weights_of(SMALL)
        weights["post2.weight"][:] = value
        found, _ = loss_and_gradients(SMALL, weights, codes, past, kernel)
        assert not np.isfinite(found)


def test_memory_is_reported_and_grows_with_the_window() -> None:
    sizes = [workspace_bytes(SHIPPED, length) for length in (6, 600, 6144)]
    floats = 4 * 22 * 32  # inputs, tanhs, sigmoids and gradients of all layers, per sample
    assert sizes == sorted(sizes)
    assert 4 * floats * 6144 < sizes[-1] < 1.25 * 4 * floats * 6144
    assert sizes[2] - sizes[1] == pytest.approx(4 * (floats + 32 + 1) * (6144 - 600), rel=0.001)


def test_faults_are_named() -> None:
    weights, (codes, past) = weights_of(SMALL), codes_of(SMALL, 20)
    with pytest.raises(ModelError, match=r"given: 19 codes; must be 20"):
        loss(SMALL, weights, codes, past[:19])
    with pytest.raises(ModelError, match=r"codes: 0 to 16; must be 0 to 15"):
        loss(SMALL, weights, np.array([0, 16]), past[:2])
    with pytest.raises(ModelError, match=r"codes: shape \[0\]; must be \[samples\]"):
        loss(SMALL, weights, codes[:0], past[:0])
    with pytest.raises(ModelError, match=r"a window of 0 samples; must be 1 to"):
        workspace_bytes(SMALL, 0)
    del weights["post1.bias"]
    with pytest.raises(ModelError, match=r"post1\.bias: tensor missing"):
        loss_and_gradients(SMALL, weights, codes, past)


def test_the_kernel_is_named_and_there_is_none_where_the_reference_serves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(compiled.VARIABLE, raising=False)
    assert wavenet_training.describe() == KERNELS[0]
    monkeypatch.setenv(compiled.VARIABLE, "reference")
    assert wavenet_training.describe() is None
