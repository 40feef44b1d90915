"""The report of a piece."""

from __future__ import annotations

from collections.abc import Mapping

from approx_build.plan.catalog import Catalog
from approx_build.plan.lower import LoweredPiece
from approx_build.report.build_results import BuildResults
from approx_build.report.consent import consent_reports
from approx_build.report.data import NoteReport, PieceReport
from approx_build.report.movement import movement_report
from approx_build.report.network import network_report
from approx_build.report.provenance import Provenance
from approx_build.score.notes import notes_path, read_notes
from approx_build.store.objects import Objects
from approx_build.store.records import Record


def piece_report(
    lowered: LoweredPiece,
    catalog: Catalog,
    records: Mapping[str, Record],
    objects: Objects,
    built: Mapping[str, str],
    loudness: Mapping[str, tuple[float | None, ...]],
) -> PieceReport:
    """Everything that the page shows.

    `records` are those of all targets of the piece, `objects` what they produced, and `built`
    names the versions of the software. `loudness` is that of each movement over time, by slug.
    """
    score, results = lowered.score, BuildResults(records, objects)
    piece = score.piece
    provenance = Provenance(lowered.graph, records)
    lengths = [float(one.movement.length) for one in lowered.movements]
    masters = [one.master for one in lowered.movements]
    return PieceReport(
        title=piece.piece,
        movements=tuple(
            movement_report(one, results, provenance, piece.output.rate, loudness)
            for one in lowered.movements
        ),
        rate=piece.output.rate,
        channels=piece.output.channels,
        gap=round(piece.gap_s * piece.output.rate),
        composer=piece.composer or "",
        players=piece.players,
        year=str(piece.year or ""),
        instrumentation=piece.instrumentation or "",
        note=piece.note or "",
        length_s=sum(lengths) + piece.gap_s * (len(lengths) - 1),
        gap_s=piece.gap_s,
        audio=f"{score.slug}.wav" if lowered.whole else "",
        notes=tuple(
            NoteReport(one.slug, one.at_s, one.text) for one in read_notes(score, catalog.log)[0]
        ),
        notes_path=notes_path(score),
        networks=tuple(
            network_report(model, previews, lowered.stages.get(model), catalog, results)
            for model, previews in lowered.previews.items()
        ),
        consents=consent_reports(provenance.recordings(masters), catalog),
        built=built,
    )
