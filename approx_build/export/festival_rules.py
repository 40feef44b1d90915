"""Rules of a festival: what a submission must be, as a YAML file, and what breaks them.

Shipped rule sets are in `export/rules/`. They follow published calls; the call of the year decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from approx_build.audio import wav
from approx_build.audio.loudness import measure
from approx_build.audio.sndfile import int_bits
from approx_build.errors import UsageError, argument
from approx_build.export.names import safe
from approx_build.export.rendered import RenderedPiece
from approx_build.files.names import alike
from approx_build.units import clock, counted
from approx_build.yaml_source import load_source, validate
from approx_build.yaml_source.fields import Strict, Text

SHIPPED = Path(__file__).parent / "rules"
SHORTEST_WORD = 3
"""Letters of the shortest word of a composer's name that is searched for on its own."""
MB = 1_000_000

Rate = Annotated[int, Field(ge=8_000, le=192_000)]


class FestivalRules(Strict):
    """The rules of a festival. A rule that is left out allows everything."""

    rules: Literal[1] = Field(1, description="version of this grammar")
    name: Text = Field(description="what is submitted to")
    source: Text = Field(description="where the rules are published")
    shortest_s: float = Field(0, ge=0, description="shortest length, seconds")
    longest_s: float | None = Field(None, gt=0, description="longest length, seconds")
    file_formats: tuple[Literal["wav", "flac"], ...] = Field(
        min_length=1, description="formats, the preferred one first"
    )
    rates_hz: tuple[Rate, ...] = Field(
        min_length=1, description="sample rates, the preferred one first, Hz"
    )
    bits: tuple[Literal[16, 24], ...] = Field(
        min_length=1, description="bits of a sample, the preferred number first"
    )
    channels: tuple[int, ...] = Field(min_length=1, description="numbers of channels")
    largest_mb: float | None = Field(None, gt=0, description="largest sound file, megabytes")
    true_peak_dbtp: float | None = Field(None, le=0, description="highest true peak, dBTP")
    note_words: int | None = Field(None, gt=0, description="longest programme note, words")
    is_anonymous: bool = Field(False, description="whether no file may name a person")


def shipped() -> list[str]:
    """The names of the shipped rule sets."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def read_rules(written: str | None) -> FestivalRules:
    """A shipped rule set by its name, or that of a file.

    UsageError when there is none, ScoreError with all faults of the file.
    """
    known = ", ".join(shipped())
    if not written:
        raise UsageError(f"a submission needs {argument('rules')}: a file, or one of: {known}")
    if written in shipped():
        return validate(FestivalRules, load_source(SHIPPED / f"{written}.yaml", written))
    if not Path(written).is_file():
        asked = argument("rules", written)
        raise UsageError(f"{asked}: there is no such file; the shipped rules are: {known}")
    return validate(FestivalRules, load_source(Path(written), written))


@dataclass(frozen=True)
class Submission:
    """What is submitted: the piece, its sound, and its texts by their file names."""

    piece: RenderedPiece
    sound: Path
    texts: Mapping[str, str]


def broken(rules: FestivalRules, found: Submission) -> Iterator[str]:
    """Every rule that a submission breaks: what is wrong, and what would be right."""
    info, size = wav.info(found.sound), found.sound.stat().st_size
    length_s = info.length / info.rate
    if rules.longest_s is not None and length_s > rules.longest_s:
        yield f"the piece lasts {clock(length_s)}; at most {clock(rules.longest_s)} are allowed"
    if length_s < rules.shortest_s:
        yield f"the piece lasts {clock(length_s)}; at least {clock(rules.shortest_s)} are needed"
    yield from _not_one_of("channels", info.channels, rules.channels)
    yield from _not_one_of("the sample rate", info.rate, rules.rates_hz)
    bits = 32 if info.subtype == "FLOAT" else int_bits(info.subtype)
    yield from _not_one_of("the bits of a sample", bits, rules.bits)
    yield from _not_one_of("the format", found.sound.suffix[1:], rules.file_formats)
    if rules.largest_mb is not None and size > rules.largest_mb * MB:
        yield f"the sound file has {size / MB:.1f} MB; at most {rules.largest_mb:g} are allowed"
    if rules.true_peak_dbtp is not None:
        peak = measure(found.sound).true_peak_dbtp
        if peak is not None and peak > rules.true_peak_dbtp:
            yield f"the true peak is {peak} dBTP; at most {rules.true_peak_dbtp:g} are allowed"
    if rules.note_words is not None:
        notes = [found.piece.note, *(one.note for one in found.piece.movements)]
        count = len(" ".join(notes).split())
        if count > rules.note_words:
            words = counted(count, "word")
            yield f"the notes have {words}; at most {rules.note_words} are allowed"
    if rules.is_anonymous:
        yield from _named(found)


def _not_one_of(what: str, found: object, allowed: tuple[object, ...]) -> Iterator[str]:
    if found not in allowed:
        yield f"{what}: {found}; the rules allow {', '.join(map(str, allowed))}"


def _named(found: Submission) -> Iterator[str]:
    """The places in which a person is named."""
    files = " ".join([*found.texts, found.sound.name])
    for name in names_of(found.piece):
        places = [place for place, text in found.texts.items() if _has(alike(text), alike(name))]
        # In the name of a file, words have hyphens and no accents.
        places += ["the names of the files"] if _has(files, safe(name)) else []
        for place in places:
            yield f"{place}: {name!r} names a person; the rules ask for anonymous files"


def _has(text: str, words: str) -> bool:
    """Whether a text has these words, not within others."""
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text) is not None


def names_of(piece: RenderedPiece) -> list[str]:
    """The names that an anonymous text does not contain, the longest first.

    A player who is named as an instrument of the piece is no person; `van` is no name.
    """
    found = re.findall(r"\w+", piece.composer)
    words = [one for one in found if len(one) >= SHORTEST_WORD and not one.islower()]
    instruments = piece.instrumentation.casefold()
    players = [one for one in piece.players if one.casefold() not in instruments]
    names = {piece.composer, *words, *players, *piece.people} - {""}
    return sorted(names, key=lambda name: (-len(name), name))
