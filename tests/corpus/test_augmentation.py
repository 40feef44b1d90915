from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.signal import find_peaks

from approx_build.corpus.augmentation import Augmentation, Probability
from approx_build.errors import ModelError
from approx_build.numerics.stream import Stream
from tests.dispatch import assert_same_bits

RATE = 11025
SIZE = 6144
START = 4000

TOLERANCE_CENTS = 5
TOLERANCE_DB = 0.05
NOISE_TOLERANCE_DB = 0.2
SLOPE = 1.15
"""A processed tone is nowhere steeper than this many times the tone itself."""

EVERYTHING = {
    "pitch_semitones": (-2, 2),
    "stretch": (0.9, 1.1),
    "varispeed_semitones": (-1, 1),
    "highpass_hz": (30, 80),
    "lowpass_hz": (2000, 4000),
    "tilt_db": (-3, 3),
    "polarity": 0.5,
    "swap_channels": 0.5,
    "gain_db": (-6, 0),
    "noise_dbfs": (-70, -50),
}

COMPOSITE = f"""
from hashlib import sha256
import numpy as np
from approx_build.numerics.stream import Stream
from approx_build.corpus.augmentation import Augmentation
noise = np.random.Generator(np.random.Philox(1)).random((2, 20_000))
sound = (np.cumsum(noise - 0.5, axis=1) / 128).astype(np.float32)
window = Augmentation(**{EVERYTHING}).window(sound, {START}, {SIZE}, {RATE}, Stream.named("t"))
print(sha256(window.tobytes()).hexdigest())
"""
GOLDEN = "22ff577680ff6f0fca67c32bdabc81bab0899cdf27c5ecd18457e77672df5966"


def stream(number: int = 0) -> Stream:
    return Stream.named("augmentation", number)


def off(**given: object) -> Augmentation:
    """Nothing but what is given: not even the start moves."""
    return Augmentation.model_validate({"shift": 0, **given})


def tone(freq_hz: float, length: int = 40_000, scale: float = 0.25) -> np.ndarray:
    wave = scale * np.sin(2 * np.pi * freq_hz * np.arange(length) / RATE)
    return wave[np.newaxis].astype(np.float32)


def music(channels: int = 2, length: int = 40_000) -> np.ndarray:
    """Noise with more bass than treble, each channel its own."""
    noise = np.random.Generator(np.random.Philox(7)).standard_normal((channels, length))
    coloured = 0.1 * noise
    coloured[:, 1:] += 0.09 * noise[:, :-1]
    return coloured.astype(np.float32)


def window(augmentation: Augmentation, sound: np.ndarray, number: int = 0) -> np.ndarray:
    return augmentation.window(sound, START, SIZE, RATE, stream(number))


def frequency(samples: np.ndarray) -> float:
    size = np.abs(np.fft.rfft(samples * np.hanning(samples.size), 1 << 18))
    return int(size.argmax()) * RATE / (1 << 18)


def rms_db(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(samples.astype(np.float64) ** 2)))


