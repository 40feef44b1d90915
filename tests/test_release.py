"""A release says one version everywhere, and describes how its wheels are built."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from approx_build import __version__

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_package_project_and_change_log_agree_on_the_version() -> None:
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\S+)", log, re.MULTILINE)
    assert newest is not None
    assert newest[1] == __version__ == PYPROJECT["project"]["version"]


def test_wheels_are_described_for_every_system() -> None:
    wheels = PYPROJECT["tool"]["cibuildwheel"]
    assert {"linux", "macos", "windows"} <= wheels.keys()
    assert "aarch64" in wheels["linux"]["archs"]
    assert "arm64" in wheels["macos"]["archs"]


def test_what_wheels_are_tested_with_exists() -> None:
    command = PYPROJECT["tool"]["cibuildwheel"]["test-command"]
    (path,) = re.findall(r"\{project\}/(\S+)", command)
    assert (ROOT / path).exists()


def test_types_are_shipped() -> None:
    assert (ROOT / "approx_build" / "py.typed").is_file()


def test_the_folder_for_renders_is_in_the_repository() -> None:
    assert (ROOT / "renders" / "README.md").is_file()
