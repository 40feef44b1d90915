"""Memory that is foretold of training, and of takes with sounds; and the work of takes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from approx_build.audio.clip import Clip
from approx_build.families.catch_a_waveform.memory import cost, drawing_bytes
from approx_build.families.take_request import TakeRequest
from approx_build.numerics.stream import stream_key
from approx_build.ways.inpaint import Inpainting
from tests.families.catch_a_waveform.networks import network

TRAINED = """
import gc, sys
import numpy as np, torch
from approx_build.families.base import Moment
from approx_build.families.players import Turn
from approx_build.families.catch_a_waveform.family import CatchAWaveform
from approx_build.machine import peak_bytes, reset_peak, resident_bytes
from approx_build.numerics.stream import Stream
torch.set_num_threads(1)
net = CatchAWaveform.model_validate(
    {"rates": (1000, 2000, 4000), "channels_first": 8, "channels_later": 24, "layers": 6}
)
made = net.network()
weights = {n: torch.from_numpy(one) for n, one in made.initial(Stream.named("w")).items()}
turn = Turn(sys.argv[1], "scale-3")
for name in weights:
    weights[name].requires_grad_(name.startswith(f"{turn.player}.2."))
def go(size):
    sound = np.random.default_rng(0).uniform(-0.3, 0.3, size).astype(np.float32)[None]
    example = made.example(sound, Stream.named("x"), Moment(0, turn=turn))
    example = {name: torch.from_numpy(np.asarray(one))[None] for name, one in example.items()}
    sum(made.losses(weights, example, turn).values()).backward()
go(4096)
gc.collect()
reset_peak()
before = resident_bytes()
go(32768)
print(peak_bytes() - before, net.activation_bytes(32768))
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="measured as Linux tells it")
def test_a_recording_in_training_takes_what_is_foretold_within_a_fifth() -> None:
    """In the turn that takes most."""
    needs, foretold = [], 0
    for player in ("critic", "generator"):
        done = subprocess.run(
            [sys.executable, "-c", TRAINED, player],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[3],
        )
        taken, foretold = map(int, done.stdout.split())
        needs.append(taken)
    assert 0.8 * max(needs) < foretold < 1.2 * max(needs), needs


def test_longer_takes_cost_more_and_short_ones_what_lies_beside_them() -> None:
    net = network()
    costs = [cost(net, samples) for samples in (1, 10_000, 20_000)]
    assert 0 < costs[0] < costs[1] < costs[2]
    step = sum(
        layer.outputs * layer.inputs * layer.taps * net.rates[scale] / net.rate
        for scale in range(net.scales)
        for layer in net.generator(scale)
    )
    # Both gates are whole vectors in the program.
    assert 1 <= (costs[2] - costs[1]) / (10_000 * step) < 4


def test_a_take_of_a_sound_needs_as_much_as_a_free_one_and_the_sound_besides() -> None:
    net = network()
    sound = Clip(np.zeros((1, 8000), np.float32), net.rate)
    free, filled = (
        sum(
            drawing_bytes(net, [TakeRequest(8000, stream_key("a"), net.sampling({}), one)]).values()
        )
        for one in (None, Inpainting(sound, ((10, 20),)))
    )
    assert free < filled


def test_longer_takes_never_need_less() -> None:
    net = network()
    needs = [
        sum(drawing_bytes(net, [TakeRequest(length, stream_key("a"), net.sampling({}))]).values())
        for length in (1, 100, 4000, 4090, 4096, 4100, 5000, 8100, 8192, 8200, 20_000)
    ]
    assert needs == sorted(needs)
