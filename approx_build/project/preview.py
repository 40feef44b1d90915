"""`preview`: build a range of a movement, or some parts of it, and write it beside the renders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from math import log10
from pathlib import Path
from typing import TYPE_CHECKING

from approx_build.errors import BuildError, UsageError, argument
from approx_build.metric.tempo import samples
from approx_build.metric.time import clock, moment
from approx_build.plan.excerpt import Excerpt, add_excerpt
from approx_build.plan.recorded import Recorded
from approx_build.project.build import build_targets
from approx_build.project.delivered import Delivered
from approx_build.project.observer import Observer
from approx_build.project.paths import named_from
from approx_build.project.piece import Piece
from approx_build.project.remarks import level, remarks_on
from approx_build.project.resume import new_runs
from approx_build.project.settings import Settings
from approx_build.store.delivery import check_folder
from approx_build.store.projects import Use
from approx_build.visible import Lines

if TYPE_CHECKING:
    from approx_build.execution.result import Built
    from approx_build.execution.work import Failure
    from approx_build.plan.movement import LoweredMovement

FOLDER = "previews"
"""Beside the folders of pieces: the fast path finds every new file in those."""
LONGEST_NAME = 100
"""Length of the names of parts that the path of a preview has."""


@dataclass(frozen=True)
class PreviewOptions:
    """What to preview: a range of one movement, or parts by name; by default whole movements.

    `start` and `stop` are moments as a score has them: seconds, "1:20", "bar 9.3", "B + 2 bars".
    """

    movements: Sequence[str] = ()
    start: str | float | None = None
    stop: str | float | None = None
    parts: Sequence[str] = ()

    @property
    def has_range(self) -> bool:
        """Whether a part of the time is asked for."""
        return self.start is not None or self.stop is not None

    def __bool__(self) -> bool:
        """Whether a preview is asked for, and no render."""
        return self.has_range or bool(self.parts)


@dataclass(frozen=True)
class Previewed:
    """One preview: its file, and its loudest sample, where full scale is 1."""

    path: Path
    length_s: float
    peak: float

    @property
    def words(self) -> str:
        """Its length and its level."""
        peak = level(20 * log10(self.peak) if self.peak else None, "dBFS").strip()
        return f"{clock(Fraction(f'{self.length_s:.3f}'))}, peak {peak}"


@dataclass(frozen=True)
class PreviewResult:
    """What a preview made. It is whole unless there are `failures`."""

    previews: tuple[Previewed, ...]
    remarks: tuple[str, ...]
    failures: tuple[Failure, ...]
    skipped: tuple[str, ...]
    """Targets that were not built because of the failures."""
    ran: tuple[str, ...]
    """Targets that had to be made."""
    reused: tuple[str, ...]
    seconds: float

    @property
    def is_done(self) -> bool:
        """Whether nothing failed."""
        return not self.failures

    def check(self) -> None:
        """BuildError with all that failed, if anything did."""
        if self.failures:
            raise BuildError(Lines.of(map(str, self.failures)))


def preview(
    path: Path, settings: Settings, options: PreviewOptions, observer: Observer
) -> PreviewResult:
    """Preview the piece at `path`; what failed is in the result.

    Delivered files, the lock and the page stay as they are. UsageError for a range or a part that
    does not exist.
    """
    piece = Piece.open(path, settings)
    files = add_excerpts(piece, options)
    for remark in piece.remarks:
        observer.remark(remark)
    with named_from(piece.root):
        for words in new_runs(
            piece.lowered.graph.needed(files.values()), piece.catalog, piece.store.root
        ):
            observer.remark(words)
        check_folder(piece.out, files)
        piece.store.projects.note(Use(piece.root, piece.path))
        targets = list(files.values())
        built = build_targets(
            piece.lowered.graph,
            targets,
            piece.store,
            piece.root,
            settings,
            targets,
            piece.log,
            observer,
        )
        # As before every delivery: a long build leaves time to withdraw a consent.
        piece.check_consent_again()
        previews = tuple(_delivered(piece, built, files))
    return PreviewResult(
        previews=previews,
        remarks=(*remarks_on(piece.lowered, built), *_mastering(piece)),
        failures=tuple(built.failures),
        skipped=tuple(built.skipped),
        ran=tuple(built.ran),
        reused=tuple(built.reused),
        seconds=built.seconds,
    )


def add_excerpts(piece: Piece, options: PreviewOptions) -> Mapping[str, str]:
    """Add what is asked for to the graph of a piece: path under the renders folder -> target."""
    output, recording = piece.score.piece.output, Recorded(piece.catalog).recording_length_s
    return {
        _path(piece, excerpt): add_excerpt(piece.lowered.graph, excerpt, output, recording)
        for excerpt in _excerpts(piece, options)
    }


def _excerpts(piece: Piece, options: PreviewOptions) -> list[Excerpt]:
    wanted, unknown = set(options.parts), set(options.parts)
    found: list[tuple[LoweredMovement, tuple[str, ...]]] = []
    for one in piece.movements(options.movements):
        # In the order of the score, and each once: so equal previews have one name.
        parts = tuple(part.name for part in one.parts if part.name in wanted)
        unknown -= {*parts}
        if parts or not wanted:
            found.append((one, parts))
    if unknown:
        asked = argument("parts", min(unknown))
        raise UsageError(f"{asked}: none of the chosen movements has a part of this name")
    if options.has_range and len(found) > 1:
        names = ", ".join(f"{one.movement.number} ({one.movement.slug})" for one, _ in found)
        asked = argument("movements", "N")
        raise UsageError(f"a range needs one movement; add {asked}, one of {names}")
    return [Excerpt(one, *_range(piece, one, options), parts) for one, parts in found]


def _range(piece: Piece, one: LoweredMovement, options: PreviewOptions) -> tuple[int, int]:
    """The samples that are asked for."""
    rate, length = piece.score.piece.output.rate, one.movement.length
    start = _moment("start", options.start, one, Fraction(0))
    stop = _moment("stop", options.stop, one, length)
    first, last = samples(start, rate), samples(stop, rate)
    if first >= last:
        named = {"start": options.start, "stop": options.stop}
        asked = " ".join(argument(name, one) for name, one in named.items() if one is not None)
        raise UsageError(
            f"{asked}: the range must end after it begins (is {clock(start)} to {clock(stop)})"
        )
    return first, last


def _moment(
    name: str, written: str | float | None, one: LoweredMovement, default: Fraction
) -> Fraction:
    """A moment of a movement in seconds; UsageError for one that it does not have."""
    if written is None:
        return default
    movement, asked = one.movement, argument(name, str(written))
    try:
        seconds = movement.tempo.seconds(moment(written))
    except ValueError as error:
        raise UsageError(f"{asked}: {error}") from None
    if seconds > movement.length:
        end, at = clock(movement.length), clock(Fraction(f"{float(seconds):.3f}"))
        raise UsageError(f"{asked}: is at {at}; movement {movement.slug} ends at {end}")
    return seconds


def _path(piece: Piece, excerpt: Excerpt) -> str:
    """Where a preview is written, under the renders folder."""
    names = "+".join(excerpt.parts) or "mix"
    if len(names) > LONGEST_NAME:
        names = f"{len(excerpt.parts)}-parts-{sha256(names.encode()).hexdigest()[:8]}"
    rate, movement = piece.score.piece.output.rate, excerpt.movement.movement
    if (excerpt.start, excerpt.stop) != (0, samples(movement.length, rate)):
        names += "".join(f"-{_minutes(at / rate)}" for at in (excerpt.start, excerpt.stop))
    return f"{FOLDER}/{piece.score.slug}/{movement.slug}/{names}.wav"


def _minutes(seconds: float) -> str:
    """A moment for the name of a file, which cannot have colons everywhere."""
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    return f"{minutes}m{rest / 1000:06.3f}s"


def _delivered(piece: Piece, built: Built, files: Mapping[str, str]) -> list[Previewed]:
    """Copy what was built to the renders folder."""
    delivered, rate = Delivered(piece.out), piece.score.piece.output.rate
    found = []
    for path, target in files.items():
        record = built.records.get(target)
        if record is not None:
            delivered.copy(path, piece.store.objects, record.digest)
            length_s = int(str(record.facts["samples"])) / rate
            found.append(Previewed(piece.out / path, length_s, float(str(record.facts["peak"]))))
    return found


def _mastering(piece: Piece) -> list[str]:
    """What the master does that a preview does not."""
    output = piece.score.piece.output
    gain = f"adds {output.gain_db:+g} dB and " if output.gain_db else ""
    return [
        f"a preview is the mix before the master, which {gain}keeps the true peak below "
        f"{output.true_peak_dbtp:g} dBTP; delivered files, page and lock are unchanged"
    ]
