import numpy as np

from approx_build.audio.clip import Clip
from approx_build.numerics.stream import Stream
from approx_build.ops.play import Play


def test_every_sample_is_played_as_it_is():
    clip = Clip(Stream.named("noise").uniforms(600).reshape(2, 300), 8000)
    result = Play().apply([clip], Stream.named("test"))
    assert np.array_equal(result.data, clip.data)
    assert result.rate == clip.rate
