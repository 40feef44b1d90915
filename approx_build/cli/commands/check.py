"""`check`: validate the scores of a piece without building anything."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from approx_build.cli.exit_codes import Exit
from approx_build.errors import ApproxError, ScoreError
from approx_build.project.piece import Session
from approx_build.project.render import chosen
from approx_build.project.settings import Options
from approx_build.project.trainings import check_trainings
from approx_build.units import counted


def check(piece: Path, as_json: bool) -> None:
    """Say every fault of every file, or that there is none."""
    try:
        session = Session.open(piece, Options.of())
        _, targets = chosen(session, [], [])
        store = session.options.store_at(session.root)
        check_trainings(session.lowered.graph, targets, store, session.root, session.log)
    except ApproxError as error:
        if not as_json:
            raise
        print(json.dumps({"faults": rows(error)}, indent=2, ensure_ascii=False))
        sys.exit(Exit.FAILED)
    session.lowered.graph.check()
    remarks = [str(remark) for remark in session.score.remarks]
    if as_json:
        print(json.dumps({"faults": [], "remarks": remarks}, indent=2, ensure_ascii=False))
        return
    events = sum(len(part.events) for one in session.lowered.movements for part in one.parts)
    print(
        "\n".join(
            [
                *remarks,
                f"{piece}: no faults in {counted(len(session.lowered.movements), 'movement')}, "
                f"{counted(events, 'event')}, {counted(len(session.lowered.graph), 'action')}",
            ]
        )
    )


def rows(error: ApproxError) -> list[dict[str, Any]]:
    """An error for programs: each fault with its place, where it has one."""
    if isinstance(error, ScoreError):
        return [{**asdict(fault.where), "message": fault.message} for fault in error.faults]
    place = asdict(error.where) if error.where else {}
    return [{**place, "message": error.message}]
