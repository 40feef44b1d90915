"""A rendered piece as exports see it: its sounds, tempo maps, cues and words, and no machine.

Its texts are lines in which every character is visible, so each is valid in every format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from approx_build.metric.tempo import TempoMap, samples
from approx_build.plan.lower import LoweredPiece
from approx_build.plan.movement import LoweredMovement
from approx_build.visible import visible_block

LONGEST = 60
"""Letters of a movement's slug in the names of its files."""


@dataclass(frozen=True)
class CuePoint:
    """A moment and words for a player; no player means everybody. Bar and beat count from 1."""

    at_s: Fraction
    text: str
    player: str
    bar: int
    beat: Fraction

    @property
    def place(self) -> str:
        """Bar and beat, as 12.3 or 12.3+1/2; a part of a beat without a name as 12.3+0.61."""
        whole, rest = divmod(self.beat, 1)
        if not rest:
            return f"{self.bar}.{whole}"
        part = str(rest) if rest.denominator <= 16 else f"{float(rest):.2f}"
        return f"{self.bar}.{whole}+{part}"


@dataclass(frozen=True)
class RenderedPart:
    """A part and its stem, as long as the movement."""

    name: str
    sound: Path


@dataclass(frozen=True)
class RenderedMovement:
    """A movement: its master, its stems, its cues in order, and its tempo; `length` in samples."""

    number: int
    slug: str
    title: str
    note: str
    rate: int
    length: int
    sound: Path
    parts: tuple[RenderedPart, ...]
    cues: tuple[CuePoint, ...]
    tempo: TempoMap

    @property
    def length_s(self) -> float:
        """Length in seconds."""
        return self.length / self.rate

    @property
    def name(self) -> str:
        """The safe name of its files: its number, then its slug without that number."""
        rest = self.slug.lstrip("0123456789-")[:LONGEST].rstrip("-")
        return f"{self.number:02}-{rest}" if rest else f"{self.number:02}"

    @property
    def sections(self) -> tuple[tuple[Fraction, str], ...]:
        """The moments of its sections in seconds, in order, with their names."""
        return tuple(sorted((at, name) for name, at in self.tempo.sections.items()))

    def players(self) -> list[str]:
        """Those whom cues name, in the order of their first cue."""
        return list(dict.fromkeys(cue.player for cue in self.cues if cue.player))

    def cues_for(self, player: str) -> list[CuePoint]:
        """The cues of a player, with those for everybody."""
        return [cue for cue in self.cues if cue.player in ("", player)]


@dataclass(frozen=True)
class RenderedPiece:
    """A piece or some of its movements. `gap_s` separates them in the whole.

    `people` are the names of those behind its sound; `credits` say who they are and what they
    agreed to, a line each. `made` says with what and from what it was made.
    """

    slug: str
    title: str
    composer: str
    players: tuple[str, ...]
    year: str
    instrumentation: str
    note: str
    rate: int
    channels: int
    ceiling_dbtp: float
    gap_s: float
    movements: tuple[RenderedMovement, ...]
    is_whole: bool
    people: tuple[str, ...]
    credits: tuple[str, ...]
    made: str

    @property
    def length_s(self) -> float:
        """Length of the movements with their gaps, seconds."""
        gaps = self.gap_s * (len(self.movements) - 1)
        return sum(one.length_s for one in self.movements) + gaps


def targets(lowered: Sequence[LoweredMovement]) -> Iterator[str]:
    """The targets whose sound an export reads."""
    for one in lowered:
        yield one.master
        yield from (part.stem for part in one.parts if part.is_audible)


def rendered_piece(
    piece: LoweredPiece,
    chosen: Sequence[LoweredMovement],
    sound: Callable[[str], Path],
    people: Sequence[str],
    notices: Sequence[str],
    made: str,
) -> RenderedPiece:
    """The chosen movements of a piece; `sound` gives the file of a target."""
    score, own = piece.score, piece.score.piece
    return RenderedPiece(
        slug=score.slug,
        title=visible_block(own.piece),
        composer=visible_block(own.composer or ""),
        players=tuple(map(visible_block, own.players)),
        year=str(own.year or ""),
        instrumentation=visible_block(own.instrumentation or ""),
        note=visible_block(own.note or ""),
        rate=own.output.rate,
        channels=own.output.channels,
        ceiling_dbtp=own.output.true_peak_dbtp,
        gap_s=own.gap_s,
        movements=tuple(_movement(one, own.output.rate, sound) for one in chosen),
        is_whole=len(chosen) == len(piece.movements),
        people=tuple(map(visible_block, people)),
        credits=tuple(map(visible_block, notices)),
        made=made,
    )


def _movement(
    lowered: LoweredMovement, rate: int, sound: Callable[[str], Path]
) -> RenderedMovement:
    movement, model = lowered.movement, lowered.movement.model
    cues = []
    for cue in model.cues:
        at_s = movement.tempo.seconds(cue.at)
        words = visible_block(cue.text), visible_block(cue.player or "")
        cues.append(CuePoint(at_s, *words, *movement.tempo.bar_beat(at_s)))
    return RenderedMovement(
        number=movement.number,
        slug=movement.slug,
        title=visible_block(model.movement),
        note=visible_block(model.note or ""),
        rate=rate,
        length=samples(movement.length, rate),
        sound=sound(lowered.master),
        parts=tuple(
            RenderedPart(part.name, sound(part.stem)) for part in lowered.parts if part.is_audible
        ),
        cues=tuple(sorted(cues, key=lambda cue: (cue.at_s, cue.player, cue.text))),
        tempo=movement.tempo,
    )
