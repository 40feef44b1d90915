"""The report of a piece."""

from __future__ import annotations

from collections.abc import Mapping

from approx_build.execution.toolchain import toolchain
from approx_build.project.piece import Session
from approx_build.report.build_results import Seen
from approx_build.report.consent import consent_reports
from approx_build.report.data import PieceReport
from approx_build.report.movement import movement_report
from approx_build.report.network import network_report
from approx_build.report.provenance import Provenance
from approx_build.store.records import Record


def piece_report(session: Session, records: Mapping[str, Record]) -> PieceReport:
    """Everything the page tells; all targets of the piece have been built."""
    lowered, piece = session.lowered, session.score.piece
    seen = Seen(records, session.store.objects)
    provenance = Provenance(lowered.graph, records)
    lengths = [float(one.movement.length) for one in lowered.movements]
    masters = [one.master for one in lowered.movements]
    return PieceReport(
        title=piece.piece,
        movements=tuple(
            movement_report(one, seen, provenance, piece.output.rate) for one in lowered.movements
        ),
        composer=piece.composer or "",
        players=piece.players,
        year=str(piece.year or ""),
        instrumentation=piece.instrumentation or "",
        note=piece.note or "",
        length_s=sum(lengths) + piece.gap_s * (len(lengths) - 1),
        gap_s=piece.gap_s,
        audio=f"{session.score.slug}.wav" if lowered.whole else "",
        networks=tuple(
            network_report(model, previews, lowered.stages.get(model), session.catalog, seen)
            for model, previews in lowered.previews.items()
        ),
        consents=consent_reports(provenance.recordings(masters), session.catalog),
        built=toolchain(),
    )
