"""`runs show`: all that is known of a run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from approx_build.cli.runs.plot import plot
from approx_build.cli.runs.table import block, pairs
from approx_build.project import runs as project
from approx_build.report.formatting import worded
from approx_build.training.forecast import duration
from approx_build.training.ledger import columns
from approx_build.training.ledger.entry import LedgerEntry, Sitting
from approx_build.units import signed, spaced


def show(run: str, as_json: bool) -> None:
    """Print everything about a run."""
    entry = project.entry(run)
    if as_json:
        print(json.dumps(columns.as_data(entry), indent=2, ensure_ascii=False))
        return
    print("\n\n".join(part for part in _parts(entry) if part))


def _parts(entry: LedgerEntry) -> Iterator[str]:
    yield block(entry)
    for name, curve in (("held-out", entry.held_out_curve), ("training", entry.training_curve)):
        if drawn := plot(curve):
            yield "\n".join([f"{name} loss, {entry.loss_unit}", *drawn])
    yield _headed("sittings", [line for one in entry.sittings for line in _sitting(one)])
    yield _headed("checkpoints", [_kept(entry, index) for index in range(len(entry.checkpoints))])
    yield _headed("manifest", pairs(list(settings(entry.manifest))))
    yield _headed("notes", pairs([_noted(entry, index) for index in range(len(entry.notes))]))


def settings(section: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Every setting of a manifest by its path; lists are told on one line."""
    for name, value in section.items():
        path = f"{above}.{name}" if above else name
        if isinstance(value, Mapping) and value:
            yield from settings(value, path)
        else:
            yield path, worded(value)


def _headed(title: str, lines: list[str]) -> str:
    return "\n".join([title, *(f"  {line}" for line in lines)]) if lines else ""


def _sitting(one: Sitting) -> list[str]:
    span = f"steps {spaced(one.from_step)} to {spaced(one.to_step)}"
    where = f"{one.device}, {one.threads} thread{'s' if one.threads > 1 else ''}"
    first = f"{one.started}  {span}, {duration(one.seconds)}, {where}"
    around = ", ".join(f"{name} {value}" for name, value in sorted(one.environment.items()))
    return [first, *(f"  {line}" for line in pairs([("", columns.plain(around))]) if around)]


def _kept(entry: LedgerEntry, index: int) -> str:
    one = entry.checkpoints[index]
    loss = "" if one.loss is None else f"  loss {signed(one.loss)}"
    return f"step {spaced(one.step):>9}  {one.digest[:12]}{loss}"


def _noted(entry: LedgerEntry, index: int) -> tuple[str, str]:
    note = entry.notes[index]
    return f"{note.on}{' next' if note.kind == 'next' else ''}", note.text
