"""A copy of the project to plant faults in, and the guards of the test suite run in it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from approx_build.kernels.compiled import Library, built_path, sources
from approx_build.project.verify import environment
from tests.copied import assert_is_found, environment_of

ROOT = Path(__file__).parents[2]
LINKED = ("models", "docs")
COPIED = ("approx_build", "tests", "pieces")
FILES = ("CMakeLists.txt", "justfile", "pyproject.toml", "ARCHITECTURE.md", "README.md")
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".hypothesis")


@dataclass(frozen=True)
class Guard:
    """A command of the suite, as the arguments of Python, that fails when something is wrong."""

    words: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join(self.words).replace("-m pytest -q -p no:cacheprovider ", "")


def again(*kinds: str) -> Guard:
    """Actions of the étude made again from what they were made of, and compared with their pins."""
    return Guard(("-m", "tests.etude.pins", "--again", "STORE", "--kinds", ",".join(kinds)))


def tested(test: str) -> Guard:
    """A test."""
    return Guard(("-m", "pytest", "-q", "-p", "no:cacheprovider", f"tests/{test}"))


@dataclass(frozen=True)
class Said:
    """How a guard ended, and what it said."""

    is_well: bool
    text: str


class Bench:
    """The copy at `root`, with a store in which the étude was built by the sources as they are."""

    def __init__(self, root: Path) -> None:
        self.root, self.store = root, root / "store"
        for name in COPIED:
            shutil.copytree(ROOT / name, root / name, ignore=LEFT_OUT)
        for name in LINKED:
            (root / name).symlink_to(ROOT / name)
        for name in FILES:
            shutil.copy(ROOT / name, root / name)
        # What is compiled is known by the digest of its source: a fault of one second's age counts.
        compiling = [
            "compileall",
            "-q",
            "--invalidation-mode",
            "checked-hash",
            "approx_build",
            "tests",
        ]
        subprocess.run([sys.executable, "-m", *compiling], cwd=root, check=False)
        assert_is_found(root)

    def keep(self) -> Said:
        """Build the étude from nothing, compare it with its pins, and keep the store."""
        self.store.mkdir(exist_ok=True)
        return self.ask(Guard(("-m", "tests.etude.pins", "--keep", "STORE", "--jobs", "2")))

    def ask(self, guard: Guard, capped: bool = False, seed: int = 0) -> Said:
        """Run a guard; names are hashed by `seed`, so that an order that depends on it shows."""
        words = [str(self.store) if word == "STORE" else word for word in guard.words]
        done = subprocess.run(
            [sys.executable, *words],
            cwd=self.root,
            env={
                **environment_of(self.root, environment(capped)),
                "PYTHONHASHSEED": str(seed),
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        return Said(done.returncode == 0, f"{done.stdout}\n{done.stderr}".strip())

    @contextmanager
    def planted(self, file: str, old: str, new: str) -> Iterator[None]:
        """The copy with one text of a file replaced, kernels built anew where it is C."""
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{file} has {old!r} {text.count(old)} times; plant it anew"
        path.write_text(text.replace(old, new), encoding="utf-8")
        is_compiled = file.endswith((".c", ".h")) and built_path() is not None
        try:
            with self.built("cc", "-O1") if is_compiled else nullcontext():
                yield
        finally:
            path.write_text(text, encoding="utf-8")

    @contextmanager
    def built(self, compiler: str, optimisation: str) -> Iterator[None]:
        """The copy with kernels of inference built otherwise, for the plainest instructions."""
        library = built_path()
        assert library is not None
        try:
            self._build(library.name, compiler, optimisation)
            yield
        finally:
            shutil.copy2(library, self.root / "approx_build/kernels" / library.name)

    def _build(self, name: str, compiler: str, optimisation: str) -> None:
        package = self.root / "approx_build"
        kernels = package / "kernels"
        files = [path for path in sources(Library.INFERENCE, package) if path.suffix == ".c"]
        code = "from approx_build.kernels import compiled as one; print(one._sources_digest("
        digest = self.ask(Guard(("-c", f"{code}one.Library.INFERENCE))"))).text
        flags = (
            f"{optimisation} -std=gnu11 -fPIC -shared -ffp-contract=off -fno-math-errno -w -pthread"
        )
        defined = ["APPROX_KERNEL=baseline", "APPROX_LANES=4", f'APPROX_SOURCES="{digest}"']
        words = [*flags.split(), *(f"-D{one}" for one in defined), f"-I{kernels / 'csrc'}"]
        subprocess.run([compiler, *words, "-o", kernels / name, *files], check=True)
