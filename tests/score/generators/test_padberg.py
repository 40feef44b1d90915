from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from approx_build.audio.clip import Clip
from approx_build.numerics.stream import Stream
from approx_build.ops.base import OPS
from approx_build.score.generators.base import Composed, ComposeError
from approx_build.score.generators.letters import frequency
from approx_build.score.generators.padberg import Padberg
from tests.score.generators.places import Shelf, events, generator, in_tempo, place

TONE = {"length_s": 60.0}
NAME = {"text": "harriet padberg", "from": "tone", "at_hz": 440}


def padberg(**fields: Any) -> Padberg:
    made = generator("padberg", **{**NAME, **fields})
    assert isinstance(made, Padberg)
    return made


def voices(found: list[Composed]) -> list[list[Composed]]:
    """The notes by voice."""
    by_voice = itertools.groupby(found, key=lambda one: one.label.partition(",")[0])
    return [list(notes) for _, notes in by_voice]


def semitones(one: Composed) -> float:
    return float(one.fields["through"][-1]["repitch"]["semitones"])  # type: ignore[index,call-overload,arg-type]


def length_s(one: Composed) -> float:
    return float(one.fields["play"]["from"]["length_s"])  # type: ignore[index,call-overload,arg-type]


def test_a_subject_is_a_note_for_each_letter() -> None:
    found = events(padberg(form="subject", unit=0.1), place(at=2, tone=TONE))
    assert [one.name for one in found[:3]] == [
        *("voice1-note1-h", "voice1-note2-a", "voice1-note3-r"),
    ]
    assert found[8].label == "voice 1, note 9 (a)"
    starts = [0, 1, 3, 7, 11, 19, 41, 85, 250, 251, 253, 257, 261, 269]
    assert [one.onset for one in found] == [2 + Fraction(start, 10) for start in starts]
    assert [one.at for one in found[:4]] == ["0:02", "0:02.1", "0:02.3", "0:02.7"]
    for one, step in zip(found, [7, 0, 17, 17, 8, 4, 19, 15, 0, 3, 1, 4, 17, 6], strict=True):
        hz = float(frequency(step))
        assert 440 * 2 ** (semitones(one) / 12) == pytest.approx(hz, rel=1e-9)
    # The source is cut before it is repitched, so that the result lasts as long as the interval.
    assert length_s(found[0]) == pytest.approx(0.1 * 568.3333 / 440, abs=1e-5)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz ", min_size=1, max_size=12))
def test_the_intervals_add_up_to_the_length(text: str) -> None:
    if not text.strip():
        return
    made = padberg(text=text, form="subject", length=20, longest=50)
    found = events(made, place(tone=TONE))
    last = length_s(found[-1]) / 2 ** (semitones(found[-1]) / 12)
    # Sources are cut to whole microseconds.
    assert float(found[-1].onset) + last == pytest.approx(20, abs=1e-5)


def test_the_canon_is_that_of_the_rebuilt_program() -> None:
    found = voices(events(padberg(), place(tone=TONE)))
    assert [float(notes[0].onset) for notes in found] == [0, 1.1875, 2.375, 3.5625]
    for notes, down in zip(found, (0, -8, -12, -20), strict=True):
        apart = [
            semitones(one) - semitones(other) for one, other in zip(notes, found[0], strict=True)
        ]
        assert apart == pytest.approx([down] * 14, abs=2e-9)


def test_a_voice_more_changes_no_other() -> None:
    two = [{"semitones": 0}, {"steps": 14, "turn": "inversion"}]
    before = events(padberg(voices=two), place(tone=TONE))
    after = events(padberg(voices=[*two, {"ratio": "1/2", "augment": "1/2"}]), place(tone=TONE))
    assert after[: len(before)] == before
    assert len(after) == len(before) + 14
    half = [float(one.onset - after[-14].onset) for one in after[-14:]]
    assert half[:4] == pytest.approx([0, 0.025, 0.075, 0.175])


def test_voices_enter_at_a_time_after_a_note_or_an_entry_apart() -> None:
    entries = [{}, {"entry": 5}, {"after_note": 2}, {}]
    found = voices(events(padberg(voices=entries, entry=1.5), place(tone=TONE)))
    # After two notes of the second voice: 5 s and 3 units.
    assert [float(notes[0].onset) for notes in found] == [0, 5, 5.15, 6.65]


def test_a_unit_of_beats_follows_the_tempo() -> None:
    tempo = in_tempo(60, "4/4", {"at": "bar 3", "bpm": 120})
    made = padberg(form="subject", unit="1/4 beats")
    found = events(made, place(at="bar 1", tempo=tempo, tone=TONE))
    # 85 units are 21.25 beats: 8 of them in the ramp, which takes 16/3 s, the others at 120.
    assert float(found[7].onset) == pytest.approx(16 / 3 + 13.25 / 2)


