"""Curves that takes play: breakpoints, sources and lines."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.audio.clip import Clip
from approx_build.errors import ModelError
from approx_build.families.ddsp.curves import between, played
from approx_build.families.ddsp.sampling import Sampling
from approx_build.numerics.stream import Stream
from approx_build.ways.transfer import TransferConditioning
from tests.families.ddsp.networks import network

NET = network()
STREAM = Stream.named("curves")
FRAMES = 250


def curves(
    source: TransferConditioning | None = None, **sampling: object
) -> tuple[np.ndarray, np.ndarray]:
    return played(NET, Sampling.model_validate(sampling), source, STREAM, FRAMES)


def tone(*hz: float, level: float = 0.2) -> Clip:
    times = np.arange(2 * NET.rate) / NET.rate
    sound = sum(np.sin(2 * np.pi * k * f * times) / k for f in hz for k in (1, 2, 3))
    return Clip((level * np.asarray(sound) / len(hz)).astype(np.float32)[None], NET.rate)


def test_microtones_are_played_to_the_hertz() -> None:
    hz, db = curves(pitch_hz=[[0, 568.333], [1, 440], [1.5, 751.667]], loudness_db=-12)
    assert hz[0] == pytest.approx(568.333, rel=1e-12)
    assert hz[130] == pytest.approx(440, rel=1e-12)
    assert hz[-1] == pytest.approx(751.667, rel=1e-12)
    assert (db == -12).all()


def test_a_pitch_holds_and_then_glides_for_so_long() -> None:
    hz, _ = curves(pitch_hz=[[0, 200], [1, 400]], glide_s=0.4)
    assert hz[124] == pytest.approx(200)
    assert hz[150] == pytest.approx(200 * 2**0.5), "half the glide is half an octave"
    assert hz[176] == pytest.approx(400)
    sudden, _ = curves(pitch_hz=[[0, 200], [1, 400]], glide_s=0)
    assert set(np.round(sudden, 9)) == {200.0, 400.0}


def test_without_a_glide_the_pitch_moves_all_the_way() -> None:
    hz, _ = curves(pitch_hz=[[0, 200], [2, 400]], glide_s=None)
    assert hz[125] == pytest.approx(200 * 2**0.5)


def test_a_glide_never_outlasts_the_next_breakpoint() -> None:
    hz, _ = curves(pitch_hz=[[0, 200], [0.5, 400], [0.6, 300]], glide_s=5)
    assert hz[75] == pytest.approx(400)


def test_loudness_moves_in_straight_lines() -> None:
    _, db = curves(pitch_hz=220, loudness_db=[[0, -60], [1, -20]])
    assert db[62] == pytest.approx(-60 + 40 * 62 / 125)
    _, steady = curves(pitch_hz=220)
    assert (steady == -20).all()


def test_a_line_stays_in_the_range_and_is_another_one_for_each_stream() -> None:
    hz, db = curves()
    assert NET.lowest_hz < hz.min() < hz.max() < NET.highest_hz
    assert len(np.unique(np.round(hz, 3))) > 3
    assert -60 < db.min() < db.max() < -10
    other, _ = played(NET, Sampling(), None, Stream.named("other"), FRAMES)
    assert (other != hz).any()
    longer, _ = played(NET, Sampling(), None, STREAM, 2 * FRAMES)
    np.testing.assert_array_equal(longer[:FRAMES], hz)


def test_a_source_gives_pitch_and_loudness_and_its_curves_shift_them() -> None:
    plain_hz, plain_db = curves(TransferConditioning(tone(300.0)))
    assert np.abs(1200 * np.log2(plain_hz[10:240] / 300)).max() < 3
    higher, louder = curves(
        TransferConditioning(tone(300.0), ((0.0, 5.0),), ((0.0, -6.0), (1.0, 6.0)))
    )
    np.testing.assert_allclose(higher[10:240], plain_hz[10:240] * 2 ** (5 / 12), rtol=1e-9)
    assert louder[125] - plain_db[125] == pytest.approx(6)
    assert louder[62] - plain_db[62] == pytest.approx(-6 + 12 * 62 / 125)


def test_written_curves_take_the_place_of_those_of_the_source() -> None:
    hz, db = curves(TransferConditioning(tone(300.0)), pitch_hz=220)
    assert hz == pytest.approx(220)
    assert db[100] > -30
    _, written = curves(TransferConditioning(tone(300.0)), loudness_db=-33)
    assert (written == -33).all()


def test_silence_stays_silent_however_much_louder_it_is_played() -> None:
    silent = Clip(np.zeros((1, 2 * NET.rate), np.float32), NET.rate)
    _, db = curves(TransferConditioning(silent, gain_db=((0.0, 40.0),)))
    assert (db == -80).all()


def test_noise_is_met_with_advice_unless_it_is_let_through() -> None:
    noise = np.random.default_rng(1).uniform(-0.3, 0.3, (1, 2 * NET.rate)).astype(np.float32)
    source = TransferConditioning(Clip(noise, NET.rate))
    with pytest.raises(ModelError) as refused:
        curves(source)
    words = refused.value.message
    assert "% of its sounding frames have no clear pitch from 55 to 1200 Hz" in words
    for advice in ("one voice", "a take for each voice", "`pitch_hz`", "`least_clear`"):
        assert advice in words
    curves(source, least_clear=0)
    curves(source, pitch_hz=220)


def test_a_chord_is_refused_where_most_frames_must_be_clear() -> None:
    source = TransferConditioning(tone(220.0, 261.63, 349.23, 415.3))
    with pytest.raises(ModelError, match="no clear pitch"):
        curves(source, least_clear=0.8)
    curves(TransferConditioning(tone(220.0)), least_clear=0.8)


def test_a_number_is_a_curve() -> None:
    assert (between(3.0, np.arange(4.0)) == 3).all()
