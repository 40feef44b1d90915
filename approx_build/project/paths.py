"""Places: the files of a project, named in errors as they are seen from its folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from approx_build.errors import ApproxError
from approx_build.visible import Lines, visible


def relative_to(root: Path, text: str) -> str:
    """`text` with the files under `root` named relative to it."""
    # The message may name the folder as it is or with its control characters made visible.
    seen = text.replace(f"{visible(root)}{os.sep}", "").replace(f"{root}{os.sep}", "")
    return Lines(seen) if isinstance(text, Lines) else seen


@contextmanager
def named_from(root: Path) -> Iterator[None]:
    """Errors of the block name the files under `root` relative to it."""
    try:
        yield
    except ApproxError as error:
        raise error.rewritten(partial(relative_to, root)) from error
