"""Memory that is foretold of takes with sounds, and of training."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from approx_build.audio.clip import Clip
from approx_build.families.rave.family import RAVE
from approx_build.families.rave.memory import cost, drawing_bytes
from approx_build.families.rave.sampling import Sampling
from approx_build.families.take_request import TakeRequest
from approx_build.numerics.stream import stream_key
from approx_build.ways.transfer import TransferConditioning
from tests.families.rave.networks import network

TRAINED = """
import gc, sys
import numpy as np, torch
from approx_build.families.base import Moment
from approx_build.families.players import Turn
from approx_build.families.rave.family import RAVE
from approx_build.machine import peak_bytes, reset_peak, resident_bytes
from approx_build.numerics.stream import Stream
torch.set_num_threads(1)
net = RAVE.model_validate({"sample_rate": 22050, "capacity": 24, "ratios": [4, 4, 4],
                           "latent_channels": 16, "noise_bands": 5, "noise_channels": 32})
made = net.network()
first = made.initial(Stream.named("w"))
player = {player.name: player for player in net.players}["autoencoder"]
turn = Turn("autoencoder", "adversarial")
frozen = "encoder." if turn.phase == "adversarial" else "none"
weights = {name: torch.from_numpy(one) for name, one in first.items()}
for name in player.of(weights):
    weights[name].requires_grad_(not name.startswith(frozen))
def go(size):
    sound = np.random.default_rng(0).uniform(-0.3, 0.3, size).astype(np.float32)[None]
    example = made.example(sound, Stream.named("x"), Moment(0))
    example = {name: torch.from_numpy(np.asarray(one))[None] for name, one in example.items()}
    sum(made.losses(weights, example, turn).values()).backward()
go(4096)
gc.collect()
reset_peak()
before = resident_bytes()
go(65536)
print(peak_bytes() - before, net.activation_bytes(65536))
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="measured as Linux tells it")
def test_the_estimated_memory_of_a_training_window_is_within_a_fifth() -> None:
    """In the turn that takes most."""
    needs = []
    for phase in ("distance", "adversarial"):
        done = subprocess.run(
            [sys.executable, "-c", TRAINED.replace('"adversarial")', f'"{phase}")', 1)],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[3],
        )
        taken, foretold = map(int, done.stdout.split())
        needs.append(taken)
    assert 0.8 * max(needs) < foretold < 1.2 * max(needs)


def test_takes_from_sounds_also_need_the_encoder() -> None:
    net = RAVE.model_validate(network().model_dump())
    sound = Clip(np.zeros((1, 8000), np.float32), net.rate)
    plain, heard = (
        TakeRequest(8000, stream_key("a"), Sampling(), conditioning)
        for conditioning in (None, TransferConditioning(sound))
    )
    assert sum(drawing_bytes(net, [plain]).values()) < sum(drawing_bytes(net, [heard]).values())
    costs = [cost(net, 80_000, way) for way in (None, "transfer", "between")]
    assert costs[0] < costs[1] < costs[2]
