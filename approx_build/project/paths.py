"""Places: the files of a project, named in errors as they are seen from its folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from approx_build.errors import ApproxError, Fault, ScoreError
from approx_build.visible import Lines, visible


def seen_from(root: Path, text: str) -> str:
    """`text` with the files under `root` named relative to it."""
    seen = text.replace(f"{visible(root)}{os.sep}", "").replace(f"{root}{os.sep}", "")
    return Lines(seen) if isinstance(text, Lines) else seen


@contextmanager
def named_from(root: Path) -> Iterator[None]:
    """Errors of the block name the files under `root` relative to it."""
    try:
        yield
    except ScoreError as error:
        raise ScoreError([_seen(root, fault) for fault in error.faults]) from error
    except ApproxError as error:
        raise type(error)(seen_from(root, error.message), error.where) from error


def _seen(root: Path, fault: Fault) -> Fault:
    where = replace(fault.where, path=seen_from(root, fault.where.path))
    return replace(fault, where=where, message=seen_from(root, fault.message))
