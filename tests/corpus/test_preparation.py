from __future__ import annotations

from typing import Any, NamedTuple

import librosa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from approx_build.audio.clip import Clip
from approx_build.corpus.preparation import (
    Ends,
    Gaps,
    Ibab,
    Level,
    Preparation,
    description,
    prepared,
    silent_words,
)

RATE = 8000
AS_IT_IS = Preparation(silence=None, remove_dc=False)


def sound(*spans: tuple[float, float], rate: int = RATE) -> np.ndarray:
    """Spans of (seconds, amplitude) of a tone [T]."""
    pieces = [a * np.sin(2 * np.pi * 440 * np.arange(round(s * rate)) / rate) for s, a in spans]
    return np.concatenate(pieces)


def clip(*channels: np.ndarray, rate: int = RATE) -> Clip:
    return Clip(np.stack(channels).astype(np.float32), rate)


class Done(NamedTuple):
    """Prepared sound, and what is told of it."""

    sound: np.ndarray
    done: tuple[str, ...]
    reason: str


def done(given: Clip, channels: int = 1, rate: int = RATE, **how: Any) -> Done:
    asked = AS_IT_IS.model_copy(update=how)
    found = prepared(given, rate, channels, asked)
    length = found.shape[1]
    words = description((given.rate, given.channels, given.length), rate, channels, length, asked)
    return Done(found, words, "" if length else silent_words(asked))


def test_without_anything_to_do_sound_stays_as_it_is() -> None:
    given = clip(sound((0.5, 0.4)))
    found = done(given)
    np.testing.assert_array_equal(found.sound, given.data)
    assert (found.done, found.reason) == ((), "")


@pytest.mark.parametrize(
    ("there", "wanted", "words"),
    [
        (1, 2, ("one channel given to all 2",)),
        (2, 1, ("mixed to mono",)),
        (3, 2, ("3 channels mixed to mono", "one channel given to all 2")),
        (2, 2, ()),
    ],
)
def test_channels_become_those_of_the_network(
    there: int, wanted: int, words: tuple[str, ...]
) -> None:
    tracks = [sound((0.1, (n + 1) / 10)) for n in range(there)]
    found = done(clip(*tracks), channels=wanted)
    assert found.done == words
    expected = (
        np.stack(tracks) if there == wanted else np.tile(np.mean(tracks, axis=0), (wanted, 1))
    )
    np.testing.assert_allclose(found.sound, expected, atol=1e-7)


def test_another_rate_is_converted_and_reported() -> None:
    found = done(clip(sound((1, 0.5), rate=11025), rate=11025))
    assert found.done == ("11025 Hz to 8000 Hz",)
    assert abs(found.sound.shape[1] - RATE) <= 1
    spectrum = np.abs(np.fft.rfft(found.sound[0]))
    assert abs(int(spectrum.argmax()) * RATE / found.sound.shape[1] - 440) < 1.5


def test_dc_is_taken_off_each_channel() -> None:
    found = done(clip(sound((0.5, 0.2)) + 0.1, sound((0.5, 0.2)) - 0.3), 2, remove_dc=True)
    assert np.abs(found.sound.mean(axis=1, dtype=np.float64)).max() < 1e-8


def test_silence_at_the_ends_is_left_out_but_for_a_little() -> None:
    given = clip(sound((1, 0), (0.5, 0.4), (1, 0), (0.5, 0.4), (2, 0)))
    found = done(given, silence=Ends(keep_s=0.1))
    assert abs(found.sound.shape[1] / RATE - 2.2) < 0.03
    assert found.done == (f"{5 - found.sound.shape[1] / RATE:.2f} s of silence left out",)


def test_gaps_are_left_out_where_they_are_long() -> None:
    given = clip(sound((1, 0), (0.5, 0.4), (1, 0), (0.5, 0.4), (0.2, 0), (0.5, 0.4)))
    found = done(given, silence=Gaps(keep_s=0.15))
    # All but 0.15 s on either side of a sound; the gap of 0.2 s is not longer than both.
    assert abs(found.sound.shape[1] / RATE - (0.15 + 0.5 + 0.3 + 0.5 + 0.2 + 0.5)) < 0.05