def test_a_sound_shorter_than_its_note_is_followed_by_silence_or_fills_it() -> None:
    short = {"length_s": 0.5}
    plain = events(padberg(form="subject"), place(tone=short))
    assert length_s(plain[7]) == 0.5
    assert list(plain[7].fields["through"]) == [{"repitch": {"semitones": semitones(plain[7])}}]  # type: ignore[arg-type]
    filled = events(padberg(form="subject", fill="repeat"), place(tone=short))
    assert length_s(filled[7]) == 0.5
    [repeat, _] = filled[7].fields["through"]  # type: ignore[misc]
    assert repeat["repeat"]["length_s"] == pytest.approx(8.25 * 715 / 440)  # type: ignore[index,call-overload]


def test_a_note_sounds_at_its_frequency() -> None:
    """A sine of 440 Hz, as the event of an r plays it, has its peak at 751.67 Hz."""
    rate = 44_100
    sine = np.sin(2 * np.pi * 440 * np.arange(4 * rate) / rate)[None, :]
    one = events(padberg(form="subject", unit=0.5), place(tone=TONE))[2]
    assert one.label.endswith("(r)")
    cut = Clip(sine[:, : round(length_s(one) * rate)], rate)
    made = OPS.get("repitch").model_validate(one.fields["through"][0]["repitch"])  # type: ignore[index,call-overload]
    sound = made.apply([cut], Stream.named("none"))
    assert sound.length_s == pytest.approx(2.0, abs=2 / rate)
    windowed = np.abs(np.fft.rfft(sound.data[0] * np.hanning(sound.length), 1 << 20))
    assert np.argmax(windowed) * rate / (1 << 20) == pytest.approx(751.6667, abs=0.05)


def test_a_fugue_has_its_passages_and_follows_its_seed() -> None:
    found = events(padberg(form="fugue", unit=0.01), place(tone=TONE))
    spoken = {one.name.split("-")[1] for one in found}
    assert spoken == {"subject", "counter", "section1", "section2", "stretto"}
    assert found == events(padberg(form="fugue", unit=0.01), place(tone=TONE))
    assert found != events(padberg(form="fugue", unit=0.01), place(name="b", tone=TONE))
    # No voice has two notes at once.
    for voice in ("voice1", "voice2", "voice3"):
        spans = sorted(
            (float(one.onset), length_s(one) / 2 ** (semitones(one) / 12))
            for one in found
            if one.name.startswith(voice)
        )
        for (start, lasts), (after, _) in itertools.pairwise(spans):
            assert start + lasts <= after + 1e-5


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": "1793 …"}, "has no letters a–z to play"),
        ({"text": "Ωmega Жук"}, "has letters without a pitch .'ω', 'ж', 'у', 'к'."),
        ({"length": 3, "unit": 1}, "'unit' and 'length' both set the tempo"),
        ({"unit": 0}, "'unit' must be greater than 0"),
        ({"form": "subject", "voices": [{}, {}]}, "a subject has one voice .has 2."),
        ({"form": "fugue", "voices": [{}]}, "a fugue needs at least two voices"),
        ({"form": "fugue", "voices": [{"turn": "inversion"}, {}]}, "'turn' is of a canon's voice"),
    ],
)
def test_contradictions_are_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        padberg(**fields)


@pytest.mark.parametrize(
    ("fields", "loc", "said"),
    [
        ({"voices": [{}, {"ratio": 40}]}, ("voices",), "voice 2, note 1 .h. has"),
        ({"at_hz": 20}, ("at_hz",), "is 57.9 semitones from 20 Hz; at most 48 are possible"),
        ({"unit": 0.001}, ("unit",), "voice 1, note 1 .h. lasts 1 ms; a note needs at least 2 ms"),
        ({"length": 0.1}, ("length",), "lasts 0.34 ms"),
        ({"from": {"file": "x.wav"}}, ("from",), "its length is not known; give it a 'length_s'"),
        ({"from": "a/*"}, ("from",), "its length is not known"),
    ],
)
def test_what_cannot_be_played_is_refused(
    fields: dict[str, Any], loc: tuple[str, ...], said: str
) -> None:
    with pytest.raises(ComposeError, match=said) as caught:
        events(padberg(**fields), place(shelf=Shelf({"a/x": 1.0, "a/y": 2.0}), tone=TONE))
    assert caught.value.loc == loc


def test_an_unknown_sound_is_left_to_the_checks_of_the_score() -> None:
    [one] = events(padberg(), place())
    assert one.fields == {"play": {"from": {"take": "tone"}}}


def test_what_is_left_of_a_note_that_is_cut_short_is_left_out_when_it_is_no_sound() -> None:
    """The end of the exposition leaves a fifth of a unit of one note of this text."""
    fields = {"text": "gik ilk", "form": "fugue", "durations": "log", "sections": 0, "stretto": 3}
    found = events(padberg(**fields, unit=1), place(tone=TONE))
    sounding = [length_s(one) / 2 ** (semitones(one) / 12) for one in found]
    assert min(sounding) == pytest.approx(0.1926, abs=1e-3)
    # With a unit of 3 ms the rest would be 0.6 ms.
    quick = events(padberg(**fields, unit=0.003), place(tone=TONE))
    left_out = found[sounding.index(min(sounding))]
    assert {one.name for one in found} - {one.name for one in quick} == {left_out.name}
