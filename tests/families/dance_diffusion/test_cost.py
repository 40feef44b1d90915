from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from approx_build.audio.clip import Clip
from approx_build.engines.diffusion.parameterisation import Sound
from approx_build.engines.diffusion.samplers.registry import SAMPLERS
from approx_build.families.dance_diffusion.draw import draw
from approx_build.families.dance_diffusion.memory import evaluations
from approx_build.families.dance_diffusion.sampling import Sampling
from approx_build.families.take_request import TakeRequest
from approx_build.numerics.stream import stream_key
from approx_build.ways.between import Interpolation
from approx_build.ways.extend import Extension
from approx_build.ways.inpaint import Inpainting
from approx_build.ways.prime import Priming
from approx_build.ways.vary import Variation
from tests.engines.diffusion.networks import noise
from tests.families.dance_diffusion.networks import TINY

SOUND = Clip(noise(1, 300, name="sound") * np.float32(0.2), 8000)
PRIME = Clip(SOUND.data[:, :32], 8000)


def asked(take: TakeRequest[Sampling]) -> int:
    """How many windows the network is asked about."""
    heard: Counter[str] = Counter()

    def listening(x: Sound, _: float) -> Sound:
        heard["windows"] += len(x)
        return x * np.float32(0.1)

    draw(TINY, {}, [take], velocity=listening)
    return heard["windows"]


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("samples", [40, 64, 200])
def test_plain_takes_ask_as_often_as_is_reported(sampler: str, samples: int) -> None:
    sampling = Sampling.model_validate({"sampler": sampler, "steps": 20, "resampling_times": 3})
    told = evaluations(TINY, samples, sampling, None)
    assert asked(TakeRequest(samples, stream_key("a"), sampling)) == pytest.approx(told, rel=0.1)


@pytest.mark.parametrize("samples", [64, 200])
def test_takes_of_sound_ask_as_often_as_is_reported(samples: int) -> None:
    sampling = Sampling(steps=20, resampling_times=3)
    for way, made in (
        ("vary", Variation(SOUND, 1.0)),
        ("inpaint", Inpainting(SOUND, ((3, 9),))),
        ("extend", Extension(PRIME)),
    ):
        take = TakeRequest(samples, stream_key("a"), sampling, conditioning=made)
        length = samples - PRIME.length if way == "extend" else samples
        assert asked(take) == pytest.approx(evaluations(TINY, length, sampling, way), rel=0.1)
    primed = TakeRequest(samples, stream_key("a"), sampling, Priming(PRIME))
    assert asked(primed) == pytest.approx(evaluations(TINY, samples, sampling, "prime"), rel=0.1)


def test_clips_between_two_sounds_share_what_is_found_behind_them() -> None:
    sampling = Sampling(steps=20)
    one = TakeRequest(64, stream_key("a"), sampling, conditioning=Interpolation(SOUND, SOUND, 0.5))
    told = evaluations(TINY, 64, sampling, "between")
    assert told < asked(one) == 3 * 20
    assert told > 20
