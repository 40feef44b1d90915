"""The bench: the projects that trials begin from, and the right results of each, made once."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.proof import projects, shim, stored
from tests.proof.commands import How, Place
from tests.proof.projects import Reference, Variant

RENDER = ("render", projects.PIECE, "--verbose", "--jobs", "2")


class Bench:
    """Everything under `work`; what it makes is made once for all runners."""

    def __init__(self, work: Path, runner: str = "0") -> None:
        self.work, self._own = work, work / f"runner-{runner}"
        work.mkdir(parents=True, exist_ok=True)
        self.preload = shim.compiled(work)
        self.may_mount = False
        self._total = 0
        self._help: dict[str, str] = {}

    def prepare(self) -> None:
        """Make the projects, and build each once by processes as a user has them."""
        done = self.work / "prepared"
        if done.exists():
            return
        shutil.rmtree(self.work / "base", ignore_errors=True)
        for variant in Variant:
            cold, built = self.cold(variant), self.built(variant)
            projects.make(variant, cold)
            shutil.copytree(cold, built)
            projects.run(built, "render", projects.PIECE)
            self._reference_at(built).parent.mkdir(exist_ok=True)
            Reference.of(built).keep(self._reference_at(built))
        done.touch()

    def cold(self, variant: Variant) -> Path:
        """The project with nothing rendered."""
        return self.work / "base" / variant.value / "cold"

    def built(self, variant: Variant) -> Path:
        """The project as an undisturbed build left it."""
        return self.work / "base" / variant.value / "built"

    def reference(self, root: Path) -> Reference:
        """What a build from nothing makes of the files that the project at `root` has now."""
        path = self._reference_at(root)
        if not path.exists():
            with self.scratch() as place:
                for file in stored.project_files(root):
                    copy = place.root / file.relative_to(root)
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(file, copy)
                done = place.start(How.ALONE, *RENDER).end()
                assert done.code == 0, f"the reference cannot be built:\n{done.err}"
                Reference.of(place.root).keep(path)
        return Reference.read(path)

    def totals(
        self, name: str, root: Path, words: Sequence[str], planted: str
    ) -> Mapping[shim.Call, int]:
        """How many calls of each kind a command makes in the project at `root`, undisturbed."""
        path = self.work / "totals" / f"{name}{planted}.json"
        if not path.exists():
            with self.scratch(root) as place:
                place.planted = planted
                place.control.arm(shim.Fault())
                place.start(How.ALONE, *words).end()
                rows = {str(int(kind)): n for kind, n in place.control.totals().items()}
            path.parent.mkdir(exist_ok=True)
            draft = path.with_suffix(f".{os.getpid()}")
            draft.write_text(json.dumps(rows))
            draft.replace(path)
        return {shim.Call(int(kind)): n for kind, n in json.loads(path.read_text()).items()}

    def can(self, command: str, word: str) -> bool:
        """Whether the help of a command names an option or a command of its own."""
        if command not in self._help:
            with self.scratch() as place:
                self._help[command] = place.start(How.ALONE, command, "--help").end().out
        return word in self._help[command]

    @contextmanager
    def scratch(self, root: Path | None = None) -> Iterator[Place]:
        """A place to work at for a while, with a copy of the project at `root`."""
        self._total += 1
        folder = self._own / f"scratch-{self._total}"
        place = self.place(folder)
        if root is not None:
            shutil.copytree(root, place.root, symlinks=True, dirs_exist_ok=True)
        yield place
        shutil.rmtree(folder)

    def place(self, folder: Path) -> Place:
        """A place in a new folder."""
        shutil.rmtree(folder, ignore_errors=True)
        for name in ("project", "said", "saved", "tmp"):
            (folder / name).mkdir(parents=True)
        control = shim.Control(folder / "control", folder / "project", folder / "saved")
        return Place(folder / "project", folder / "said", self.preload, control)

    def trial_folder(self, seed: int) -> Path:
        """Where a trial runs."""
        return self._own / f"trial-{seed}"

    def _reference_at(self, root: Path) -> Path:
        return self.work / "references" / f"{stored.project_digest(root)}.json"


def fast_disk() -> str | None:
    """A disk in memory, if there is one: what a real disk does late is simulated anyway."""
    memory = Path("/dev/shm")
    return str(memory) if os.access(memory, os.W_OK) else None


def moment(chance: random.Random, totals: Mapping[shim.Call, int], kinds: shim.Call) -> int:
    """The number of one of the calls of `kinds` among so many, from 1 on."""
    return chance.randint(1, max(1, sum(n for kind, n in totals.items() if kind & kinds)))
