"""Every test file of the tree is collected, whatever its folder is called."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent


def uncollected(config: pytest.Config) -> list[str]:
    """Folders of tests that pytest would pass by: their names are in `norecursedirs`."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "-m", "", str(TESTS)],
        capture_output=True,
        text=True,
        check=False,
        cwd=config.rootpath,
    )
    collected = {line.partition("::")[0] for line in done.stdout.splitlines() if "::" in line}
    files = sorted(path.relative_to(config.rootpath) for path in TESTS.rglob("test_*.py"))
    return [path.as_posix() for path in files if path.as_posix() not in collected]


def test_every_test_file_is_collected(pytestconfig: pytest.Config) -> None:
    assert not uncollected(pytestconfig)
