"""The context of one trial: its project, its commands, and what they got wrong."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.proof import disk, projects, stored
from tests.proof.bench import RENDER, Bench, moment
from tests.proof.commands import How, Outcome, Place, Running, strays
from tests.proof.corruption import Corruption, corrupt
from tests.proof.projects import Reference, Variant
from tests.proof.shim import CHANGES, Call, Fault

HOUR_S = 3600.0
KEPT_BY_PEOPLE = ("lock of the piece", "ledger entry")
"""Files under version control."""
GAIN = "gain_db: -6, through"
"""What a warm trial edits in the first movement."""


@dataclass(frozen=True)
class Problem:
    """Something that is wrong, for a column of the table."""

    column: str
    text: str


@dataclass
class Result:
    """What came of a trial."""

    seed: int
    row: str
    detail: str
    problems: list[Problem] = field(default_factory=list)
    kept: int = 0
    """Steps that were finished before the healing render, and not run again."""
    rerun: int = 0
    """Those that were."""
    ran: int = 0
    """Actions that several builders ran, and those of them that were run twice."""
    repeated: int = 0
    had: int = 0
    """Finished steps before power cuts."""
    lost: int = 0
    """Those that a power cut took."""
    how: str = ""
    planted: str = ""
    """The bug that was planted."""
    target: str = ""
    """The kind of stored file that was corrupted, and how."""
    corruption: str = ""
    commands: int = 0
    seconds: float = 0.0


class Context:
    """One trial's project, commands and findings."""

    def __init__(self, bench: Bench, seed: int, variant: Variant, how: How, planted: str) -> None:
        self.bench, self.variant, self.how = bench, variant, how
        self.folder = bench.trial_folder(seed)
        self.place: Place = bench.place(self.folder)
        self.place.planted = planted
        self.root, self.control = self.place.root, self.place.control
        self.store = self.root / stored.STORE
        self.result = Result(seed, "", f"{variant.value}, {how.value}", how=how.value)
        self.result.planted = planted
        self.history: list[str] = []
        self.allowed: list[str] = [r"\.approx/states(/\*)?", r"\.approx/(use|leases|drafts)"]
        self.is_spoiled = False
        """Whether there may be wrong objects that nothing has read yet."""
        self._known: list[Reference] = []
        self._start = variant.value

    # -- beginning --

    def begin(self, is_warm: bool = False) -> None:
        """Copy the project: with nothing built, or built some time ago and edited since."""
        source = self.bench.built(self.variant) if is_warm else self.bench.cold(self.variant)
        shutil.copytree(source, self.root, symlinks=True, dirs_exist_ok=True)
        self.control.pass_time(HOUR_S)
        self.expect()
        if is_warm:
            self.run(*RENDER)
            self.control.pass_time(HOUR_S)
            self.edit(projects.FIRST, GAIN, "gain_db: -7, through")
            self._start += "-edited"

    def edit(self, path: str, old: str, new: str) -> None:
        """Edit a text of the project, and expect what is made of it now."""
        text = (self.root / path).read_text()
        assert text.count(old) == 1, f"{old!r} in {path}"
        (self.root / path).write_text(text.replace(old, new))
        self.expect()

    def expect(self) -> Reference:
        """Expect what an undisturbed build makes of the project as it is now."""
        self._known.append(self.bench.reference(self.root))
        return self._known[-1]

    @property
    def expected(self) -> Reference:
        """What must be built."""
        return self._known[-1]

    def totals(self, *words: str) -> Mapping[Call, int]:
        """How many calls the next command makes when nothing disturbs it."""
        name = "-".join([self._start, *(re.sub(r"\W", "", word) for word in words)])
        return self.bench.totals(name, self.root, words, self.place.planted)

    def moment(self, chance: random.Random, kinds: Call = CHANGES, *words: str) -> int:
        """The number of one of the calls that the next command makes."""
        return moment(chance, self.totals(*(words or RENDER)), kinds)

    # -- commands --

    def note(self, text: str) -> None:
        """Add to the history of the trial, which is shown when it fails."""
        self.history.append(text)

    def run(self, *words: str, fault: Fault | None = None, logs: bool = False) -> Outcome:
        """Run a command to its end, with a fault or undisturbed."""
        running = self.start(*words, fault=fault, logs=logs)
        return self.ended(running)

    def start(self, *words: str, fault: Fault | None = None, logs: bool = False) -> Running:
        """Start a command, with a fault or undisturbed."""
        if fault is not None:
            self.control.arm(fault, logs)
            self.note(f"fault: {fault}")
        self.result.commands += 1
        return self.place.start(self.how, *words)

    def ended(self, running: Running) -> Outcome:
        """Wait for a command; a hang, a traceback or an orphan is a problem."""
        outcome = running.end()
        self.control.disarm()
        line = " ".join(outcome.words)
        self.note(f"$ {line} -> {outcome.code}\n{outcome.out}{outcome.err}")
        if outcome.hung:
            self.problem("hangs", f"{line} did not end")
        if outcome.raw:
            self.problem("tracebacks", f"{line} said {outcome.raw!r}")
        elif not outcome.is_calm:
            self.problem("tracebacks", f"{line} ended with {outcome.code} and no word")
        if outcome.orphans:
            self.problem("left", f"processes of {line} live on after its end")
        return outcome

    def cut(self, chance: random.Random) -> None:
        """Cut the power: every process was killed; part of what was not synced is lost."""
        had = len(stored.whole(self.store))
        lost = disk.cut(self.control, chance)
        self.result.had += had
        self.result.lost += had - len(stored.whole(self.store))
        self.note("power cut; " + ("; ".join(lost) or "nothing was lost"))
        self.allow(r"quarantine(/.*)?|\.approx/training/\*/.*\.damaged")
        self.control.pass_time(60)

    # -- findings --

    def problem(self, column: str, text: str) -> None:
        """Add a problem."""
        if Problem(column, text) not in self.result.problems:
            self.result.problems.append(Problem(column, text))
        self.note(f"PROBLEM ({column}): {text}")

    def corrupt(self, target: str, path: Path, how: Corruption, chance: random.Random) -> None:
        """Corrupt a stored file."""
        self.result.target, self.result.corruption = target, how.value
        self.allow(r"quarantine(/.*)?|\.approx/training/\*/.*\.damaged")
        self.result.detail += f", {target}: {how.value}"
        self.note(f"{path.relative_to(self.root)}: {how.value}")
        corrupt(path, how, chance, self.control)

    def allow(self, pattern: str) -> None:
        """Files of the store that may be there at the end."""
        self.allowed.append(rf"\.approx/{pattern}")

    def after_fault(self) -> None:
        """After any fault: every delivered file is right, and every record has its objects."""
        if self.is_spoiled:
            return
        right: dict[str, set[str]] = {}
        for reference in self._known:
            for path, digest in reference.delivered.items():
                right.setdefault(path, set()).add(digest)
        for path, digest in stored.delivered(self.root).items():
            if digest not in right.get(path, ()) and self._is_pinned(path):
                self.problem("wrong", f"after the fault {path} is neither old nor new")
        if hollow := stored.hollow(self.store):
            self.problem("hollow", f"records without their objects: {', '.join(hollow[:5])}")

    def heal(self, *words: str, tries: int = 1) -> None:
        """Render again: the second render heals everything, the third has nothing to do."""
        self.after_fault()
        finished = stored.whole(self.store)
        for left in reversed(range(tries)):
            code = self.run(*(words or RENDER)).code
            if code == 0 or not left:
                break
        if code:
            self.problem("unhealed", f"a plain second render ended with {code}")
            self.after_fault()
            return
        self._count_reuse(finished)
        self.judge()
        third = self.run(*(words or RENDER))
        if third.code or not third.out.endswith("nothing to do\n"):
            self.problem("unhealed", f"a third render ended with {third.code} and had work to do")
        self.judge()
        self._look_for_leftovers()

    def heal_damage(self, target: str, path: Path, *words: str) -> None:
        """Heal after damage; a damaged file that people keep may be refused until it is removed."""
        words = words or RENDER
        if target in KEPT_BY_PEOPLE and self.run(*words).code:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            self.note(f"removed {target}")
        self.heal(*words, tries=2)
        if not self.bench.can("store", "check"):
            return
        self.run("store", "check", "--repair")
        if self.run("store", "check").code:
            self.problem("unhealed", "the store's check finds damage after its repair")
        self.is_spoiled = False
        self.after_fault()

    def judge(self) -> None:
        """Compare everything that is delivered, locked and stored with the reference."""
        expected = self.expected
        found = stored.delivered(self.root)
        for path in sorted(expected.delivered.keys() | found.keys()):
            is_intact = found.get(path) == expected.delivered.get(path)
            if not is_intact and (path not in found or self._is_pinned(path)):
                how = "is wrong" if path in found else "is missing"
                self.problem("wrong" if path in found else "unhealed", f"{path} {how}")
        if stored.pins(self.root) != expected.pins:
            self.problem("wrong", "the lock has other digests")
        for key, kept in stored.whole(self.store).items():
            if dict(kept.promised()) != expected.outputs.get(key, dict(kept.promised())):
                self.problem("wrong", f"{kept.kind} {key[:12]} made other bytes")
        wrong = [] if self.is_spoiled else stored.hollow(self.store)
        if wrong:
            self.problem("wrong", f"objects are wrong: {', '.join(wrong[:5])}")

    def _is_pinned(self, path: str) -> bool:
        """Whether a file's bytes are the same in every build."""
        return not (path.endswith(".html") and any(known.trains for known in self._known))

    def _count_reuse(self, finished: Mapping[str, stored.Kept]) -> None:
        now = stored.records(self.store)
        rerun = [k for k, kept in finished.items() if k not in now or now[k].data != kept.data]
        self.result.rerun += len(rerun)
        self.result.kept += len(finished) - len(rerun)
        if rerun:
            names = ", ".join(f"{finished[key].kind} {key[:12]}" for key in rerun[:5])
            self.note(f"finished steps that were run again: {names}")

    def _look_for_leftovers(self) -> None:
        allowed = re.compile("|".join(self.allowed))
        known = {name for reference in self._known for name in reference.tree}
        left = [n for n in sorted(stored.tree(self.root) - known) if not allowed.fullmatch(n)]
        left += [path.name for path in (self.folder / "tmp").iterdir()]
        if left:
            self.problem("left", ", ".join(left[:5]))
        if stray := strays():
            self.problem("left", f"processes live on: {', '.join(stray)}")

    def clear(self) -> None:
        """Remove everything of the trial."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def write_history(self, path: Path) -> None:
        """Write what happened."""
        path.write_text("\n".join(self.history))