def strokes(gap: int) -> np.ndarray:
    """A short burst of 2 kHz every `gap` samples."""
    sound, burst = np.zeros(40_000), np.arange(60)
    for onset in range(gap // 2, sound.size - 60, gap):
        sound[onset : onset + 60] = 0.7 * np.cos(2 * np.pi * 2000 * burst / RATE) * 0.95**burst
    return sound[np.newaxis].astype(np.float32)


def gap_between_strokes(samples: np.ndarray) -> float:
    """The mean distance of the strokes in a window, samples."""
    energy = np.convolve(samples.astype(np.float64) ** 2, np.hanning(200), mode="same")
    peaks, _ = find_peaks(energy, height=0.1 * energy.max(), distance=300)
    return float(np.diff(peaks).mean())


def test_with_nothing_on_a_window_is_itself_bit_for_bit() -> None:
    sound = music() * np.float32(20)
    result = window(off(), sound)
    assert result.tobytes() == sound[:, START : START + SIZE].tobytes()
    assert not np.shares_memory(result, sound)


def test_by_default_the_start_moves_within_a_window_and_nothing_else() -> None:
    sound = np.arange(30_000, dtype=np.float32)[np.newaxis]
    results = [window(Augmentation(), sound, number)[0] for number in range(200)]
    assert all((np.diff(result) == 1).all() for result in results)
    moved = np.array([result[0] - START for result in results])
    assert moved.min() >= 0
    assert moved.max() < SIZE
    assert abs(moved.mean() / SIZE - 0.5) < 0.08
    less = [window(Augmentation(shift=0.25), sound, number)[0, 0] - START for number in range(200)]
    assert max(less) < SIZE / 4


def test_the_start_moves_no_further_than_the_part_goes() -> None:
    sound = np.arange(START + SIZE + 2, dtype=np.float32)[np.newaxis]
    moved = {int(window(Augmentation(), sound, number)[0, 0]) - START for number in range(50)}
    assert moved == {0, 1, 2}


def test_the_same_stream_gives_the_same_bits_and_another_gives_others() -> None:
    augmentation = Augmentation.model_validate(EVERYTHING)
    first, again = window(augmentation, music(), 1), window(augmentation, music(), 1)
    assert first.tobytes() == again.tobytes()
    assert not np.allclose(first, window(augmentation, music(), 2), atol=0.01)


def test_the_stream_is_not_moved_on() -> None:
    rng = stream()
    Augmentation.model_validate(EVERYTHING).window(music(), START, SIZE, RATE, rng)
    assert rng.uniform() == stream().uniform()


@pytest.mark.parametrize("semitones", [-12, -5, 0.5, 4, 12])
def test_pitch_moves_the_frequency_and_not_the_strokes(semitones: float) -> None:
    pitch = off(pitch_semitones=[semitones, semitones])
    found = frequency(window(pitch, tone(440))[0])
    assert abs(1200 * np.log2(found / 440) - 100 * semitones) < TOLERANCE_CENTS
    assert gap_between_strokes(window(pitch, strokes(2000))[0]) == pytest.approx(2000, rel=0.02)


@pytest.mark.parametrize(("factor", "gap"), [(0.5, 2000), (0.9, 1500), (1.3, 1500), (2.0, 1500)])
def test_stretching_moves_the_strokes_and_not_the_frequency(factor: float, gap: int) -> None:
    longer = off(stretch=[factor, factor])
    found = frequency(window(longer, tone(440))[0])
    assert abs(1200 * np.log2(found / 440)) < TOLERANCE_CENTS
    stretched = gap_between_strokes(window(longer, strokes(gap))[0])
    assert stretched == pytest.approx(gap * factor, rel=0.02)


@pytest.mark.parametrize("semitones", [-12, -1, 7, 12])
def test_varispeed_moves_both(semitones: float) -> None:
    tape = off(varispeed_semitones=[semitones, semitones])
    speed = 2 ** (semitones / 12)
    assert frequency(window(tape, tone(440))[0]) == pytest.approx(440 * speed, rel=0.001)
    gap = gap_between_strokes(window(tape, strokes(1500))[0])
    assert gap == pytest.approx(1500 / speed, rel=0.005)


@pytest.mark.parametrize(
    "given",
    [
        {"pitch_semitones": [-4, -4]},
        {"stretch": [1.2, 1.2]},
        {"varispeed_semitones": [-3, -3]},
        {"highpass_hz": [40, 40]},
    ],
)
@pytest.mark.parametrize("start", [0, 1000, 40_000 - SIZE])
def test_a_window_has_no_clicks_at_its_edges(given: dict[str, object], start: int) -> None:
    result = off(**given).window(tone(300), start, SIZE, RATE, stream())
    steepest = np.abs(np.diff(tone(300))).max()
    assert np.abs(np.diff(result)).max() < SLOPE * steepest


def test_gain_and_polarity_are_exact() -> None:
    sound = music()
    plain = sound[:, START : START + SIZE]
    quieter = window(off(gain_db=[-6, -6]), sound)
    np.testing.assert_allclose(quieter, plain * 10 ** (-6 / 20), rtol=1e-6)
    np.testing.assert_array_equal(window(off(polarity=1), sound), -plain)


def test_channels_are_swapped_as_often_as_is_reported() -> None:
    sound = music()
    plain = sound[:, START : START + SIZE]
    np.testing.assert_array_equal(window(off(swap_channels=1), sound), plain[::-1])
    swapped = [window(off(swap_channels=0.25), sound, n)[0, 0] == plain[1, 0] for n in range(200)]
    assert 0.15 < np.mean(swapped) < 0.35


def test_noise_has_its_level_and_each_channel_its_own() -> None:
    noise = window(off(noise_dbfs=[-40, -40]), np.zeros((2, 20_000), np.float32))
    for channel in noise:
        assert abs(rms_db(channel) + 40) < NOISE_TOLERANCE_DB
    assert abs(np.corrcoef(noise)[0, 1]) < 0.05


@pytest.mark.parametrize(
    ("given", "expected_db"),
    [
        ({"lowpass_hz": [1000, 1000]}, {100: 0.0, 1000: -3.01, 4000: -24.1}),
        ({"highpass_hz": [200, 200]}, {50: -24.1, 200: -3.01, 2000: 0.0}),
    ],
)
def test_filters_have_their_gain_at_each_frequency(
    given: dict[str, object], expected_db: dict[float, float]
) -> None:
    for freq_hz, db in expected_db.items():
        sound = tone(freq_hz)
        found = rms_db(window(off(**given), sound)) - rms_db(sound[:, START : START + SIZE])
        assert abs(found - db) < TOLERANCE_DB + 0.02 * abs(db)


def test_a_tilt_takes_from_the_bass_what_it_gives_to_the_treble() -> None:
    brighter = off(tilt_db=[6, 6])
    for freq_hz, db in ((20, -3), (5400, 3)):
        sound = tone(freq_hz)
        found = rms_db(window(brighter, sound)) - rms_db(sound[:, START : START + SIZE])
        assert abs(found - db) < 1


@pytest.mark.parametrize("given", [{}, {"pitch_semitones": [3, 3]}])
def test_a_filter_moves_nothing_in_time(given: dict[str, object]) -> None:
    sound = strokes(2000)
    plain, dull = window(off(**given), sound), window(off(lowpass_hz=[900, 900], **given), sound)
    first, second = np.abs(plain).argmax(), np.abs(dull).argmax()
    assert abs(int(first) - int(second)) < 20


def test_a_range_is_drawn_from_all_of_it() -> None:
    sound = tone(440)
    plain_db = rms_db(sound[:, START : START + SIZE])
    found = [rms_db(window(off(gain_db=[-6, 0]), sound, n)) - plain_db for n in range(200)]
    assert -6.001 < min(found) < -5.8
    assert -0.2 < max(found) < 0.001


def test_a_probability_leaves_the_other_windows_alone() -> None:
    sound = music()
    some = off(gain_db=[-6, -6], probability={"gain": 0.3})
    plain = sound[:, START : START + SIZE]
    same = [np.array_equal(window(some, sound, number), plain) for number in range(200)]
    assert 0.6 < np.mean(same) < 0.8


def test_one_more_kind_changes_nothing_about_the_others() -> None:
    sound, plain = music(), music()[:, START : START + SIZE]
    gain, noise = {"gain_db": [-9, -3]}, {"noise_dbfs": [-60, -40]}
    flips = {"polarity": 0.5, "swap_channels": 0.5}
    for number in range(8):
        louder = window(off(**gain), sound, number) / plain
        hiss = window(off(**noise), sound, number) - plain
        flipped = window(off(**flips), sound, number)
        together = window(off(**gain, **noise, **flips), sound, number)
        np.testing.assert_allclose(together, louder.mean() * flipped + hiss, atol=1e-6)
        for more in ({"pitch_semitones": [-2, 2]}, {"tilt_db": [-6, 6]}, {"shift": 1}):
            alone = window(off(**more), sound, number)
            both = window(off(**{**more, **gain}), sound, number)
            np.testing.assert_allclose(both, louder.mean() * alone, atol=1e-6)
    pitched = [{"pitch_semitones": [-5, 5], **more} for more in ({}, {"stretch": [0.8, 1.2]})]
    low, high = (frequency(window(off(**given), tone(440))[0]) for given in pitched)
    assert high == pytest.approx(low, rel=0.002)


def test_no_two_kinds_draw_from_one_stream() -> None:
    names = []

    class Listening(Stream):
        def child(self, *given: str | int) -> Stream:
            names.append(given)
            return super().child(*given)

    augmentation = Augmentation.model_validate(EVERYTHING)
    augmentation.window(music(), START, SIZE, RATE, Listening.named("t"))
    assert len(names) == 11
    assert len(set(names)) == 11


def test_what_would_be_too_loud_is_brought_to_full_scale() -> None:
    sound = tone(440, scale=0.9)
    louder = window(off(gain_db=[12, 12]), sound)
    assert np.abs(louder).max() == 1
    plain = sound[:, START : START + SIZE]
    np.testing.assert_allclose(louder, plain / np.abs(plain).max(), rtol=1e-6)


@pytest.mark.parametrize("start", [0, 9_000, 20_000 - SIZE])
def test_sound_beyond_the_part_has_no_effect(start: int) -> None:
    whole = np.full((1, 60_000), 1e30, np.float32)
    whole[:, 20_000:40_000] = 0.0
    part = whole[:, 20_000:40_000]
    for number in range(8):
        slow = off(stretch=[0.5, 2], varispeed_semitones=[-12, 12], lowpass_hz=[100, 1000])
        assert not slow.window(part, start, SIZE, RATE, stream(number)).any()


def test_a_window_that_needs_more_than_is_left_begins_earlier() -> None:
    sound = np.zeros((1, 20_000), np.float32)
    sound[:, 20_000 - 2 * SIZE : 20_000 - SIZE] = 0.5
    octave = off(varispeed_semitones=[12, 12])
    result = octave.window(sound, 20_000 - SIZE, SIZE, RATE, stream())
    half = SIZE // 2
    np.testing.assert_allclose(result[0, 50 : half - 50], 0.5, atol=0.02)
    np.testing.assert_allclose(result[0, half + 50 :], 0.0, atol=0.02)


def test_a_part_shorter_than_what_is_needed_continues_mirrored() -> None:
    sound = np.arange(5, dtype=np.float32)[np.newaxis] / 8
    result = off().window(sound, 0, 12, RATE, stream())
    assert (8 * result[0]).tolist() == [0, 1, 2, 3, 4, 4, 3, 2, 1, 0, 0, 1]


def ranges(low: float, high: float) -> st.SearchStrategy[list[float] | None]:
    return st.none() | st.lists(st.floats(low, high), min_size=2, max_size=2).map(sorted)


AUGMENTATIONS = st.builds(
    Augmentation,
    shift=st.floats(0, 1),
    pitch_semitones=ranges(-12, 12),
    stretch=ranges(0.5, 2),
    varispeed_semitones=ranges(-12, 12),
    highpass_hz=ranges(10, 400),
    lowpass_hz=ranges(400, 5000),
    tilt_db=ranges(-24, 24),
    polarity=st.floats(0, 1),
    swap_channels=st.floats(0, 1),
    gain_db=ranges(-60, 24),
    noise_dbfs=ranges(-120, -20),
    probability=st.builds(Probability, pitch=st.floats(0, 1), noise=st.floats(0, 1)),
)


@settings(max_examples=60, deadline=None)
@given(AUGMENTATIONS, st.integers(1, 3000), st.integers(1, 700), st.integers(1, 2), st.data())
def test_a_window_is_finite_of_its_shape_and_a_function_of_its_arguments(
    augmentation: Augmentation, length: int, size: int, channels: int, data: st.DataObject
) -> None:
    sound = music(channels, length)
    before, start = sound.copy(), data.draw(st.integers(0, length - 1))
    sound.flags.writeable = False
    result = augmentation.window(sound, start, size, RATE, stream())
    assert result.shape == (channels, size)
    assert result.dtype == np.float32
    assert np.isfinite(result).all()
    assert np.abs(result).max() <= 1
    again = augmentation.window(sound, start, size, RATE, stream())
    assert again.tobytes() == result.tobytes()
    assert before.tobytes() == sound.tobytes()


def test_any_number_of_threads_gives_the_same_windows() -> None:
    sound, augmentation = music(), Augmentation.model_validate(EVERYTHING)

    def one(number: int) -> bytes:
        return augmentation.window(sound, 97 * number, 512, RATE, stream(number)).tobytes()

    alone = [one(number) for number in range(64)]
    for threads in (2, 4):
        with ThreadPoolExecutor(threads) as pool:
            assert list(pool.map(one, range(64))) == alone


def test_sound_may_be_mapped_from_a_file(tmp_path) -> None:
    np.save(tmp_path / "sound.npy", music())
    mapped = np.load(tmp_path / "sound.npy", mmap_mode="r")
    augmentation = Augmentation.model_validate(EVERYTHING)
    result = window(augmentation, mapped)
    assert type(result) is np.ndarray
    assert result.tobytes() == window(augmentation, music()).tobytes()


def test_every_processor_augments_alike() -> None:
    assert_same_bits(COMPOSITE)


def test_a_window_stays_what_it_was() -> None:
    noise = np.random.Generator(np.random.Philox(1)).random((2, 20_000))
    sound = (np.cumsum(noise - 0.5, axis=1) / 128).astype(np.float32)
    result = Augmentation.model_validate(EVERYTHING).window(
        sound, START, SIZE, RATE, Stream.named("t")
    )
    assert sha256(result.tobytes()).hexdigest() == GOLDEN


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"gain_db": [0, -6]}, "gain_db goes from 0 to -6; the lower comes first"),
        ({"highpass_hz": [50, 900], "lowpass_hz": [800, 2000]}, "nothing would be left"),
        ({"stretch": [0, 1]}, "greater than or equal to 0.5"),
        ({"pitch_semitones": [1]}, "Field required"),
        ({"gain_db": [float("nan"), 0]}, "finite number"),
        ({"reverb": 1}, "Extra inputs are not permitted"),
        ({"probability": {"polarity": 1}}, "Extra inputs are not permitted"),
    ],
)
def test_what_makes_no_sense_is_refused(given: dict[str, object], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        Augmentation.model_validate(given)


def test_what_a_network_cannot_hear_is_refused() -> None:
    with pytest.raises(ModelError, match=r"lowpass_hz: reaches 6000 Hz; .* below 5512\.5 Hz"):
        Augmentation(lowpass_hz=(2000, 6000)).check(RATE, 1)
    with pytest.raises(ModelError, match="swap_channels: needs two channels; the network has 1"):
        Augmentation(swap_channels=0.5).check(RATE, 1)
    Augmentation.model_validate(EVERYTHING).check(RATE, 2)


def test_it_says_what_it_does() -> None:
    assert Augmentation().described() == "start within a window"
    assert off().described() == "none"
    assert off(pitch_semitones=[-2, 2], gain_db=[-6, 0], polarity=0.5).described() == (
        "pitch ±2 st, gain −6..0 dB, polarity 50 %"
    )
    assert off(stretch=[0.9, 1.1], probability={"stretch": 0.3}, swap_channels=1).described() == (
        "stretch 0.9..1.1 (30 %), channels swapped 100 %"
    )
    assert Augmentation(shift=0.5, noise_dbfs=(-60, -60)).described() == (
        "start within 50 % of a window, noise −60 dBFS"
    )


def test_it_is_read_back_from_what_a_manifest_has() -> None:
    augmentation = Augmentation.model_validate(EVERYTHING)
    assert Augmentation.model_validate_json(augmentation.model_dump_json()) == augmentation
