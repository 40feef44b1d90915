"""Padberg: a text as a microtonal subject, a canon or a free fugue, after Harriet Padberg (1964).

Letters become pitches and rhythm (`letters`), voices turn and transpose them (`subject`, `fugue`).
Each note plays one sound, cut to the note's length and repitched by the exact ratio.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from approx_build.audio.glide import speed
from approx_build.metric.time import Duration, Time, Unit, scaled
from approx_build.numerics.stream import Stream
from approx_build.score.generators.base import (
    GENERATORS,
    Composed,
    ComposeError,
    Generator,
    Place,
    ranged,
    whole_microseconds,
)
from approx_build.score.generators.fugue import Fugue, registers
from approx_build.score.generators.letters import (
    OCTAVE,
    Y,
    cleaned,
    intervals,
    letters,
    log,
    readable,
)
from approx_build.score.generators.subject import (
    Durations,
    Line,
    Shift,
    Tone,
    augmented,
    duration,
    onsets,
    subject,
    total,
    turned,
)
from approx_build.score.generators.voice import Voice
from approx_build.score.source_ref import SourceRef
from approx_build.yaml_source.fields import Strict
from approx_build.yaml_source.node import Value

UNIT: Final = Time(Unit.SECONDS, Fraction(1, 20))
MOST_VOICES: Final = 8
LOW_HZ, HIGH_HZ = 20, 20_000
MOST_SEMITONES: Final = 48
"""Of `repitch`."""
SHORTEST_NOTE_S: Final = 0.002
FUGUE_VOICES: Final = 3
CANON_SEMITONES: Final = (0, -8, -12, -20)
"""The four voices of the rebuilt program."""


@lru_cache(maxsize=4096)
def _faster(semitones: float) -> float:
    return speed(semitones)


@GENERATORS.register
class Padberg(Generator):
    """A text as music, after Harriet Padberg's program of 1964: letters become pitches and rhythm.

    The octave from A (440 Hz) has 24 steps equal in hertz; the divisors of the least common
    multiple of the numbers of vowels, of other characters, of all characters, and of 22 give the
    rhythm. Case, accents, digits and signs change nothing; spaces count in the rhythm.
    """

    generator: ClassVar[str] = "padberg"
    example: ClassVar[Mapping[str, Any]] = {
        "text": "harriet padberg",
        "form": "subject",
        "unit": 0.01,
        "from": "fog",
        "at_hz": 440,
    }
    inner: ClassVar[Mapping[str, type[Strict]]] = {"voices": Voice}

    text: Annotated[str, AfterValidator(readable)] = Field(
        min_length=1, max_length=1000, description="what becomes music"
    )
    form: Literal["subject", "canon", "fugue"] = Field(
        "canon", description="one voice; several that imitate it; or a free fugue"
    )
    y: Y = Field(
        "first",
        description="the step of the letter y: I's the first time and then Z's, I's as a vowel "
        "and Z's before a vowel, or always one",
    )
    durations: Durations = Field(
        "plain",
        description="units of a note of interval x: x; (x mod 32) / 8 + 1; or 1 + log2 x",
    )
    unit: Duration | None = Field(
        None, description="length of a unit: seconds or beats (default: 0.05 s)"
    )
    length: Duration | None = Field(
        None, description="instead of unit: length of the subject, seconds or beats"
    )
    longest: float | None = Field(
        None, ge=0.01, le=10**6, description="most units of a note (default: no limit)"
    )
    voices: tuple[Voice, ...] = Field(
        (),
        max_length=MOST_VOICES,
        description="voices (default: a canon has four, 0, 8, 12 and 20 semitones down; a fugue "
        "three, subject and answer)",
    )
    entry: Duration | None = Field(
        None,
        description="from one entry of a canon to the next (default: half the first two "
        "folded durations, seconds)",
    )
    axis: int = Field(0, ge=0, lt=OCTAVE, description="step around which a subject is inverted")
    sections: int = Field(2, ge=0, le=64, description="sections of a fugue's development")
    stretto: int | None = Field(
        None,
        ge=1,
        le=2000,
        description="a fugue's voice enters after this note (default: the last)",
    )
    clash: int | None = Field(
        None,
        ge=0,
        le=1000,
        description="notes of two voices that may begin together nearer than 40 cents, in a "
        "section; with more it is drawn again, 16 times at most (default: no limit)",
    )
    sound: SourceRef = Field(alias="from", description="the sound of every note")
    at_hz: float = Field(ge=LOW_HZ, le=HIGH_HZ, description="pitch of that sound, Hz")
    fill: Literal["silence", "repeat", "stretch"] = Field(
        "silence", description="what a sound shorter than its note is followed by, or made to"
    )
    fade_in_s: float = Field(0.01, ge=0, le=10, description="fade-in of each note, seconds")
    fade_out_s: float = Field(0.05, ge=0, le=10, description="fade-out of each note, seconds")

    @model_validator(mode="after")
    def _fits(self) -> Padberg:
        if self.length is not None and self.unit is not None:
            raise ValueError("'unit' and 'length' both set the tempo; give one of them")
        if not (self.length or self.unit or UNIT).is_some:
            raise ValueError(f"'{'length' if self.length else 'unit'}' must be greater than 0")
        if self.form == "subject" and len(self.voices) > 1:
            raise ValueError(f"a subject has one voice (has {len(self.voices)}); write form: canon")
        if self.form == "fugue":
            named = [name for voice in self.voices for name in voice.of_a_canon]
            if named:
                raise ValueError(
                    f"'{named[0]}' is of a canon's voice; a fugue has rules of its own"
                )
            if len(self.voices) == 1:
                raise ValueError("a fugue needs at least two voices (has 1)")
        return self

    def events(self, place: Place) -> Iterator[Composed]:
        """A note for each letter of each voice."""
        if not place.is_known(self.sound):
            source: Value = self.sound.model_dump(mode="json", exclude_defaults=True)
            event: dict[str, Value] = {"play": {"from": source}}
            yield Composed("notes", "every note", place.start, str(place.at), event)
            return
        available_s = place.length_s(self.sound)
        if available_s is None or available_s <= 0:
            raise ComposeError(("from",), "its length is not known; give it a 'length_s'")
        for line in self._lines(place):
            yield from self._line(place, line, available_s)

    def log(self, place: Place) -> Iterator[str]:
        """A line for each letter of the text: its frequency and interval."""
        return log(letters(cleaned(self.text), self.y))

    @cached_property
    def subject(self) -> tuple[Tone, ...]:
        """The text as notes."""
        found = letters(cleaned(self.text), self.y)
        return tuple(subject(found, self.durations, self.longest))

    def _units(self, count: Fraction) -> Time:
        """So many units."""
        whole = self.length or self.unit or UNIT
        return scaled(whole, count / (total(self.subject) if self.length else 1))

    def _lines(self, place: Place) -> Iterable[Line]:
        """What the voices play."""
        if self.form == "fugue":
            return self._fugue(place.rng).lines()
        if self.form == "subject":
            voices = self.voices or (Voice.model_validate({}),)
        else:
            down = ({"semitones": semitones} for semitones in CANON_SEMITONES)
            voices = self.voices or tuple(map(Voice.model_validate, down))
        lines: list[Line] = []
        for number, voice in enumerate(voices):
            tones = tuple(augmented(turned(self.subject, voice.turn, self.axis), voice.augment))
            entry_s = self._entry_s(place, voice, lines)
            lines.append(Line(number, tones, voice.shift or Shift(), entry_s=entry_s))
        return lines

    def _fugue(self, rng: Stream) -> Fugue:
        """The fugue over the subject."""
        given = registers(len(self.voices) or FUGUE_VOICES)
        own = [voice.shift for voice in self.voices] or [None] * len(given)
        shifts = [mine or theirs for mine, theirs in zip(own, given, strict=True)]
        delays = tuple(Fraction(one % 32) for one in intervals(cleaned(self.text)))
        return Fugue(
            subject=self.subject,
            voices=tuple(shifts),
            delays=delays,
            axis=self.axis,
            sections=self.sections,
            stretto=self.stretto,
            clash=self.clash,
            rng=rng,
        )

    def _entry_s(self, place: Place, voice: Voice, before: list[Line]) -> Fraction:
        """When a voice of a canon enters, seconds from the generator's start."""
        if voice.entry is not None:
            return place.after(voice.entry)
        if not before:
            return Fraction(0)
        last = before[-1]
        if voice.after_note is not None:
            units = list(accumulate(tone.units for tone in last.tones))
            passed = units[min(voice.after_note, len(units)) - 1]
            return last.entry_s + place.after(self._units(passed), last.entry_s)
        if self.entry is not None:
            return last.entry_s + place.after(self.entry, last.entry_s)
        found = letters(cleaned(self.text), self.y)[:2]
        return last.entry_s + sum(duration(one.interval, "folded") for one in found) / Fraction(2)

    def _line(self, place: Place, line: Line, available_s: float) -> Iterator[Composed]:
        begin = line.entry_s + place.after(self._units(line.entry))
        for number, (units, tone) in enumerate(zip(onsets(line.tones), line.tones, strict=True), 1):
            stop = units + tone.units
            if line.stop is not None:
                stop = min(stop, line.stop - line.entry)
            if stop <= units:
                continue
            now = begin + place.after(self._units(units), begin)
            lasts = begin + place.after(self._units(stop), begin) - now
            # What is left of a note that is cut short may be no sound.
            if stop < units + tone.units and lasts < SHORTEST_NOTE_S:
                continue
            spoken = f"{line.passage}, " if line.passage else ""
            label = f"voice {line.voice + 1}, {spoken}note {number} ({tone.letter})"
            passage = f"-{line.passage}" if line.passage else ""
            name = f"voice{line.voice + 1}{passage}-note{number}-{tone.letter}"
            fields = self._note(line, tone, float(lasts), available_s, label)
            yield Composed(name, label, place.start + now, place.moment(now), fields)

    def _note(
        self, line: Line, tone: Tone, lasts_s: float, available_s: float, label: str
    ) -> dict[str, Value]:
        """The sound of one note of `lasts_s` seconds."""
        hz = line.shift.hz(tone)
        semitones = line.shift.semitones_from(self.at_hz, tone)
        self._check(hz, semitones, lasts_s, label)
        faster = _faster(semitones)
        needed_s = lasts_s * faster
        length_s = min(needed_s, available_s)
        through: list[Value] = [{"repitch": {"semitones": semitones}}]
        if self.fill != "silence" and length_s < needed_s:
            through.insert(0, {self.fill: {"length_s": whole_microseconds(needed_s)}})
            length_s = needed_s
        source = ranged(self.sound, min(length_s, available_s))
        fields: dict[str, Value] = {"play": {"from": source}, "through": through}
        half_s = length_s / faster / 2
        voice = self.voices[line.voice] if self.voices else None
        placed = {
            "gain_db": voice.gain_db if voice else 0.0,
            "pan": voice.pan if voice else 0.0,
            "fade_in_s": whole_microseconds(min(self.fade_in_s, half_s)),
            "fade_out_s": whole_microseconds(min(self.fade_out_s, half_s)),
        }
        return {**fields, **{name: value for name, value in placed.items() if value}}

    def _check(self, hz: float, semitones: float, lasts_s: float, label: str) -> None:
        if not LOW_HZ <= hz <= HIGH_HZ:
            message = f"{label} has {hz:.1f} Hz; notes have {LOW_HZ} to {HIGH_HZ} Hz"
            raise ComposeError(("voices",) if self.voices else (), message)
        if abs(semitones) > MOST_SEMITONES:
            message = f"{label} is {semitones:.1f} semitones from {self.at_hz:g} Hz; at most "
            raise ComposeError(("at_hz",), f"{message}{MOST_SEMITONES} are possible")
        if lasts_s < SHORTEST_NOTE_S:
            message = f"{label} lasts {1000 * lasts_s:.2g} ms; a note needs at least "
            where = "length" if self.length else "unit"
            raise ComposeError((where,), f"{message}{1000 * SHORTEST_NOTE_S:g} ms")