def test_nothing_louder_than_the_threshold_is_ever_left_out() -> None:
    given = clip(sound((0.3, 0), (0.01, 0.5), (0.7, 0), (0.01, 0.5), (0.3, 0)))
    for rule in (Ends(keep_s=0), Gaps(keep_s=0)):
        found = done(given, silence=rule)
        kept = np.abs(found.sound[0])
        assert np.isclose(
            np.sort(kept[kept > 0.01]), np.sort(np.abs(given.data[np.abs(given.data) > 0.01]))
        ).all()


def test_what_is_silent_reports_it_and_why() -> None:
    quiet = clip(sound((1, 1e-4)))
    assert done(quiet, silence=Gaps()).reason == "silent: no frame's RMS passes -60 dBFS"
    assert done(quiet, silence=Ibab()).reason == "silent: no frame's RMS passes 0.3"
    assert done(quiet, silence=Gaps()).sound.shape == (1, 0)
    assert done(quiet, silence=Gaps(threshold_dbfs=-90)).reason == ""


@settings(deadline=None)  # importing librosa takes long
@given(
    st.lists(
        st.tuples(st.floats(0.1, 0.6), st.sampled_from([0, 0.2, 0.6, 0.9])), min_size=1, max_size=5
    )
)
def test_the_rule_of_ibab_is_librosa_s(spans: list[tuple[float, float]]) -> None:
    given = clip(sound(*spans))
    loud = librosa.feature.rms(
        y=given.data[0], frame_length=2048, hop_length=512, pad_mode="reflect"
    )[0]
    # Not where the threshold is met within rounding.
    if np.abs(loud - 0.3).min() < 1e-5 or given.length <= 1024:
        return
    hits = np.flatnonzero(loud > 0.3) * 512
    found = done(given, silence=Ibab(threshold=0.3))
    if hits.size < 2:
        assert found.sound.shape[1] == 0
    else:
        np.testing.assert_array_equal(found.sound, given.data[:, hits[0] : hits[-1]])


def test_a_level_is_reached_and_never_passes_full_scale() -> None:
    found = done(clip(sound((1, 0.05))), level=Level(to_dbfs=-6, percentile=100))
    assert np.abs(found.sound).max() == pytest.approx(10 ** (-6 / 20), rel=1e-6)
    assert found.done == ("brought to -6 dBFS",)
    spiky = sound((1, 0.05))
    spiky[4000] = 0.9
    loud = done(clip(spiky), level=Level(to_dbfs=-6, percentile=99))
    assert np.abs(loud.sound).max() == 1.0


def test_preparing_twice_gives_the_same_bits() -> None:
    how = Preparation(silence=Gaps(), level=Level())
    given = clip(sound((0.3, 0), (0.5, 0.2), (1, 0), (0.2, 0.4), rate=44100), rate=44100)
    one, two = prepared(given, 11025, 1, how), prepared(given, 11025, 1, how)
    assert one.tobytes() == two.tobytes()


def test_a_rule_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError, match="rule"):
        Preparation.model_validate({"silence": {"rule": "loud"}})
    with pytest.raises(ValidationError, match="threshold"):
        Preparation.model_validate({"silence": {"rule": "ends", "threshold": 0.3}})


def test_a_preparation_without_onsets_is_written_as_before_there_were_any() -> None:
    assert "onsets" not in Preparation().model_dump(mode="json")
    with_onsets = Preparation.model_validate({"onsets": {"lead_s": 0.01}})
    written = with_onsets.model_dump(mode="json")
    assert written["onsets"] == {"lead_s": 0.01, "apart_s": 0.1, "alone_s": 0.0}
    assert Preparation.model_validate(written) == with_onsets
