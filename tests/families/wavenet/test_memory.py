"""What WaveNet's sampler is reckoned to take, beside what it takes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from approx_build.families.wavenet import WaveNet, gradients
from approx_build.families.wavenet.memory import batch_bytes, packed_bytes
from approx_build.kernels.compiled import VARIABLE, Kernel, choose
from approx_build.machine import HOLES
from approx_build.training.memory_estimate import MemoryEstimate
from approx_build.training.parameters import TrainingParameters

WIDE = WaveNet(
    dilations=tuple(2**power for power in range(10)) * 2,
    residual_channels=128,
    dilation_channels=128,
)
SLACK = 10 << 20
"""Bytes: blocks are whole huge pages, and the process itself grows."""

MEASURED = """
import sys
import numpy as np
from approx_build.engines.autoregressive.request import (ClipRequest)
from approx_build.families.wavenet import WaveNet
from approx_build.families.wavenet.draw import SAMPLER
from approx_build.machine import peak_bytes, reset_peak, resident_bytes
def draw(network, count):
    shapes = network.tensor_shapes()
    weights = {name: np.full(size, 0.001, np.float32) for name, size in shapes.items()}
    reset_peak()
    before = resident_bytes()
    SAMPLER.sample(weights, network, [ClipRequest("0" * 32, 2)] * count)
    return peak_bytes() - before
draw(WaveNet(dilations=(1, 2), skip_channels=4), 1)  # what a first call takes once
print(draw(WaveNet.model_validate_json(sys.argv[1]), int(sys.argv[2])))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="measured as Linux tells it")
@pytest.mark.skipif(choose(None) is Kernel.REFERENCE, reason="of the compiled sampler")
@pytest.mark.parametrize("count", [1, 32])
def test_what_is_reckoned_is_what_is_taken(count: int) -> None:
    command = [sys.executable, "-c", MEASURED, WIDE.model_dump_json(), str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    taken, reckoned = int(done.stdout), packed_bytes(WIDE) + batch_bytes(WIDE, [2] * count)
    assert taken - SLACK <= reckoned <= 1.1 * taken


def test_a_scalar_network_and_more_clips_are_reckoned() -> None:
    scalar = WaveNet(dilations=(1, 2), scalar_input=True)
    assert packed_bytes(scalar) < packed_bytes(WaveNet(dilations=(1, 2)))
    assert batch_bytes(scalar, [9, 9]) < batch_bytes(scalar, [9, 9, 9])


def test_a_compiled_kernel_needs_less_but_keeps_it_while_torch_evaluates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = WaveNet(dilations=(1, 2, 4, 8), residual_channels=16, dilation_channels=16)
    need = MemoryEstimate(
        network, TrainingParameters(steps=10, window=8192, batch=4), (), threads=2
    )
    monkeypatch.setenv(VARIABLE, "reference")
    by_torch = need.peak
    monkeypatch.delenv(VARIABLE)
    if gradients.describe() is None:
        pytest.skip("needs the training kernel")
    items = need.items
    assert items["activations"] == 2 * gradients.workspace_bytes(network, 8192)
    assert items["evaluation"] == 2 * network.evaluation_bytes(8192)
    assert need.peak < by_torch


def test_a_device_has_no_heap_with_holes() -> None:
    network = WaveNet(dilations=(1, 2, 4), residual_channels=16, dilation_channels=16)
    here, there = (network.activation_bytes(4096, device, False) for device in ("cpu", "cuda"))
    assert here == pytest.approx(HOLES * there)
