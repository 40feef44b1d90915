"""`render`: build a piece, put its files under renders/, and keep its lock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from approx_build.errors import BuildError
from approx_build.execution.toolchain import toolchain
from approx_build.project.build import build_targets
from approx_build.project.build_state import Package, remember
from approx_build.project.delivered import Delivered
from approx_build.project.lockfile import keep_lock, lock_of, read_lock, with_current_keys
from approx_build.project.observer import Observer
from approx_build.project.paths import named_from
from approx_build.project.piece import Piece
from approx_build.project.remarks import Levels, levels, remarks_on, unmet_expectations
from approx_build.project.resume import new_runs
from approx_build.project.settings import Settings
from approx_build.store import lock as locks
from approx_build.store.delivery import check_folder
from approx_build.store.lock import merging
from approx_build.store.projects import Use
from approx_build.visible import Lines

if TYPE_CHECKING:
    from approx_build.execution.result import Built
    from approx_build.execution.work import Failure

Files = Mapping[str, str]
"""Path under the renders folder -> target."""


@dataclass(frozen=True)
class RenderOptions:
    """What to render: movements by number or slug; by default the piece."""

    movements: Sequence[str] = ()
    locked: bool = False
    """Whether a change of the lock is an error."""

    @property
    def is_whole(self) -> bool:
        """Whether the whole piece is asked for."""
        return not self.movements


@dataclass(frozen=True)
class RenderResult:
    """What a render made. It is whole unless there are `failures`."""

    levels: tuple[Levels, ...]
    """Of the movements that were built."""
    files: tuple[Path, ...]
    """Every delivered file."""
    written: tuple[str, ...]
    """Those that had to be written, by their paths under `out`."""
    out: Path
    """The folder of results."""
    remarks: tuple[str, ...]
    unmet: tuple[str, ...]
    """Expectations of the score that are not met, each with its place."""
    lock_changes: str
    """What became of the lock, in words; empty when nothing did."""
    failures: tuple[Failure, ...]
    skipped: tuple[str, ...]
    """Targets that were not built because of the failures."""
    ran: tuple[str, ...]
    """Targets that had to be made."""
    reused: tuple[str, ...]
    read_again: Mapping[str, int]
    """How many inputs, objects and delivered files were read, when all were to be checked."""
    seconds: float

    @property
    def is_done(self) -> bool:
        """Whether nothing failed and every expectation is met."""
        return not (self.failures or self.unmet)

    def check(self) -> None:
        """BuildError with all that failed or was not met, if anything was."""
        if not self.is_done:
            raise BuildError(Lines.of([*map(str, self.failures), *self.unmet]))


def render(
    path: Path, settings: Settings, options: RenderOptions, observer: Observer
) -> RenderResult:
    """Render the piece at `path`; what failed is in the result."""
    # The package first: its files must be those that planning and building import.
    package, piece = Package.now(), Piece.open(path, settings)
    files, targets = chosen(piece, options)
    for remark in piece.remarks:
        observer.remark(remark)
    with named_from(piece.root):
        for words in new_runs(piece.lowered.graph, piece.catalog, piece.store.root):
            observer.remark(words)
        # What would stop the last step is found before the first.
        check_folder(piece.out, files)
        read_lock(piece.lock_path, options.locked)
        piece.store.projects.note(Use(piece.root, piece.path))
        verified = [*files.values(), *(read_by_report(piece) if options.is_whole else [])]
        graph, every = piece.lowered.graph, [*targets, *verified]
        built = build_targets(
            graph, every, piece.store, piece.root, settings, verified, piece.log, observer
        )
        # Before anything is delivered: a training or a long build leaves time to withdraw a
        # consent.
        piece.check_consent_again()
        delivered, news = _deliver(piece, built, files, options)
    result = _result(piece, built, delivered, news)
    # A lock whose keys are still to be renewed is not up to date.
    if result.is_done and options.is_whole and not (options.locked and news):
        remember(piece, built, delivered, package, [one.words for one in result.levels])
    return result


def _deliver(
    piece: Piece, built: Built, files: Files, options: RenderOptions
) -> tuple[Delivered, str]:
    """Bring lock and renders folder up to date; what became of the lock, in words."""
    delivered, news = Delivered(piece.out), ""
    is_whole = options.is_whole and not built.failures
    if not built.failures:
        new = lock_of(piece, built.records)
        with merging(piece.lock_path):
            # Another render may have written it since.
            old = read_lock(piece.lock_path, options.locked)
            old = old and with_current_keys(old, new, piece.store.objects)
            news = keep_lock(piece.lock_path, old, new, is_whole, options.locked)
        delivered.note(piece.lock_path, locks.content(new))
    # Also after failures: what was built is delivered.
    publish(piece, built, files, delivered)
    if is_whole:
        publish_report(piece, built, delivered)
    return delivered, news


def _result(piece: Piece, built: Built, delivered: Delivered, news: str) -> RenderResult:
    lowered = piece.lowered
    objects = {digest for record in built.records.values() for digest in record.outputs.values()}
    counts = {
        "input": len(piece.log.files),
        "object": len(objects),
        "delivered file": len(delivered.readings),
    }
    return RenderResult(
        levels=tuple(levels(lowered.movements, built)),
        files=tuple(sorted(map(Path, delivered.readings))),
        written=tuple(delivered.written),
        out=piece.out,
        remarks=tuple(remarks_on(lowered, built)),
        unmet=tuple(unmet_expectations(lowered.movements, built)),
        lock_changes=news,
        failures=tuple(built.failures),
        skipped=tuple(built.skipped),
        ran=tuple(built.ran),
        reused=tuple(built.reused),
        read_again=counts if piece.settings.checks_files else {},
        seconds=built.seconds,
    )


def chosen(piece: Piece, options: RenderOptions) -> tuple[Files, list[str]]:
    """The files to publish and the targets to build."""
    lowered = piece.lowered
    if not options.movements:
        every = [target for one in lowered.movements for target in one.targets()]
        return lowered.published, [*every, *_shown(piece), *lowered.published.values()]
    wanted = [target for one in piece.movements(options.movements) for target in one.targets()]
    made = set(wanted)
    return {path: t for path, t in lowered.published.items() if t in made}, wanted


def _shown(piece: Piece) -> Iterator[str]:
    """The targets that the page of the piece shows of networks."""
    lowered = piece.lowered
    yield from (p.sketch for steps in lowered.previews.values() for p in steps.values())
    yield from (stages.target for stages in lowered.stages.values())
    yield from (f"models/{model}/run" for model in lowered.previews)


def publish(piece: Piece, built: Built, files: Files, delivered: Delivered) -> None:
    """Copy what was built to the renders folder, where it is not there already."""
    for path, target in files.items():
        record = built.records.get(target)
        if record is not None:
            delivered.copy(path, piece.store.objects, record.digest)


def read_by_report(piece: Piece) -> list[str]:
    """The targets whose objects the page of the piece is drawn from."""
    from approx_build.plan.graph import Kind

    kinds = (Kind.FIGURE, Kind.MEASURE, Kind.STAGES, Kind.TRAIN)
    return [action.target for action in piece.lowered.graph if action.kind in kinds]


def publish_report(piece: Piece, built: Built, delivered: Delivered) -> None:
    """Write the page of the piece when it changed."""
    from approx_build.project.streams import Streams
    from approx_build.report.page import page
    from approx_build.report.piece import piece_report

    records: Any = built.records
    lowered, objects = piece.lowered, piece.store.objects
    loudness = Streams(lowered, records, objects, delivered).publish()
    html = page(piece_report(lowered, piece.catalog, records, objects, toolchain(), loudness))
    delivered.write(f"{piece.score.slug}/index.html", html.encode())
