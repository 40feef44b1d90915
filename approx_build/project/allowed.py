"""Folders that a user allowed: links of any project may lead into them.

They are in the user's own configuration, never in a project, which somebody else may have made.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from approx_build.errors import UsageError
from approx_build.files.json_text import encoded

if TYPE_CHECKING:
    from collections.abc import Sequence

HEAD = """\
# Folders outside a project that its links may lead into: recordings on another disk.
# `approx-build allow FOLDER` writes this file.
allowed_folders:
"""
MOST = 1000
"""Folders that can be allowed."""


def _absolute(text: str) -> str:
    if not os.path.isabs(text) or "\0" in text:
        raise ValueError(f"must be an absolute path (is {text!r})")
    # The root of a disk is its own parent.
    if os.path.dirname(os.path.realpath(text)) == os.path.realpath(text):
        raise ValueError("allows every file; name the folder of the recordings")
    return text


class Config(BaseModel):
    """A user's configuration."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    allowed_folders: tuple[Annotated[str, AfterValidator(_absolute)], ...] = Field(
        (), max_length=MOST, description="folders that links of projects may lead into"
    )


def allowed_folders(config: Path) -> tuple[str, ...]:
    """The folders that a configuration allows; ScoreError with every fault of the file."""
    # `lexists`: a broken link is a fault to report, not a missing configuration.
    if not os.path.lexists(config):
        return ()
    from approx_build.yaml_source import read_source, validate

    return validate(Config, read_source(config, str(config))).allowed_folders


def allow(config: Path, folder: Path) -> Path:
    """Allow a folder from now on; returns its real path. UsageError when there is none."""
    if not folder.is_dir():
        raise UsageError(f"{folder}: there is no such folder")
    real = Path(os.path.realpath(folder))
    try:
        _absolute(str(real))
    except ValueError as error:
        raise UsageError(f"{real}: {error}") from None
    known = allowed_folders(config)
    if str(real) not in known:
        if len(known) == MOST:
            raise UsageError(f"{config}: {MOST} folders are allowed already; remove some")
        _write(config, [*known, str(real)])
    return real


def forbid(config: Path, folder: Path) -> Path:
    """No longer allow a folder, which may be gone; UsageError when it was not allowed."""
    known = allowed_folders(config)
    # The user may name the link by which the folder was allowed, or its real path.
    names = {os.path.abspath(folder), os.path.realpath(folder)}
    kept = [one for one in known if one not in names]
    if len(kept) == len(known):
        raise UsageError(f"{folder}: is not allowed; allowed: {', '.join(known) or 'no folder'}")
    _write(config, kept)
    return Path(os.path.abspath(folder))


def _write(config: Path, folders: Sequence[str]) -> None:
    from approx_build.store.delivery import write

    # A JSON string is a quoted YAML scalar, whatever characters the name contains.
    rows = "".join(f"  - {json.dumps(one, ensure_ascii=False)}\n" for one in folders)
    write(config, encoded(HEAD + rows if rows else f"{HEAD.rstrip()} []\n"))
