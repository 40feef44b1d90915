import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approx_build.audio import wav
from approx_build.audio.clip import Clip
from approx_build.audio.curve import Curve
from approx_build.audio.mix import Placed, part_blocks, stem_blocks
from approx_build.errors import AudioError
from tests.dispatch import assert_same_bits

RATE = 1000


def clip(length=300, channels=1, seed=0, rate=RATE):
    data = np.random.default_rng(seed).uniform(-0.5, 0.5, (channels, length))
    return Clip(data.astype(np.float32), rate)


def mixed(events, length=1000, block=1 << 16, **more):
    return np.concatenate(list(part_blocks(events, length, RATE, block=block, **more)), axis=1)


def event(name="a", onset=100, seed=0, channels=1, **more):
    return Placed(name, clip(seed=seed, channels=channels), onset, **more)


MOVING = {
    "gain_db": Curve.of([(0, -40), (0.2, 0), (0.3, -6)], RATE),
    "pan": Curve.of([(0.05, -1), (0.25, 1)], RATE),
    "fade_in": 40,
    "fade_out": 77,
}


def test_a_part_has_exactly_its_length_and_sounds_where_it_was_placed():
    out = mixed([event(onset=100)])
    assert out.shape == (2, 1000)
    assert not out[:, :100].any()
    assert not out[:, 400:].any()
    assert np.allclose(out[:, 100:400], clip().data * 0.5**0.5)


def test_an_event_may_end_with_the_last_sample():
    assert mixed([event(onset=700)])[:, 999].all()


@given(st.lists(st.integers(0, 700), min_size=1, max_size=6), st.integers(1, 400))
@settings(max_examples=25, deadline=None)
def test_the_size_of_a_block_and_the_order_of_events_do_not_show(onsets, block):
    events = [
        event(f"e{n}", onset, seed=n, channels=1 + n % 2, **MOVING)
        for n, onset in enumerate(onsets)
    ]
    assert np.array_equal(mixed(events), mixed(events[::-1], block=block))


@given(
    st.lists(st.integers(0, 700), max_size=5),
    st.integers(0, 999),
    st.integers(1, 1000),
    st.integers(50, 400),
)
@settings(max_examples=40, deadline=None)
def test_a_span_of_a_part_has_the_bits_of_the_whole(onsets, start, size, block):
    events = [event(f"e{n}", onset, seed=n, **MOVING) for n, onset in enumerate(onsets)]
    curves = (MOVING["gain_db"], Curve.of([(0.1, 0.5), (0.9, -1)], RATE))
    stop = min(start + size, 1000)
    whole = list(stem_blocks(part_blocks(events, 1000, RATE), *curves))
    span = part_blocks(events, 1000, RATE, block=block, span=(start, stop))
    found = np.concatenate(list(stem_blocks(span, *curves, start=start)), axis=1)
    assert np.array_equal(found, np.concatenate(whole, axis=1)[:, start:stop])


def test_a_mix_is_the_sum_of_its_events():
    events = [event("a", 0), event("b", 150, seed=1, **MOVING), event("c", 400, seed=2, channels=2)]
    assert np.allclose(mixed(events), sum(mixed([each]) for each in events), atol=1e-15)


def test_a_mix_is_linear_in_gain():
    quiet = event(gain_db=Curve.of(-20, RATE))
    assert np.allclose(mixed([quiet]) * 10, mixed([event()]))


def test_a_clip_on_disk_sounds_as_one_in_memory(tmp_path):
    wav.write_float(tmp_path / "a.wav", clip())
    stored = Placed("a", wav.ClipFile.at(tmp_path / "a.wav"), 100, **MOVING)
    assert np.array_equal(mixed([stored], block=64), mixed([event(**MOVING)]))


def test_the_gain_and_pan_of_a_part_count_from_the_movements_start():
    gain, pan = Curve.of([(0, 0), (1, -20)], RATE), Curve.of(-1, RATE)
    part = np.ones((2, 1000))
    blocks = list(stem_blocks(iter([part[:, :300], part[:, 300:]]), gain, pan))
    out = np.concatenate(blocks, axis=1)
    assert np.allclose(out[0], 10 ** (-np.arange(1000) / 1000))
    assert not out[1].any()


def test_a_part_may_have_one_channel():
    assert np.array_equal(mixed([event(onset=0)], channels=1)[0, :300], clip().data[0])


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (event("cry", 701), r"cry lasts until 0:01\.001, 0\.001 s longer than the movement"),
        (event("cry", -5), r"cry starts 0\.005 s before the movement"),
        (event("cry", 0, fade_in=301), r"cry has a fade of 0\.301 s but lasts 0\.300 s"),
        (Placed("cry", clip(rate=44100), 0), "cry is at 44100 Hz, the movement at 1000 Hz"),
    ],
)
def test_events_that_do_not_fit_are_refused(bad, words):
    with pytest.raises(AudioError, match=words):
        mixed([bad])


def test_many_events_in_a_long_part_need_little_memory():
    import tracemalloc

    short = clip(50)
    events = [Placed(f"{n:05}", short, n * 400) for n in range(5000)]
    tracemalloc.start()
    for _ in part_blocks(events, 2_000_050, RATE):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12e6


def test_the_bits_do_not_change_with_the_instruction_set():
    assert_same_bits(
        """
import hashlib
import numpy as np
from approx_build.audio.clip import Clip
from approx_build.audio.curve import Curve, FadeShape
from approx_build.audio.dither import quantised
from approx_build.audio.mix import Placed, part_blocks, stem_blocks
from approx_build.numerics.stream import Stream
data = np.array(Stream.named("x").uniforms(30000) - 0.5, np.float32).reshape(2, 15000)
gain, pan = Curve.of([(0, -30), (1, 0)], 8000), Curve.of([(0, -1), (2, 1)], 8000)
shapes = (FadeShape.RAISED_COSINE, FadeShape.EQUAL_POWER)
events = [
    Placed(str(n), Clip(data[n:], 8000), n * 999, gain, pan, 3000, 5000, shapes[n]) for n in (0, 1)
]
for block in stem_blocks(part_blocks(events, 20000, 8000), gain, pan):
    print(hashlib.sha256(block.tobytes()).hexdigest())
    print(hashlib.sha256(quantised(block, Stream.named("d")).tobytes()).hexdigest())
"""
    )
