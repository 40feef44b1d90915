"""Streams of a piece: its masters and stems once more, as sheets that the page can play."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from approx_build.audio import wav
from approx_build.audio.loudness import loudness_curve
from approx_build.errors import ApproxError
from approx_build.files.json_text import parse_json
from approx_build.files.opening import read_bounded
from approx_build.plan.lower import LoweredPiece
from approx_build.project.delivered import Delivered
from approx_build.report.stream import VERSION, master_stream, sheet, sheet_samples, stem_stream

if TYPE_CHECKING:
    from approx_build.store.objects import Objects
    from approx_build.store.records import Record

Loudness = tuple["float | None", ...]
INDEX = "sound.json"
"""Beside the sheets: which sound they contain, and their digests."""


@dataclass(frozen=True)
class Streams:
    """Delivers the streams of a piece to its folder of results."""

    lowered: LoweredPiece
    records: Mapping[str, Record]
    objects: Objects
    delivered: Delivered

    def publish(self) -> dict[str, Loudness]:
        """Deliver every stream; the loudness of each movement over time, by slug."""
        folder, found = self.lowered.score.slug, {}
        for one in self.lowered.movements:
            slug = one.movement.slug
            found[slug] = self._deliver(f"{folder}/{master_stream(slug)}", one.master, True)
            for part in one.parts:
                if part.is_audible:
                    self._deliver(f"{folder}/{stem_stream(slug, part.name)}", part.stem, False)
        return found

    def _deliver(self, folder: str, target: str, is_measured: bool) -> Loudness:
        """Deliver the sheets of a sound; those of the same sound are checked and kept."""
        digest = self.records[target].digest
        source = self.objects.path(digest)
        index = self._index(folder, digest)
        known, info = index.get("sheets", []), wav.info(source)
        sheets = []
        for number, (start, stop) in enumerate(wav.blocks(source, sheet_samples(info.channels))):
            old = known[number] if number < len(known) else ""
            path = f"{folder}/{number:04}.css"
            sheets.append(self.delivered.derive(path, old, partial(_sheet, source, start, stop)))
        loudness = index.get("loudness") or (loudness_curve(source) if is_measured else [])
        index = {"version": VERSION, "sound": digest, "sheets": sheets, "loudness": loudness}
        text = json.dumps(index, separators=(",", ":"))
        self.delivered.write(f"{folder}/{INDEX}", text.encode())
        return tuple(loudness)

    def _index(self, folder: str, digest: str) -> Mapping[str, Any]:
        """What was delivered there, if it is the sound `digest` in today's form."""
        # What somebody changed or cut is written again.
        with suppress(OSError, ApproxError, ValueError):
            found = parse_json(read_bounded(self.delivered.folder / folder / INDEX))
            if _is_index(found, digest):
                return found
        return {}


def _is_index(found: Any, digest: str) -> TypeGuard[Mapping[str, Any]]:
    """Whether `found` is an index of the sound `digest`."""
    if not isinstance(found, dict) or (found.get("version"), found.get("sound")) != (
        VERSION,
        digest,
    ):
        return False
    sheets, loudness = found.get("sheets"), found.get("loudness")
    return (
        isinstance(sheets, list)
        and all(isinstance(one, str) for one in sheets)
        and isinstance(loudness, list)
        and all(one is None or isinstance(one, float) for one in loudness)
    )


def _sheet(source: Path, start: int, stop: int) -> bytes:
    return sheet(wav.read_pcm24_ints(source, start, stop))
