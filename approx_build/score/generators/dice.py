"""Dice: the Musikalisches Würfelspiel, a waltz whose measures two dice choose.

Two dice are thrown for each of sixteen bars; the tables of 1793 (`dice_tables`) turn sum and bar
into one of 176 measures. Two dice make sums near 7 likely: rows are not chosen evenly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema, model_validator

from approx_build.metric.time import Time, Unit
from approx_build.score.generators.base import (
    GENERATORS,
    Composed,
    ComposeError,
    Generator,
    Place,
    whole_microseconds,
)
from approx_build.score.generators.dice_tables import BARS, measure
from approx_build.score.generators.measures import Grid, Measure, Measures, Onsets
from approx_build.score.source_ref import SourceRef
from approx_build.yaml_source.fields import SHORTEST_S, Seed, Strict
from approx_build.yaml_source.messages import shown
from approx_build.yaml_source.node import Value

THROWS: Final = 2 * BARS


@dataclass(frozen=True)
class Throw:
    """What the dice show for a bar: their sum, and both dice where they are known."""

    total: int
    dice: tuple[int, int] | None = None

    def __str__(self) -> str:
        return f"{self.dice[0]} + {self.dice[1]} = {self.total}" if self.dice else str(self.total)

    def written(self) -> int | list[int]:
        """The throw as in a score."""
        return list(self.dice) if self.dice else self.total


def throw(value: object) -> Throw:
    """A sum, or a list of two dice; ValueError when two dice cannot show it."""
    dice = value if isinstance(value, list | tuple) else []
    is_sum = isinstance(value, int) and not isinstance(value, bool)
    if is_sum and 2 <= value <= 12:  # type: ignore[operator]
        return Throw(value)  # type: ignore[arg-type]
    if len(dice) == 2 and all(type(die) is int and 1 <= die <= 6 for die in dice):
        return Throw(sum(dice), (dice[0], dice[1]))
    numbers = ", ".join(map(str, dice)) if len(dice) in (1, 2, 3) else ""
    raise ValueError(
        "two dice show a sum from 2 to 12, or as in [3, 4] two numbers from 1 to 6 "
        f"(is {f'[{numbers}]' if numbers else shown(value)})"
    )


_NUMBER = {"type": "integer", "minimum": 1, "maximum": 6}
_SCHEMA = {
    "anyOf": [
        {"type": "integer", "minimum": 2, "maximum": 12},
        {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2},
    ]
}
Thrown = Annotated[
    Throw,
    PlainValidator(throw),
    PlainSerializer(lambda one: one.written()),
    WithJsonSchema(_SCHEMA),
]


class Rethrow(Strict):
    """A bar whose dice are thrown again, and it alone."""

    bar: int = Field(ge=1, le=THROWS, description="the bar of the game")
    seed: Seed = Field(description="seed of the new throw")


class Endings(Strict):
    """Sounds for the bars that end a part, in place of the measures of the table."""

    first: SourceRef | None = Field(None, description="bar 8 before the repeat of part one")
    second: SourceRef | None = Field(
        None, description="bar 8 after the repeat of part one, or without a repeat"
    )
    last: SourceRef | None = Field(None, description="bar 16")


@GENERATORS.register
class Dice(Generator):
    """The Musikalisches Würfelspiel (attributed to Mozart, 1793): two dice choose every measure.

    For each of sixteen bars two dice are thrown, and the sum chooses one of eleven measures. Both
    parts of eight bars are repeated. A bar of the game is a bar of the movement, where it sounds.
    """

    generator: ClassVar[str] = "dice"
    example: ClassVar[Mapping[str, Any]] = {"measures": {"take": "fog"}, "repeats": False}
    inner: ClassVar[Mapping[str, type[Strict]]] = {
        "measures": Measures,
        "measures.onsets": Onsets,
        "measures.bars": Grid,
        "rethrow": Rethrow,
        "endings": Endings,
    }

    measures: Measures = Field(
        description="the sounds of the 176 measures; of fewer, measure m is sound m, counted "
        "through them again and again"
    )
    throws: tuple[Thrown | None, ...] = Field(
        (),
        max_length=THROWS,
        description="throws of real dice, from bar 1 on: sums, or both dice as in [3, 4]; "
        "empty ones, and bars after the last, are thrown by the seed",
    )
    rethrow: tuple[Rethrow, ...] = Field(
        (), max_length=THROWS, description="bars to be thrown again, as { bar: 12, seed: 5 }"
    )
    repeats: bool = Field(True, description="whether each part is played twice")
    endings: Endings | None = Field(
        None, description="sounds for the bars that close the parts, in place of measures"
    )
    bar_s: float | None = Field(
        None, ge=0.05, le=600, description="length of a bar, seconds (default: the movement's)"
    )
    fill: Literal["silence", "repeat", "stretch"] = Field(
        "silence", description="what a sound shorter than its bar is followed by, or made to"
    )
    gap_s: float = Field(0.0, ge=0, le=60, description="silence before each bar line, seconds")
    crossfade_s: float = Field(
        0.005,
        ge=0,
        le=10,
        description="fades of each sound; without a gap it sounds that much into the next bar",
    )
    spread: float = Field(
        0.0, ge=-1, le=1, description="place by the throw: 2 at -spread, 7 in the centre, 12 at it"
    )

    @model_validator(mode="after")
    def _fits(self) -> Dice:
        again = [one.bar for one in self.rethrow]
        for place, bar in enumerate(again):
            if bar in again[:place]:
                raise ValueError(f"'rethrow' has bar {bar} twice")
            if bar <= len(self.throws) and self.throws[bar - 1] is not None:
                raise ValueError(f"bar {bar} has a throw in 'throws' and in 'rethrow'; choose one")
        return self

    def events(self, place: Place) -> Iterator[Composed]:
        """One event for each bar, at its bar line."""
        if not self.measures.is_known(place):
            event = {"play": {"from": self.measures.unknown(place)}}
            yield Composed("measures", "measures", place.start, str(place.at), event)
            return
        pool, order = self.measures.pool(place), self._order()
        for played, bar in enumerate(order):
            thrown = self._throw(place, bar)
            number = measure(bar, thrown.total)
            sound = pool[(number - 1) % len(pool)]
            label = f"bar {played + 1}, measure {number}"
            if (name := self._ending(played, order)) is not None:
                sound, label = self._close(place, name), f"bar {played + 1}, {name} ending"
            fields = self._fields(place, played, sound, played + 1 == len(order), label)
            if self.spread:
                # Adding 0.0 makes -0.0 plain 0.
                fields["pan"] = round(self.spread * (thrown.total - 7) / 5, 6) + 0.0
            at, onset = self._bar_line(place, played)
            yield Composed(f"bar{played + 1}-m{number}", label, onset, at, fields)

    def log(self, place: Place) -> Iterator[str]:
        """A line for each of the sixteen bars: what the dice show, and the measure."""
        for bar in range(1, THROWS + 1):
            thrown = self._throw(place, bar)
            yield f"bar {bar}, throw {thrown}, measure {measure(bar, thrown.total)}"

    def _order(self) -> list[int]:
        """The bars of the game in the order in which they are played."""
        one, two = [*range(1, BARS + 1)], [*range(BARS + 1, THROWS + 1)]
        return [*one, *one, *two, *two] if self.repeats else [*one, *two]

    def _throw(self, place: Place, bar: int) -> Throw:
        """What the dice show for a bar, by its place: no other throw changes it."""
        given = self.throws[bar - 1] if bar <= len(self.throws) else None
        if given is not None:
            return given
        rng = place.rng.child("dice")
        for again in self.rethrow:
            if again.bar == bar:
                rng = place.rng.child("dice", again.seed)
        # The top bits of the words, as `Stream.index` does.
        words = [int(word) for word in rng.words_at(2 * (bar - 1), 2)]
        first, second = (1 + (6 * (word >> 11) >> 53) for word in words)
        return Throw(first + second, (first, second))

    def _ending(self, played: int, order: list[int]) -> str | None:
        """Which of the given endings is played at a place in the order, if one is."""
        if order[played] not in (BARS, THROWS):
            return None
        before = "first" if self.repeats and played < BARS else "second"
        name = "last" if order[played] == THROWS else before
        return name if getattr(self.endings, name, None) else None

    def _close(self, place: Place, name: str) -> Measure:
        source: SourceRef = getattr(self.endings, name)
        fields = source.model_dump(mode="json", exclude_defaults=True)
        length_s = place.length_s(source) if place.is_known(source) else SHORTEST_S
        if length_s is None or length_s <= 0:
            raise ComposeError(("endings", name), "its length is not known; give it a 'length_s'")
        fields.pop("start_s", None)
        return Measure(fields, source.start_s, length_s)

    def _bar_line(self, place: Place, bars: int) -> tuple[str, Fraction]:
        """The beginning of a bar, as a score has it and in seconds of the movement."""
        passed = place.after(self._length(bars))
        at = place.moment(passed) if self.bar_s else place.bar_line(bars)
        return at, place.start + passed

    def _length(self, bars: int) -> Time:
        if self.bar_s is None:
            return Time(Unit.BARS, Fraction(bars))
        return Time(Unit.SECONDS, bars * Fraction(str(self.bar_s)))

    def _fields(
        self, place: Place, played: int, sound: Measure, is_last: bool, label: str
    ) -> dict[str, Value]:
        """The sound of a bar, cut at the next bar line or faded into the next sound."""
        bar_s = float(place.after(self._length(played + 1)) - place.after(self._length(played)))
        if self.gap_s >= bar_s:
            message = f"{label}: the bar lasts {bar_s:g} s, so the gap must be shorter"
            raise ComposeError(("gap_s",), message)
        over_s = 0.0 if is_last or self.gap_s else self.crossfade_s
        wanted_s = bar_s - self.gap_s + over_s
        length_s = min(wanted_s, sound.length_s + min(sound.tail_s, over_s))
        source = sound.cut(length_s)
        fields: dict[str, Value] = {"play": {"from": source}}
        if self.fill != "silence" and length_s < wanted_s - SHORTEST_S:
            length_s = wanted_s
            fields["through"] = [{self.fill: {"length_s": whole_microseconds(wanted_s)}}]
        fade_s = round(min(self.crossfade_s, length_s / 2), 6)
        return {**fields, "fade_in_s": fade_s, "fade_out_s": fade_s} if fade_s else fields
