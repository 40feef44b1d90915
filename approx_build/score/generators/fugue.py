"""The free fugue, after the title of Padberg's dissertation: its rules are ours.

Exposition: voices enter one after the other, subject and answer in turn, and go on with the
countersubject. Development: in each section every voice has a form of the subject by chance.
Stretto: all voices have the subject, entering close to each other, and end together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from approx_build.numerics.stream import Stream
from approx_build.score.generators.letters import OCTAVE
from approx_build.score.generators.subject import (
    Line,
    Shift,
    Tone,
    Turn,
    augmented,
    cents,
    onsets,
    total,
    turned,
)

FORMS: Final[tuple[Turn | None, ...]] = (None, "inversion", "retrograde", "retrograde-inversion")
FACTORS: Final = (Fraction(1), Fraction(1), Fraction(2), Fraction(1, 2))
"""Augmentations, the plain one twice as likely as each other."""
WORDS: Final = 5
"""Random words for one voice of a section: form, steps, augmentation, delay, silence."""
MOST_DRAWS: Final = 17
"""How often a section is drawn when its voices clash."""
NEAR_CENTS: Final = 40


def registers(count: int) -> list[Shift]:
    """Subject and answer (3/2) in turn, each pair of voices an octave lower than the one before."""
    answers = (Fraction(3, 2) if voice % 2 else Fraction(1) for voice in range(count))
    return [Shift(ratio=answer / 2 ** ((voice + 1) // 2)) for voice, answer in enumerate(answers)]


@dataclass(frozen=True)
class Fugue:
    """A fugue over `subject`; `delays` are units by which a voice may enter late."""

    subject: tuple[Tone, ...]
    voices: tuple[Shift, ...]
    delays: tuple[Fraction, ...]
    axis: int
    sections: int
    stretto: int | None
    clash: int | None
    rng: Stream

    def lines(self) -> Iterator[Line]:
        """The passages of all voices, section by section."""
        found, now = self._exposition()
        yield from found
        for number in range(1, self.sections + 1):
            section = self._section(number, now)
            yield from section
            now = max((line.entry + total(line.tones) for line in section), default=now)
        yield from self._stretto(now)

    def _exposition(self) -> tuple[list[Line], Fraction]:
        """The entries of the voices, and where the last subject ends."""
        counter = tuple(turned(self.subject, "retrograde-inversion", self.axis))
        last = len(self.subject) if self.stretto is None else self.stretto
        apart, length = total(self.subject[:last]), total(self.subject)
        end = apart * (len(self.voices) - 1) + length
        lines = []
        for voice, shift in enumerate(self.voices):
            entry = apart * voice
            lines.append(Line(voice, self.subject, shift, entry, passage="subject"))
            lines.append(Line(voice, counter, shift, entry + length, passage="counter", stop=end))
        return lines, end

    def _section(self, number: int, now: Fraction) -> list[Line]:
        """A section of the development, drawn again while its voices clash."""
        lines: list[Line] = []
        for attempt in range(MOST_DRAWS):
            drawn = (self._drawn(number, voice, attempt, now) for voice in range(len(self.voices)))
            lines = [line for line in drawn if line is not None]
            if self.clash is None or clashes(lines) <= self.clash:
                break
        return lines

    def _drawn(self, number: int, voice: int, attempt: int, now: Fraction) -> Line | None:
        """What a voice has in a section; None when it is silent.

        By the names of section and voice, so that one section more changes no other.
        """
        rng = self.rng.child("fugue", number, voice)
        words = [int(word) >> 11 for word in rng.words_at(WORDS * attempt, WORDS)]
        if not _index(8, words[4]):
            return None
        form = FORMS[_index(len(FORMS), words[0])]
        factor = FACTORS[_index(len(FACTORS), words[2])]
        delay = self.delays[_index(len(self.delays), words[3])]
        base = self.voices[voice]
        steps = base.steps + _index(OCTAVE, words[1])
        shift = Shift(steps, base.ratio, base.semitones)
        tones = augmented(turned(self.subject, form, self.axis), factor)
        return Line(voice, tuple(tones), shift, now + delay, passage=f"section{number}")

    def _stretto(self, now: Fraction) -> list[Line]:
        """The subject in all voices, a first note apart; they end with the first."""
        apart, end = self.subject[0].units, now + total(self.subject)
        return [
            Line(voice, self.subject, shift, now + apart * voice, passage="stretto", stop=end)
            for voice, shift in enumerate(self.voices)
        ]


def _index(count: int, bits: int) -> int:
    """A whole number below `count` from 53 random bits, as `Stream.index` draws it."""
    return count * bits >> 53


def clashes(lines: Sequence[Line]) -> int:
    """How many notes of two voices begin together, nearer than 40 cents and not equal."""
    at: dict[Fraction, list[tuple[int, float]]] = {}
    for line in lines:
        for onset, tone in zip(onsets(line.tones), line.tones, strict=True):
            at.setdefault(line.entry + onset, []).append((line.voice, line.shift.hz(tone)))
    return sum(
        first != other and hz != their_hz and cents(hz, their_hz) < NEAR_CENTS
        for together in at.values()
        for index, (first, hz) in enumerate(together)
        for other, their_hz in together[:index]
    )
