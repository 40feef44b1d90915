"""`corpus list`: every corpus with its consent, or every file of one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from approx_build.corpus.consent import Consent
from approx_build.corpus.inventory import Entry, inventory, unmatched
from approx_build.project.corpus.corpus import Shelf
from approx_build.project.paths import seen_from
from approx_build.units import clock, counted
from approx_build.yaml_source.tables import quoted

Told = Mapping[str, Any]


def list_corpora(as_json: bool) -> None:
    """Print a line for each corpus of the project."""
    here = Shelf.at(".")
    rows = [_corpus(Shelf(name, here.root, here.catalog)) for name in here.catalog.corpus_names]
    if as_json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    if not rows:
        print("there are no corpora here; `approx-build corpus add NAME FILES` makes one")
    width = max((len(row["corpus"]) for row in rows), default=0)
    for row in rows:
        models = ", ".join(row["models"]) or "no model"
        there = f"{counted(row['recordings'], 'recording'):>14}  {row['minutes']:7.1f} min"
        problem = f"; {row['problem']}" if row["problem"] else ""
        print(
            f"{row['corpus']:<{width}}  {there}  "
            f"consent: {row['consent']}; learnt by {models}{problem}"
        )
        for fault in row["faults"]:
            print(f"  {fault}")


def _corpus(shelf: Shelf) -> Told:
    catalog = shelf.catalog
    problem = seen_from(shelf.root, catalog.problem(shelf.name))
    recordings = [] if problem else catalog.corpus(shelf.name)
    lengths = [catalog.recording_length_s(one.name) or 0.0 for one in recordings]
    is_valid, consent = shelf.consent()
    return {
        "corpus": shelf.name,
        "recordings": len(recordings),
        "minutes": round(sum(lengths) / 60, 3),
        "is_valid": is_valid,
        "consent": consent,
        "faults": shelf.faults(),
        "models": shelf.models(),
        "problem": problem.removeprefix(f"{catalog.corpus_path(shelf.name)}: "),
    }


def list_files(written: str, as_json: bool) -> None:
    """Print a line for each file of a corpus: used, or why not."""
    shelf, today = Shelf.there(written), date.today()
    record = shelf.record()
    entries = inventory(shelf.folder, record, today)
    (is_valid, consent), faults = shelf.consent(), shelf.faults()
    rows = [
        {
            "file": entry.path.name,
            "is_recording": entry.is_recording,
            "is_used": entry.is_used and is_valid,
            "reason": entry.reason or ("" if is_valid else "no consent allows it"),
            "length_s": entry.length_s and round(entry.length_s, 3),
            "performers": _performers(entry, record),
            "write": quoted(f"{shelf.name}/{entry.path.stem}") if entry.is_recording else "",
        }
        for entry in entries
    ]
    names = {entry.path.stem for entry in entries if entry.is_recording}
    remarks = list(unmatched(record, names)) if record else []
    if as_json:
        told = {"corpus": shelf.name, "is_valid": is_valid, "consent": consent, "faults": faults}
        print(json.dumps({**told, "files": rows, "remarks": remarks}, indent=2, ensure_ascii=False))
        return
    print(f"{shelf.name}: consent: {consent}")
    for fault in faults:
        print(f"  {fault}")
    width = max(len(str(row["file"])) for row in rows) if rows else 0
    for row in rows:
        print(_line(row, width))
    for remark in remarks:
        print(f"{shelf.catalog.consent_path(shelf.name)}: {remark}")


def _performers(entry: Entry, record: Consent | None) -> list[str]:
    if record is None or not entry.is_recording:
        return []
    return [one.name for one in record.performers_of(entry.path.stem)]


def _line(row: Told, width: int) -> str:
    length = clock(row["length_s"], 1) if row["length_s"] else ""
    fate = row["reason"]
    if row["is_recording"]:
        fate = f"used as {row['write']}" if row["is_used"] else f"not used: {fate}"
    by = f"  ({', '.join(row['performers'])})" if row["performers"] else ""
    return f"  {row['file']:<{width}}  {length:>8}  {fate}{by}"
