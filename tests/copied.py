"""The environment in which a copy of the package is imported, however this one is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

SITE = Path(__file__).parent / "elsewhere"


def environment_of(home: Path, more: Mapping[str, str] = os.environ) -> dict[str, str]:
    """An environment where `import approx_build` finds the package at `home`, in workers too."""
    return {**more, "PYTHONPATH": os.pathsep.join([str(home), str(SITE)])}


def assert_is_found(home: Path) -> None:
    """AssertionError when it is another package that would be tested."""
    code = "import approx_build; print(approx_build.__file__)"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env=environment_of(home),
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(done.stdout.strip()).is_relative_to(home), done.stdout
