"""What SampleRNN's training and sampler are reckoned to take, beside what they take."""

from __future__ import annotations

import subprocess
import sys

import pytest

from approx_build.families.samplernn import SampleRNN
from approx_build.families.samplernn.memory import (
    activation_bytes,
    batch_bytes,
    packed_bytes,
    products_per_sample,
)

WINDOW = 16 + 16_384
MEASURED = """
import sys
import torch
from approx_build.families.samplernn import SampleRNN
from approx_build.families.samplernn.network import SampleRNNNetwork
from approx_build.machine import peak_bytes, reset_peak, resident_bytes
from approx_build.numerics.stream import Stream
torch.set_num_threads(1)
net = SampleRNNNetwork(SampleRNN.model_validate_json(sys.argv[1]))
first = net.initial(Stream.named("first")).items()
weights = {name: torch.from_numpy(array).requires_grad_() for name, array in first}
def step(size):
    codes = (torch.arange(size) * 31 % 256)[None]
    loss = net.loss(weights, {"codes": codes})
    torch.autograd.grad(loss, list(weights.values()))
step(64)  # what a first call takes once
reset_peak()
before = resident_bytes()
step(int(sys.argv[2]))
print(peak_bytes() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="measured as Linux tells it")
@pytest.mark.parametrize("changes", [{}, {"width": 256, "layers": 2, "reset": "before"}])
def test_what_a_window_is_reckoned_to_take_is_what_it_takes(changes: dict[str, object]) -> None:
    network = SampleRNN.model_validate(changes)
    command = [sys.executable, "-c", MEASURED, network.model_dump_json(), str(WINDOW)]
    taken = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    reckoned = activation_bytes(network, WINDOW, "cpu", True) + 4 * network.parameter_count
    assert 0.8 < reckoned / taken < 1.3


def test_products_of_a_sample_are_the_page_s() -> None:
    """A third of the tiny one's parameters and a fourth of the small one's."""
    assert products_per_sample(SampleRNN(width=64, embedding=32)) == pytest.approx(33_000, rel=0.2)
    assert products_per_sample(SampleRNN()) == pytest.approx(101_000, rel=0.2)
    assert products_per_sample(SampleRNN(preset="prism")) == pytest.approx(5.4e6, rel=0.2)


def test_longer_frames_take_a_longer_table_and_more_clips_more_states() -> None:
    assert packed_bytes(SampleRNN(frame_sizes=(8, 16))) > packed_bytes(SampleRNN())
    assert batch_bytes(SampleRNN(layers=2), 3) > batch_bytes(SampleRNN(), 3)
    assert batch_bytes(SampleRNN(), 3) < batch_bytes(SampleRNN(), 4)
