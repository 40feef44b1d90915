"""The kernels built for one system and compiler, and how the harness is run with them here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.kernels.known_answers.cases import harness_sources

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "approx_build"
DEBIAN = {
    "aarch64-linux-gnu-gcc": "gcc-aarch64-linux-gnu libc6-dev-arm64-cross",
    "qemu-aarch64": "qemu-user",
    "qemu-x86_64": "qemu-user",
    "x86_64-w64-mingw32-gcc": "gcc-mingw-w64-x86-64-win32",
    "wine64": "wine64",
    "clang": "clang",
}
"""The packages that have a tool."""
ELSEWHERE = {"wine64": ("/usr/lib/wine/wine64",)}
"""Where Debian puts what it does not put on the path."""

_QUIET = "-pcid,-x2apic,-tsc-deadline,-invpcid,-hle,-rtm"
"""What QEMU has not got of a Haswell, and would say so for every thread."""


@dataclass(frozen=True)
class Run:
    """One of a build's kernels on a processor: this one, or one that a program pretends to be."""

    kernel: str
    processor: str = ""
    """The processor, when it is not this machine's."""
    emulator: tuple[str, ...] = ()
    feature: str = ""
    """What this machine's processor needs for it, as Linux names it."""

    @property
    def reason(self) -> str:
        """Why it cannot be run here; empty when it can."""
        if self.emulator and not tool(self.emulator[0]):
            return missing(self.emulator[0])
        if self.feature and self.feature not in features():
            return f"this processor has no {self.feature}"
        return ""


@dataclass(frozen=True)
class Build:
    """The libraries of one system by one compiler."""

    system: str
    compiler: str
    runs: tuple[Run, ...]
    settings: tuple[str, ...] = ()
    flags: str = ""
    """The caller's own CFLAGS."""
    targets: tuple[str, ...] = ("approx_kernels",)
    libraries: tuple[str, ...] = ("-ldl",)

    def __str__(self) -> str:
        flags = f" {self.flags}" if self.flags else ""
        return f"{self.system}, {self.compiler.rpartition('-')[2]}{flags}"

    @property
    def reason(self) -> str:
        """Why it cannot be built here; empty when it can."""
        return next((missing(one) for one in ("cmake", self.compiler) if not tool(one)), "")

    def made(self, folder: Path) -> tuple[Path, Path]:
        """The library of inference and the harness, built below `folder` without a warning."""
        output = folder / "out"
        configure = [
            *("cmake", "-S", str(ROOT), "-B", str(folder), f"-DAPPROX_OUTPUT={output}"),
            *(f"-DCMAKE_C_COMPILER={self.compiler}", *self.settings),
        ]
        _done(configure, {"CFLAGS": f"-Werror {self.flags}"})
        build = ("cmake", "--build", str(folder), "--parallel", str(os.cpu_count() or 1))
        _done([*build, "--target", *self.targets])
        harness = folder / "harness.exe"
        includes = [PACKAGE / "kernels/csrc", Path(__file__).parent / "harness"]
        includes += PACKAGE.glob("families/*/csrc")
        _done(
            [
                *(self.compiler, "-O1", "-std=gnu11", "-Wall", "-Wextra", "-Werror"),
                *("-DAPPROX_KERNEL=any", "-DAPPROX_LANES=4", *(f"-I{one}" for one in includes)),
                *(*map(str, harness_sources()), "-o", str(harness), *self.libraries),
            ]
        )
        return next(output.glob("libapprox_kernels.*")), harness

    def hashes(
        self, folder: Path, run: Run, lines: Sequence[str], threads: int, batch: int
    ) -> dict[str, str]:
        """What the harness built in `folder` by `made` prints: the hash of each case."""
        library = next((folder / "out").glob("libapprox_kernels.*"))
        command = [tool(run.emulator[0]), *run.emulator[1:]] if run.emulator else []
        command += [str(folder / "harness.exe"), str(library), run.kernel, str(threads), str(batch)]
        prefix = {"WINEPREFIX": str(folder / "wine"), "WINEDEBUG": "-all"}
        printed = _done(command, prefix, "\n".join(lines) + "\n")
        found = re.findall(r"^(\S+) ([0-9a-f]{16})\r?$", printed, re.MULTILINE)
        return dict(found)


X86 = (
    Run("baseline"),
    Run("avx2", feature="avx2"),
    Run("avx512", feature="avx512f"),
    Run("baseline", "Nehalem", ("qemu-x86_64", "-cpu", "Nehalem")),
    Run("avx2", "Haswell", ("qemu-x86_64", "-cpu", f"Haswell,{_QUIET}")),
)
WINE = (
    Run("baseline", "", ("wine64",)),
    Run("avx2", "", ("wine64",), "avx2"),
    Run("avx512", "", ("wine64",), "avx512f"),
)
ARM = (
    Run(
        "baseline",
        "Cortex-A57",
        ("qemu-aarch64", "-cpu", "cortex-a57", "-L", "/usr/aarch64-linux-gnu"),
    ),
)

BUILDS = (
    Build("Linux x86-64", "gcc", X86),
    Build("Linux x86-64", "clang", X86[:3]),
    Build(
        "Linux aarch64",
        "aarch64-linux-gnu-gcc",
        ARM,
        ("-DCMAKE_SYSTEM_NAME=Linux", "-DCMAKE_SYSTEM_PROCESSOR=aarch64"),
        targets=("approx_kernels", "approx_training"),
    ),
    Build(
        "Windows x86-64",
        "x86_64-w64-mingw32-gcc",
        WINE,
        ("-DCMAKE_SYSTEM_NAME=Windows", "-DCMAKE_SYSTEM_PROCESSOR=AMD64"),
        targets=("approx_kernels", "approx_training"),
        libraries=("-static-libgcc",),
    ),
)


def tool(name: str) -> str:
    """Where a program is; empty when it is not installed."""
    return shutil.which(name) or next(
        (one for one in ELSEWHERE.get(name, ()) if Path(one).exists()), ""
    )


def missing(name: str) -> str:
    """What to install for a program."""
    packages = DEBIAN.get(name, name)
    return f"{name} is not installed (apt-get install --no-install-recommends {packages})"


@cache
def features() -> frozenset[str]:
    """What this machine's processor has, as Linux names it."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return frozenset()
    found = re.search(r"^(?:flags|Features)\s*:(.*)$", text, re.MULTILINE)
    return frozenset(found[1].split() if found else ())


def _done(command: Sequence[str], settings: Mapping[str, str] = {}, given: str = "") -> str:
    done = subprocess.run(
        command,
        env={**os.environ, **settings},
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
    return done.stdout
