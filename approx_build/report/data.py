"""The data of a report: plain structures that the builder fills and `page` draws.

Times are seconds from the movement's start unless they say otherwise. `audio` and `path` are
paths relative to the page, with forward slashes. All text is plain: the page escapes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from approx_build.audio.loudness import Facts
from approx_build.corpus.recordings import Hours
from approx_build.figures.thumbnail import Sketch

Parameters = Mapping[str, object]
"""Names with their units in them, and plain values."""


@dataclass(frozen=True, slots=True)
class Origin:
    """One link of the chain from a part to the people behind it, and what it stands on.

    `kind` is what it is in one word: event, take, network, checkpoint, corpus, recording, file.
    `consent` names the `ConsentReport` that covers it.
    """

    kind: str
    name: str
    detail: str = ""
    consent: str = ""
    origins: tuple[Origin, ...] = ()


@dataclass(frozen=True, slots=True)
class EventReport:
    """One operation placed in time. `length_s` is what it really lasted.

    `takes` describe the takes among its sources, `where` is its place in the score, and `yaml` its
    text there on one line.
    """

    name: str
    op: str
    at_s: float
    length_s: float
    parameters: Parameters = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    through: tuple[str, ...] = ()
    settings: Parameters = field(default_factory=dict)
    seed: str = ""
    takes: tuple[str, ...] = ()
    origins: tuple[Origin, ...] = ()
    where: str = ""
    yaml: str = ""


@dataclass(frozen=True, slots=True)
class StemReport:
    """A part: its file, its pictures, its events and where its sound comes from.

    `settings` is its gain and pan in words; a part that is not mixed says so in `silent`.
    `composed` has a line for each decision of its generators. `stream` is the folder of the sheets
    (`report.stream`) from which the page plays it; empty for a part that is not mixed.
    """

    name: str
    audio: str
    stream: str = ""
    sketch: Sketch | None = None
    facts: Facts | None = None
    settings: str = ""
    silent: str = ""
    events: tuple[EventReport, ...] = ()
    composed: tuple[str, ...] = ()
    origins: tuple[Origin, ...] = ()


@dataclass(frozen=True, slots=True)
class CueReport:
    """A moment and words for a player; no player means everybody. `place` is bar and beat."""

    at_s: float
    text: str
    player: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class NoteReport:
    """A remark at a moment of the movement `slug`."""

    slug: str
    at_s: float
    text: str


@dataclass(frozen=True, slots=True)
class ExpectationReport:
    """What the composer expects of a movement, and whether it was met."""

    text: str
    met: bool
    found: str = ""


@dataclass(frozen=True, slots=True)
class MovementReport:
    """One movement. `master` says in words what gain and ceiling did.

    `loudness` is the momentary loudness over time in LUFS, evenly spaced; None is silence.
    """

    number: int
    slug: str
    title: str
    length_s: float
    audio: str
    sketch: Sketch
    facts: Facts
    samples: int
    stream: str
    loudness: tuple[float | None, ...] = ()
    tempo: str = ""
    note: str = ""
    master: str = ""
    stems: tuple[StemReport, ...] = ()
    cues: tuple[CueReport, ...] = ()
    expectations: tuple[ExpectationReport, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckpointReport:
    """A checkpoint and the take drawn from it; all takes of a network use one seed."""

    step: int
    loss: float | None
    digest: str
    sketch: Sketch | None = None
    audio: str = ""


@dataclass(frozen=True, slots=True)
class StageReport:
    """A take after `step` steps from noise; level and share of its noise fall from 1 to 0."""

    step: int
    noise_level: float
    noise_share: float
    sketch: Sketch


@dataclass(frozen=True, slots=True)
class DenoisingReport:
    """How noise becomes sound after a step of training: one stage or more, on one scale."""

    checkpoint: int
    stages: tuple[StageReport, ...]


@dataclass(frozen=True, slots=True)
class NetworkReport:
    """A declared model as trained. `curves` are (step, loss) by name; `facts` is how it went.

    `players` are the training losses of a network with players. `unused` names the recordings
    that training did not use, each with the reason.
    """

    name: str
    family: str
    corpus: str
    configuration: Parameters
    facts: Parameters
    curves: Mapping[str, tuple[tuple[float, float], ...]]
    loss_unit: str
    checkpoints: tuple[CheckpointReport, ...] = ()
    denoising: DenoisingReport | None = None
    hours: Hours | None = None
    unused: Mapping[str, str] = field(default_factory=dict)
    players: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecordingUse:
    """A recording and in what ways the piece uses it, in words."""

    name: str
    corpus: str
    length_s: float
    uses: tuple[str, ...] = ()
    digest: str = ""


@dataclass(frozen=True, slots=True)
class ConsentReport:
    """The consent record of a corpus. `people` are performers, or makers of its sources."""

    corpus: str
    sound: str
    people: tuple[str, ...]
    agreed: str
    agreed_on: str
    licence: str
    valid_until: str = ""
    scope: str = ""
    contact: str = ""
    notices: tuple[str, ...] = ()
    recordings: tuple[RecordingUse, ...] = ()


@dataclass(frozen=True, slots=True)
class PieceReport:
    """The data of the page of a piece. `built` is how and with what it was made.

    `gap` is the silence between movements in samples; `notes_path` names the file of the notes.
    """

    title: str
    movements: tuple[MovementReport, ...]
    rate: int
    channels: int
    gap: int = 0
    composer: str = ""
    players: tuple[str, ...] = ()
    year: str = ""
    instrumentation: str = ""
    note: str = ""
    length_s: float = 0.0
    gap_s: float = 0.0
    audio: str = ""
    facts: Facts | None = None
    notes: tuple[NoteReport, ...] = ()
    notes_path: str = ""
    networks: tuple[NetworkReport, ...] = ()
    consents: tuple[ConsentReport, ...] = ()
    built: Parameters = field(default_factory=dict)
