"""Memory that is foretold of takes with a source, and of training."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from approx_build.audio.clip import Clip
from approx_build.ways.transfer import TransferConditioning
from tests.families.ddsp.networks import network, take

TRAINED = """
import gc, sys
import numpy as np, torch
from approx_build.families.ddsp.family import DDSP
from approx_build.machine import peak_bytes, reset_peak, resident_bytes
from approx_build.numerics.stream import Stream
torch.set_num_threads(1)
net = DDSP.model_validate({"frame_rate": 125, "hidden_channels": 64, "recurrent_channels": 64,
                           "reverb_taps": 4000, "harmonics": 80})
made = net.network()
first = made.initial(Stream.named("w"))
weights = {name: torch.from_numpy(one).requires_grad_() for name, one in first.items()}
def go(size):
    sound = (0.2 * np.sin(np.arange(size) * 0.2)).astype(np.float32)[None]
    example = made.clean(sound, Stream.named("x"))
    example = {name: torch.from_numpy(np.asarray(one))[None] for name, one in example.items()}
    made.loss(weights, example).backward()
go(2048)
gc.collect()
reset_peak()
before = resident_bytes()
go(64_000)
print(peak_bytes() - before, net.activation_bytes(64_000))
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="measured as Linux tells it")
def test_the_estimated_memory_of_a_training_window_is_within_a_fifth() -> None:
    done = subprocess.run(
        [sys.executable, "-c", TRAINED],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    taken, foretold = map(int, done.stdout.split())
    assert 0.8 * taken < foretold < 1.2 * taken


def test_a_source_needs_memory_for_its_length() -> None:
    net = network()
    short, long = (
        take(size, TransferConditioning(Clip(np.zeros((1, 0), np.float32), net.rate)))
        for size in (8000, 80_000)
    )
    alone = net.drawing_bytes([take(80_000)])
    assert alone["source"] == 0
    assert 0 < net.drawing_bytes([short])["source"] < net.drawing_bytes([long])["source"]
