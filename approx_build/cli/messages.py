"""Texts that several commands print: paths as seen from here, JSON, and what came of a render."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from approx_build.cli.output import put
from approx_build.units import counted, duration
from approx_build.visible import Lines, escaped_json

if TYPE_CHECKING:
    from approx_build.project.preview import PreviewResult
    from approx_build.project.render import RenderResult


_MOST_SOUNDS = 6


def near(path: Path) -> str:
    """A path as seen from the working folder, when it is in there."""
    here = os.path.relpath(path)
    return str(path) if here.startswith(os.pardir) else here


def print_json(value: Any) -> None:
    """Print a result for programs."""
    put(f"{escaped_json(json.dumps(value, indent=2, ensure_ascii=False))}\n")


def summary(result: RenderResult) -> str:
    """The levels of the movements as a table, what was delivered, what was done, the lock."""
    from approx_build.project.remarks import HEADING

    done = f"{counted(len(result.ran), 'action')} run, {len(result.reused)} up to date, "
    done += f"{counted(len(result.written), 'file')} written to {near(result.out)}, "
    done += duration(result.seconds)
    if not (result.ran or result.failures or result.written):
        done = "nothing to do"
    news = "; ".join(text for text in (done, result.lock_changes) if text)
    table = [HEADING] * bool(result.levels) + [one.words for one in result.levels]
    return Lines.of([*table, *_delivered(result), news])


def _delivered(result: RenderResult) -> Iterator[str]:
    """The sounds that are other than before, and the page."""
    sounds = [path for path in result.written if path.endswith(".wav")]
    if sounds:
        more = f" and {len(sounds) - _MOST_SOUNDS} more" if len(sounds) > _MOST_SOUNDS else ""
        yield f"new: {', '.join(sounds[:_MOST_SOUNDS])}{more}"
    pages = [path for path in result.files if path.name == "index.html"]
    if pages and result.written:
        yield f"page: {near(pages[0])}"


def read_again(counts: Mapping[str, int]) -> str:
    """What `--check-files` has read, in one line; empty when it was not asked for."""
    if not counts:
        return ""
    return f"read again: {', '.join(counted(count, noun) for noun, count in counts.items())}"


def failures(result: RenderResult | PreviewResult) -> Iterable[object]:
    """What failed, and how much could not be built because of it."""
    yield from result.failures
    if result.skipped:
        yield f"{counted(len(result.skipped), 'action')} not built because of these failures"
