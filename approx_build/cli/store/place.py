"""The project and store that a command of `store` is about."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from approx_build.cli.fast_path import project_root
from approx_build.errors import UsageError
from approx_build.project.paths import named_from
from approx_build.project.settings import Options

if TYPE_CHECKING:
    from approx_build.store.store import Store


def root() -> Path:
    """The nearest folder at or above the working one that has a folder `models`, else that one."""
    return Path(project_root(os.path.join(os.getcwd(), "piece")))


def store_here(options: Options) -> Store:
    """The store of the project at hand; UsageError when there is none, which makes none."""
    from approx_build.store.store import Store

    path = options.store_at(root()).absolute()
    if not path.exists():
        raise UsageError(f"there is no store at {path}; a render makes it")
    return Store(path)


def seen_from_here() -> AbstractContextManager[None]:
    """Errors of the block name files as they are seen from the project."""
    return named_from(root())
