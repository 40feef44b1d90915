"""Packages laid out as an installer would, in a folder that processes find on their path."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

ROOT = Path(__file__).parents[1]


def installed(site: Path, name: str, entry_points: str, *packages: Path) -> str:
    """Install `packages` into `site` as version 1.0 of `name`; the PYTHONPATH that finds them."""
    for package in packages:
        shutil.copytree(package, site / package.name)
    about = site / f"{name.replace('-', '_')}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(entry_points)
    return os.pathsep.join([str(site), str(ROOT)])
