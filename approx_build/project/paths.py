"""Places: the files of a project, named in errors as they are seen from its folder."""

from __future__ import annotations

import os
import re
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


def similar_piece(root: Path, name: str) -> str:
    """`; did you mean 'pieces/nacht.yaml'?` if a piece of the project has such a name."""
    from approx_build.yaml_source.spelling import suggestion

    folder = root / "pieces"
    files = sorted(os.listdir(folder)) if folder.is_dir() else []
    stems = [Path(file).stem for file in files if file.endswith(".yaml")]
    found = re.search("'(.*)'", suggestion(name, stems))
    return f"; did you mean '{folder.name}/{found[1]}.yaml'?" if found else ""


@contextmanager
def named_from(root: Path) -> Iterator[None]:
    """Errors of the block name the files under `root` relative to it."""
    try:
        yield
    except ApproxError as error:
        raise error.rewritten(partial(relative_to, root)) from error
