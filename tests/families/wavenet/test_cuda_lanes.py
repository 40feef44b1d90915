"""The step that a CUDA graph is to hold, run on the CPU; only the last test needs a GPU."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pytest

from approx_build.engines.autoregressive.request import Codes
from approx_build.families.wavenet import WaveNet
from approx_build.families.wavenet.draw import SAMPLER
from tests.families.wavenet.networks import SHAPES, random_weights

if TYPE_CHECKING:
    from approx_build.families.wavenet.cuda_lanes import Lanes, Table

LOGIT_TOLERANCE = 1e-4


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Threads of torch on a busy machine wait for each other at every operation."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def make_lanes(shape: WaveNet, device: str = "cpu", captured: bool = False) -> Lanes:
    import torch

    from approx_build.families.wavenet.cuda_lanes import Lanes

    return Lanes(random_weights(shape, seed=1), shape, torch.device(device), captured)


def forced(codes: Sequence[Codes], shape: WaveNet) -> Table:
    """The table that makes lane i hear `codes[i]`, then silence."""
    from approx_build.families.wavenet.cuda_lanes import LANES, SLICE, Table

    size = (SLICE, LANES)
    zeros, ones = np.zeros(size, np.float32), np.ones(size, np.float32)
    table = Table(np.full(size, shape.quantization_channels // 2), zeros, ones, np.zeros(size, int))
    for lane, clip in enumerate(codes):
        table.given[: len(clip), lane] = clip
    return table


def random_codes(shape: WaveNet, *lengths: int) -> list[Codes]:
    numbers = np.random.default_rng(2)
    return [numbers.integers(0, shape.quantization_channels, n).astype(np.uint8) for n in lengths]


@pytest.mark.parametrize("name", SHAPES)
def test_teacher_forced_logits_are_those_of_the_reference(name: str) -> None:
    shape = SHAPES[name]
    codes = random_codes(shape, 40, 33, 12)
    lanes, said = make_lanes(shape), []
    lanes.begin([])
    for start in range(40):
        lanes.run(forced([clip[start:] for clip in codes], shape), 1)
        said.append(lanes.logits.numpy().copy())
    expected = SAMPLER.logits(random_weights(shape, seed=1), shape, codes, kernel="reference")
    for lane, logits in enumerate(expected):
        found = np.stack(said)[: len(logits), lane]
        np.testing.assert_allclose(found, logits, rtol=0, atol=LOGIT_TOLERANCE)


def test_restarting_resets_the_state() -> None:
    shape = SHAPES["plain"]
    table = forced(random_codes(shape, 30), shape)
    lanes = make_lanes(shape)
    said = []
    for _ in range(2):
        lanes.begin([])
        lanes.run(table, 30)
        said.append(lanes.logits.numpy().copy())
    np.testing.assert_array_equal(said[0], said[1])


@pytest.mark.parametrize("name", SHAPES)
def test_a_step_neither_leaves_the_device_nor_asks_for_a_value(name: str) -> None:
    """A graph may hold nothing else. Torch follows devices and shapes here without a GPU."""
    from torch._subclasses.fake_tensor import FakeTensorMode

    with FakeTensorMode():
        lanes = make_lanes(SHAPES[name], "cuda")
        before = {key: id(value) for key, value in vars(lanes).items()}
        lanes.step()
        lanes.step()
    assert lanes.logits.device.type == "cuda"
    after = {key: id(value) for key, value in vars(lanes).items() if key != "logits"}
    assert after == before, "state must be changed in place: a graph knows addresses"


def test_a_graph_replayed_is_the_step_repeated() -> None:
    import torch

    from approx_build.families.torch_device import exact

    if not torch.cuda.is_available():
        pytest.skip("needs a CUDA device: graphs cannot be captured without one")
    shape = SHAPES["three taps, odd sizes"]
    table = forced(random_codes(shape, 20, 9), shape)
    table.given[20:] = -1
    table.uniform[:] = np.random.default_rng(3).random(table.uniform.shape, dtype=np.float32)
    drawn = []
    for captured in (False, True):
        with exact():
            lanes = make_lanes(shape, "cuda", captured)
            lanes.begin([])
            drawn.append((lanes.run(table, 200)[0], lanes.logits.cpu().numpy()))
    np.testing.assert_array_equal(drawn[0][0], drawn[1][0])
    np.testing.assert_array_equal(drawn[0][1], drawn[1][1])
