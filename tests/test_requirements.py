"""What the package needs: with torch where that has a build, and without it to render."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from approx_build.training.torch_requirement import PACKAGES
from tests.installed import clean_environment

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DECLARED = [Requirement(one) for one in PROJECT["project"]["dependencies"]]
LINES = (ROOT / "requirements-render.txt").read_text(encoding="utf-8").splitlines()
RENDER = [Requirement(line) for line in LINES if not line.startswith("#")]
HOW_TO = ROOT / "docs" / "how-to" / "render-without-torch.md"
LARGEST_BYTES = 400_000_000
LEFT_OUT = (".*", "__pycache__", "*.so", "build", "renders")
"""What is in no fresh clone."""

MACHINES = {
    "linux x86_64": ("linux", "x86_64"),
    "linux aarch64": ("linux", "aarch64"),
    "macos arm64": ("darwin", "arm64"),
    "macos x86_64": ("darwin", "x86_64"),
    "windows AMD64": ("win32", "AMD64"),
    "windows ARM64": ("win32", "ARM64"),
    "linux riscv64": ("linux", "riscv64"),
}
"""As Python names them. torch 2.11 to 2.14 has builds for those of BUILT, up to Python 3.14."""
BUILT = {"linux x86_64", "linux aarch64", "macos arm64", "windows AMD64"}


def test_rendering_needs_everything_but_torch() -> None:
    assert sorted(map(str, RENDER)) == sorted(
        str(one) for one in DECLARED if one.name not in PACKAGES
    )
    assert {one.name for one in DECLARED} >= set(PACKAGES)


def test_nothing_that_rendering_needs_brings_torch() -> None:
    """Nor what it needs in turn, as the packages installed here say."""
    names = {canonicalize_name(one.name) for one in RENDER}
    found: set[str] = set()
    while names:
        name = names.pop()
        found.add(name)
        needed = [Requirement(one) for one in requires(name) or ()]
        here = [one for one in needed if one.marker is None or one.marker.evaluate({"extra": ""})]
        names |= {canonicalize_name(one.name) for one in here} - found
    assert "pydantic-core" in found
    assert not found & set(PACKAGES)


def wants_torch(machine: str, python: str) -> set[bool]:
    system, processor = MACHINES[machine]
    about = {"sys_platform": system, "platform_machine": processor, "python_version": python}
    markers = [one.marker for one in DECLARED if one.name in PACKAGES]
    return {marker is None or marker.evaluate(about) for marker in markers}


@pytest.mark.parametrize("machine", MACHINES)
def test_torch_is_left_out_where_it_has_no_build(machine: str) -> None:
    for python in ("3.11", "3.14"):
        assert wants_torch(machine, python) == {machine in BUILT}
    assert wants_torch(machine, "3.15") == {False}


def test_every_wheel_of_ours_can_be_installed() -> None:
    """A system that we build for has torch, or is known to have none."""
    wheels = PROJECT["tool"]["cibuildwheel"]
    systems = ("linux", "macos", "windows")
    assert {f"{system} {arch}" for system in systems for arch in wheels[system]["archs"]} <= set(
        MACHINES
    )


def steps() -> list[list[str]]:
    """The steps of the command that the page tells to type, each as its words."""
    block = re.search(r"<!-- render-only command -->\n```sh\n(.+)\n```", HOW_TO.read_text("utf-8"))
    assert block
    return [shlex.split(step) for step in block[1].split(" && ")]


def bytes_of(folder: Path) -> int:
    """What a folder takes on the disk, as `du` counts: whole blocks, each file once."""
    found = {(one.st_dev, one.st_ino): one for one in map(os.lstat, folder.rglob("*"))}
    return sum(512 * one.st_blocks for one in found.values())


def test_the_page_installs_what_rendering_needs_and_renders_the_piece() -> None:
    venv, libraries, package, render = steps()
    assert venv == ["python3", "-m", "venv", ".venv"]
    pip = [".venv/bin/pip", "install", "--no-compile"]
    assert libraries == [*pip, "-r", "requirements-render.txt"]
    assert package == [*pip, "--no-deps", "."]
    assert render[:2] == [".venv/bin/approx-build", "render"]


@pytest.mark.slow
def test_the_render_only_installation_is_small_and_makes_the_locked_bits(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    shutil.copytree(ROOT, clone, ignore=shutil.ignore_patterns(*LEFT_OUT))
    venv, *installing, render = steps()
    render = [*render[:2], "pieces/etude.yaml", "--locked", "--jobs", "2"]
    for words in ([sys.executable, *venv[1:]], *installing, render):
        done = subprocess.run(
            words, cwd=clone, env=clean_environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    assert "slower" not in done.stderr, "the kernels were not compiled"
    assert not list((clone / ".venv").rglob("site-packages/torch*"))
    assert bytes_of(clone / ".venv") < LARGEST_BYTES
