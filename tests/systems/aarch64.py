"""Renders the étude and movements on an emulated aarch64, without torch, and compares the bits.

    python -m tests.systems.aarch64 [--movements 3,4] [--work FOLDER] [--out PAGE]

makes the smallest root that can do it: Debian's Python for arm64, the wheels for aarch64 of what
rendering needs, the kernels by a cross compiler. QEMU runs it (user mode; the package's child
processes are started through the same script). Every action of the étude and every file of the
movements is compared with a render on this machine by the same sources, and with pins and locks.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from tests.kernels.known_answers.builds import BUILDS, missing, tool
from tests.systems.page import Compared, page

ROOT = Path(__file__).parents[2]
PIECE = "pieces/approximations.yaml"
PACKAGES = ("python3.11-minimal", "libpython3.11-stdlib", "libstdc++6")
"""Of Debian, for arm64; their dependencies come along."""
TAGS = ("manylinux2014", *(f"manylinux_2_{minor}" for minor in (17, 24, 26, 27, 28, 31)))
APT = """\
APT::Architecture "arm64";
APT::Architectures {{ "arm64"; }};
APT::Install-Recommends "false";
Acquire::Languages "none";
Dir::State "{0}";
Dir::State::status "{0}/status";
Dir::Cache "{0}";
"""
START = """\
#!/bin/sh
exec {qemu} -L {root} -0 {start} {root}/usr/bin/python3.11 "$@"
"""


@dataclass(frozen=True)
class Machine:
    """The emulated machine: its folder has the root, Python's packages and the sources."""

    folder: Path

    @property
    def python(self) -> Path:
        """A script that starts Python."""
        return self.folder / "python"

    @property
    def tree(self) -> Path:
        """A copy of the project, with kernels for aarch64."""
        return self.folder / "tree"

    def make(self) -> None:
        """Everything that is needed, from Debian, PyPI and the sources."""
        self._root()
        self._packages()
        copy_of_project(self.tree)
        build = next(one for one in BUILDS if "aarch64" in one.system)
        library, _ = build.made(self.folder / "kernels")
        for path in library.parent.glob("*.so"):
            shutil.copy(path, self.tree / "approx_build/kernels")

    def _root(self) -> None:
        root, apt = self.folder / "root", self.folder / "apt"
        for name in ("lists/partial", "archives/partial"):
            (apt / name).mkdir(parents=True)
        (apt / "status").touch()
        (apt / "apt.conf").write_text(APT.format(apt), encoding="utf-8")
        settings = {"APT_CONFIG": str(apt / "apt.conf")}
        run(["apt-get", "update", "-q"], settings)
        run(["apt-get", "install", "-y", "-q", "--download-only", *PACKAGES], settings)
        for package in sorted((apt / "archives").glob("*.deb")):
            run(["dpkg-deb", "-x", str(package), str(root)])
        words = {"qemu": tool("qemu-aarch64"), "root": root, "start": self.python}
        self.python.write_text(START.format(**words), encoding="utf-8")
        self.python.chmod(0o755)

    def _packages(self) -> None:
        wheels = self.folder / "wheels"
        tags = [word for tag in TAGS for word in ("--platform", f"{tag}_aarch64")]
        run(
            [
                *(sys.executable, "-m", "pip", "download", "-q", "-d", str(wheels), *tags),
                *("--python-version", "3.11", "--only-binary=:all:"),
                *("-r", str(ROOT / "requirements-render.txt")),
            ]
        )
        for wheel in sorted(wheels.glob("*.whl")):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(self.folder / "site")

    def settings(self) -> dict[str, str]:
        """The environment of its Python."""
        path = os.pathsep.join([str(self.tree), str(self.folder / "site")])
        return {"PYTHONHOME": "/usr", "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


def copy_of_project(tree: Path) -> None:
    """The sources, pieces and models, without what is compiled."""
    left_out = shutil.ignore_patterns("__pycache__", "*.so", "*.dylib", "*.dll")
    for name in ("approx_build", "tests", "pieces"):
        shutil.copytree(ROOT / name, tree / name, ignore=left_out)
    for name in ("models", "docs"):
        (tree / name).symlink_to(ROOT / name)
    for name in ("pyproject.toml", "CMakeLists.txt"):
        shutil.copy(ROOT / name, tree / name)


def run(command: Sequence[str], settings: Mapping[str, str] = {}, where: Path = ROOT) -> str:
    """What a command prints; its failure is one of the proof."""
    done = subprocess.run(
        command, env={**os.environ, **settings}, cwd=where, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return done.stdout


@dataclass(frozen=True)
class Rendered:
    """A tree of the project that Python renders in, here or on the emulated machine."""

    tree: Path
    python: str
    settings: dict[str, str]

    def etude(self) -> dict[str, dict[str, str]]:
        """The digest of what each action of each form of the étude made."""
        store = self.tree.parent / f"{self.tree.name}-etude"
        code = (
            "import json, sys; from pathlib import Path; "
            "from tests.etude.study import build, made, pieces, study; "
            "found = {p.stem: {t: m.digest for t, m in made(build(study(p, Path(sys.argv[1]), 2)))"
            ".items()} for p in pieces()}; print(json.dumps(found))"
        )
        printed = self._python("-c", code, str(store))
        found: dict[str, dict[str, str]] = json.loads(printed.splitlines()[-1])
        return found

    def movement(self, number: str) -> dict[str, str]:
        """The digest of each WAV of a movement, and of each line that the lock has afterwards."""
        store, out = (self.tree.parent / f"{self.tree.name}-{name}" for name in ("store", "out"))
        places = ("--store", str(store), "--out", str(out / number), "--jobs", "2", "--quiet")
        self._python("-m", "approx_build", "render", PIECE, "--movement", number, *places)
        return {
            path.relative_to(out / number).as_posix(): _digest(path)
            for path in sorted((out / number).rglob("*.wav"))
        }

    def lock(self) -> str:
        """The text of the piece's lock."""
        return (self.tree / PIECE).with_suffix(".lock").read_text(encoding="utf-8")

    def _python(self, *words: str) -> str:
        return run([self.python, *words], self.settings, self.tree)


def _digest(path: Path) -> str:
    with open(path, "rb") as file:
        return file_digest(file, "sha256").hexdigest()


def pinned() -> dict[str, dict[str, str]]:
    """The digests that are pinned of the étude, as long as they are pinned."""
    text = (ROOT / "tests/golden/etude.json").read_text(encoding="utf-8")
    return {
        piece: {target: digest for target, (_, digest) in targets.items()}
        for piece, targets in json.loads(text).items()
    }


def compared(folder: Path, movements: Sequence[str]) -> list[Compared]:
    """Render on both machines, and compare."""
    machine, here = Machine(folder / "aarch64"), folder / "here"
    machine.make()
    shutil.copytree(ROOT / "approx_build", here / "approx_build")
    for name in ("tests", "pieces"):
        shutil.copytree(ROOT / name, here / name)
    for name in ("models", "docs"):
        (here / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "pyproject.toml", here)
    there = Rendered(machine.tree, str(machine.python), machine.settings())
    own = Rendered(here, sys.executable, {"PYTHONPATH": str(here), "PYTHONDONTWRITEBYTECODE": "1"})
    found, pins = list[Compared](), pinned()
    began = time.monotonic()
    emulated, native = there.etude(), own.etude()
    took = time.monotonic() - began
    for piece, digests in emulated.items():
        of_pins = {t: digest for t, digest in pins[piece].items() if t in digests}
        short = {target: digest[:16] for target, digest in digests.items()}
        found.append(Compared.of(piece, "actions", digests, native[piece], short, of_pins, took))
    for number in movements:
        before = own.lock()
        began = time.monotonic()
        one, other = there.movement(number), own.movement(number)
        took = time.monotonic() - began
        is_locked = {"lock": there.lock()}, {"lock": before}
        found.append(Compared.of(f"movement {number}", "files", one, other, *is_locked, took))
    return found


def main() -> None:
    """Make the machine, render, compare, write the page; exits with 1 at a difference."""
    parser = argparse.ArgumentParser(prog="tests.systems.aarch64")
    parser.add_argument("--movements", default="5", help="their numbers, with commas; none: ''")
    parser.add_argument("--work", type=Path, help="where to work, to be kept")
    parser.add_argument("--out", type=Path, help="the page to be written")
    asked = parser.parse_args()
    for program in ("qemu-aarch64", "aarch64-linux-gnu-gcc"):
        if not tool(program):
            sys.exit(missing(program))
    with tempfile.TemporaryDirectory(prefix="aarch64-") as folder:
        found = compared(asked.work or Path(folder), [*filter(None, asked.movements.split(","))])
    sys.stdout.write("".join(f"{one}\n" for one in found))
    if asked.out:
        asked.out.write_text(page(found), encoding="utf-8")
    if not all(one.is_equal for one in found):
        sys.exit(1)


if __name__ == "__main__":
    main()
