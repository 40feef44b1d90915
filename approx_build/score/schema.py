"""The models of a score: a piece, its movements, their parts, cues and expectations."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from approx_build.metric.time import Duration, Moment
from approx_build.score.composition import Composition
from approx_build.score.curve import Curve, PartGain, PartPan
from approx_build.score.event import Event
from approx_build.score.section_repeats import SectionRepeat
from approx_build.score.takes import Take
from approx_build.score.tempo_marks import Meter, Sections, Tempo
from approx_build.yaml_source.fields import MOST, Name, Seed, Strict, Text

__all__ = ["Cue", "Event", "Expectation", "Movement", "Output", "Part", "Piece", "Take"]

MOST_MOVEMENTS = 1000


class Output(Strict):
    """How the piece is written to files."""

    rate: int = Field(44_100, ge=8_000, le=192_000, description="samples per second, Hz")
    channels: Literal[2] = Field(2, description="stereo")
    subtype: Literal["PCM_24"] = Field("PCM_24", description="24-bit integers")
    true_peak_dbtp: float = Field(
        -1.0, ge=-60, le=0, description="ceiling of the true peak of a movement, dBTP"
    )
    gain_db: float = Field(0.0, ge=-60, le=60, description="gain before the limiter, dB")
    dither: Literal["tpdf", "none"] = Field(
        "tpdf",
        description="dither: noise of one quantisation step, against distortion of quiet sound",
    )


class Part(Strict):
    """A voice made of events, rendered alone as a stem."""

    like: Name | None = Field(
        None, description="another part, whose fields this one has if they are not written here"
    )
    gain_db: PartGain = Field(
        Curve.constant(0.0), description="level, dB; or breakpoints, times in the movement"
    )
    pan: PartPan = Field(
        Curve.constant(0.0),
        description="place, -1 left to 1 right; or breakpoints, times in the movement",
    )
    mute: bool = Field(
        False, description="leave the part out of the mix; other parts may still use its sound"
    )
    solo: bool = Field(
        False, description="mix only the parts with solo (mute is stronger than solo)"
    )
    events: tuple[Event, ...] = Field(
        (), max_length=MOST, description="events of the part, in any order"
    )
    compose: tuple[Composition, ...] = Field(
        (), max_length=1000, description="generators that write further events of the part"
    )


class Cue(Strict):
    """A moment and words for a player."""

    at: Moment = Field(description="when: seconds, m:ss.mmm or bar N.B")
    # `for` is a keyword of Python.
    player: Text | None = Field(None, alias="for", description="the player (default: all players)")
    text: Text = Field(description="instruction")

    @model_validator(mode="before")
    @classmethod
    def _has_one_spelling(cls, data: object) -> object:
        # `populate_by_name` would accept the name of the attribute, too.
        if isinstance(data, dict) and "player" in data:
            raise ValueError("unknown field 'player'; write 'for'")
        return data


class Expectation(Strict):
    """A property that a movement must have; a render reports a movement without it."""

    silence: Annotated[tuple[Moment, ...], Field(min_length=2, max_length=2)] | None = Field(
        None, description="range that must be silent, as [from, to]"
    )
    below_dbfs: float | None = Field(
        None, ge=-200, le=0, description="level of silence, dBFS (default: -90)"
    )
    sound: Annotated[tuple[Moment, ...], Field(min_length=2, max_length=2)] | None = Field(
        None, description="range that must not fall silent, as [from, to]"
    )
    above_dbfs: float | None = Field(
        None,
        ge=-200,
        le=0,
        description="RMS that every second of the sound must exceed, dBFS (default: -60)",
    )
    peak_dbfs_below: float | None = Field(
        None, ge=-200, le=0, description="every sample of the mix must be below this, dBFS"
    )

    @model_validator(mode="after")
    def _has_one_condition(self) -> Expectation:
        if sum(one is not None for one in (self.silence, self.sound, self.peak_dbfs_below)) != 1:
            raise ValueError("needs one of 'silence', 'sound' and 'peak_dbfs_below'")
        if self.below_dbfs is not None and self.silence is None:
            raise ValueError("'below_dbfs' belongs to 'silence'")
        if self.above_dbfs is not None and self.sound is None:
            raise ValueError("'above_dbfs' belongs to 'sound'")
        return self

    @property
    def range(self) -> tuple[str, tuple[Moment, ...]] | None:
        """The field with a range, and the range; None when the whole movement is meant."""
        if self.silence is not None:
            return "silence", self.silence
        return ("sound", self.sound) if self.sound is not None else None


class Movement(Strict):
    """One movement: one file, one WAV."""

    score: Literal[1] = Field(1, description="version of this grammar")
    movement: Text = Field(description="title")
    note: Text | None = Field(None, description="a note for the programme or for oneself")
    length: Duration = Field(description="length, exact to the sample: seconds, m:ss or bars")
    tempo: Tempo = Field(
        (), description="quarter notes per minute, or a list of tempo marks (60 if left out)"
    )
    meter: Meter = Field((), description="as 4/4, or a list of meter marks (4/4 if left out)")
    sections: Sections = Field(
        default_factory=dict, description="where sections begin, by name: bars or other times"
    )
    repeats: tuple[SectionRepeat, ...] = Field(
        (), max_length=1000, description="sections whose events return at other moments"
    )
    takes: dict[Name, Take] = Field(
        default_factory=dict, max_length=MOST, description="takes by name"
    )
    parts: dict[Name, Part] = Field(
        default_factory=dict, max_length=1000, description="parts by name"
    )
    cues: tuple[Cue, ...] = Field((), max_length=MOST, description="cues for the players")
    expect: tuple[Expectation, ...] = Field(
        (), max_length=1000, description="expectations, checked at every render"
    )


class Piece(Strict):
    """A work: what its movements share, and their files in order."""

    score: Literal[1] = Field(1, description="version of this grammar")
    piece: Text = Field(description="title")
    composer: Text | None = Field(None, description="composer")
    players: tuple[Text, ...] = Field((), max_length=1000, description="performers")
    year: int | None = Field(None, ge=1, le=9999, description="year of composition")
    instrumentation: Text | None = Field(None, description="instrumentation")
    note: Text | None = Field(None, description="programme note")
    seed: Seed = Field(0, description="seed of all random choices without their own seed")
    output: Output = Field(Output.model_validate({}), description="format of the rendered files")
    gap_s: float = Field(
        2.0, ge=0, le=600, description="silence between movements in the whole piece, seconds"
    )
    takes: dict[Name, Take] = Field(
        default_factory=dict, max_length=MOST, description="takes that all movements share, by name"
    )
    movements: tuple[Text, ...] = Field(
        min_length=1,
        max_length=MOST_MOVEMENTS,
        description="files of the movements, relative to this file",
    )
