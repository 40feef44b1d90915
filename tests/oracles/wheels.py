"""Wheels of packages that tests compare with: fetched by pip once, read, never installed.

Those packages ask for more than a test should install, and what is compared is a file or two.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest

REQUIREMENTS = Path(__file__).with_name("requirements.txt")


def folder() -> Path:
    """Where wheels are kept between runs."""
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(caches) / "approx-build" / "oracles"


@cache
def wheel(package: str) -> Path:
    """The wheel of a package in `requirements.txt`; the test is skipped where none can be had."""
    pinned = _pinned(package)
    name = pinned.split()[0].replace("-", "_").replace("==", "-")
    path = folder() / f"{name}-py3-none-any.whl"
    if not path.exists():
        _fetch(pinned, path)
    return path


def _pinned(package: str) -> str:
    """The line of a package: its version, and the digest of its wheel."""
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith(f"{package}=="))


def _fetch(pinned: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as drafts:
        listed = Path(drafts) / "requirements.txt"
        listed.write_text(pinned, encoding="utf-8")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-input"]
        command += ["--only-binary=:all:", "--require-hashes", "--retries=1", "--timeout=20"]
        command += ["--disable-pip-version-check", "--dest", drafts, "--requirement", str(listed)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["pip says nothing"])[-1]
            pytest.skip(f"cannot fetch {pinned.split()[0]}: {last}")
        os.replace(Path(drafts) / path.name, path)
