"""Targets: what is damaged, what reads it, and the only two ways in which that may end."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

import numpy as np

from approx_build.errors import ApproxError, AudioError, ModelError
from approx_build.project.project import Project
from approx_build.project.settings import Settings
from tests.audio.seeds import SEEDS, weights
from tests.effort import cpu_s
from tests.fuzz.bench import changed, changed_record, changed_text, pools
from tests.fuzz.damage import damaged
from tests.fuzz.events import event_score
from tests.fuzz.trees import Pool
from tests.space import Space

READ, REFUSED = "read right", "refused in words"
LONGEST_S = 60.0
"""CPU seconds of a trial: the point is that it ends."""


@dataclass(frozen=True)
class Outcome:
    """How a trial ended, and what was said; anything but READ and REFUSED is a bug."""

    how: str
    said: str = ""

    @property
    def is_good(self) -> bool:
        """Whether it is one of the two."""
        return self.how in (READ, REFUSED)


@dataclass
class Bench:
    """The projects that trials damage, and what stands where in files that are right."""

    etude: Space
    built: Space
    pool: Pool
    own: Pool
    work: Path

    @classmethod
    def of(cls, etude: Space, built: Space, work: Path) -> Bench:
        """The bench of these projects, with a folder for other files."""
        return cls(etude, built, *pools(), work)


Trial = Callable[[Bench, Random], Outcome]
TARGETS: dict[str, Trial] = {}


def target(trial: Trial) -> Trial:
    """Enter a trial under the name of its function."""
    TARGETS[trial.__name__.replace("_", " ").strip()] = trial
    return trial


def ended(trial: Trial, bench: Bench, random: Random) -> Outcome:
    """The outcome of a trial; what it raises is one."""
    found = Outcome("")

    def tried() -> None:
        nonlocal found
        try:
            found = trial(bench, random)
        except Exception as error:
            found = Outcome(f"{type(error).__name__}", traceback.format_exc())

    spent = cpu_s(tried, times=1)
    return Outcome(f"took {spent:.0f} s") if spent > LONGEST_S else found


def _checked(space: Space, path: str = "pieces/etude.yaml") -> Outcome:
    """Check a piece; what has no faults must be lowered and planned."""
    settings = Settings(store=space.root / ".approx", today=date(2026, 1, 1))
    try:
        piece = Project.open(space.root, settings).check(space.root / path)
    except ApproxError as error:
        return _refused(error)
    rows = Project.open(space.root, settings).plan(space.root / path).rows
    assert len(rows) <= len(piece.lowered.graph.actions)
    return Outcome(READ, f"{len(rows)} actions")


def _refused(error: ApproxError) -> Outcome:
    """A refusal, which says where: a place in a text, or a file."""
    said = str(error)
    has_place = ":" in said and said[:1] != ":" and bool(error.message)
    return Outcome(REFUSED if has_place else "a refusal without a place", said)


@target
def movements(bench: Bench, random: Random) -> Outcome:
    """A movement of the étude."""
    names = ("1-sources", "2-operations", "3-networks")
    path = f"pieces/etude/{random.choice(names)}.yaml"
    pool = random.choice([bench.pool, bench.own, bench.own])
    content = changed_text(bench.etude.root / path, pool, random)
    head = f"score: 1\npiece: etude\nseed: 31\ntakes: {TAKES}\nmovements: [etude/x.yaml]\n"
    bench.etude.write("pieces/etude/x.yaml", "")
    bench.etude.write("pieces/fuzz.yaml", head)
    with changed(bench.etude.root / "pieces/etude/x.yaml", content):
        return _checked(bench.etude, "pieces/fuzz.yaml")


TAKES = json.dumps(
    {
        "voice": {"model": "etude-voice", "count": 3, "length_s": 0.35},
        "first": {"model": "etude-voice", "step": 0, "count": 2, "length_s": 0.2},
        "early": {"model": "etude-voice", "step": 30, "length_s": 0.3},
        "whistle": {"model": "etude-whistle", "count": 2, "length_s": 0.4},
        "wash": {"model": "etude-wash", "count": 2, "length_s": 0.08},
    }
)


@target
def pieces(bench: Bench, random: Random) -> Outcome:
    """The étude's own file."""
    path = bench.etude.root / "pieces/etude.yaml"
    with changed(path, changed_text(path, bench.pool, random)):
        return _checked(bench.etude)


@target
def models(bench: Bench, random: Random) -> Outcome:
    """The declaration of a model that the étude uses."""
    name = random.choice(["voice", "whistle", "wash", "mist"])
    path = bench.etude.root / f"models/etude-{name}.yaml"
    with changed(path, changed_text(path, bench.pool, random)):
        return _checked(bench.etude)


@target
def consents(bench: Bench, random: Random) -> Outcome:
    """The consent of the étude's recordings."""
    path = bench.etude.root / "models/corpora/etude/consent.yaml"
    with changed(path, changed_text(path, bench.pool, random)):
        return _both(_checked(bench.etude), _commanded(bench.etude, "corpus", "list"))


@target
def rendered_events(bench: Bench, random: Random) -> Outcome:
    """Events of every operation with parameters to their bounds, rendered for real."""
    space = bench.etude
    space.write("pieces/fuzz.yaml", "score: 1\npiece: f\nmovements: [fuzz/1-x.yaml]\n")
    space.write("pieces/fuzz/1-x.yaml", json.dumps(event_score(bench.pool, random), indent=1))
    checked = _checked(space, "pieces/fuzz.yaml")
    if checked.how != READ:
        return checked
    done = space.run("render", "pieces/fuzz.yaml", code=None)
    if done.code == 1 and any(words in done.err for words in ONLY_SOUND_SAYS):
        return Outcome(REFUSED, done.err)
    return Outcome(READ if done.code == 0 else "fails after `check` found no fault", done.err)


ONLY_SOUND_SAYS = ("there is only silence in this range", "lower its gain by")
"""Refusals of a render that no check can foresee, since they depend on the samples."""


def _commanded(space: Space, *words: str) -> Outcome:
    """A command as a user gives it; its end without a traceback is all that is asked."""
    done = space.run(*words, code=None)
    good = {0: READ, 1: REFUSED, 2: REFUSED, 3: REFUSED}
    return Outcome(good.get(done.code, f"ended with {done.code}"), done.err)


def _both(first: Outcome, second: Outcome) -> Outcome:
    return first if not first.is_good or second.how == READ else second


TIDE = "pieces/tide.yaml"
READERS = (
    ("plan", TIDE),
    ("check", TIDE),
    ("render", TIDE, "--jobs", "1"),
    ("why", TIDE, "1-foam/mix"),
    ("store", "check"),
    ("store", "sizes"),
    ("store", "gc", "--dry-run"),
)


def _stored(bench: Bench, random: Random, pattern: str, *readers: tuple[str, ...]) -> Outcome:
    """A file of the built project that a program wrote, and commands that read it."""
    paths = sorted(path for path in bench.built.root.glob(pattern) if path.is_file())
    path = random.choice(paths)
    with changed(path, changed_record(path, random)):
        return _commanded(bench.built, *random.choice(readers or READERS))


@target
def locks(bench: Bench, random: Random) -> Outcome:
    """The lock of a piece."""
    readers = (("render", TIDE), ("verify", TIDE), ("plan", TIDE))
    return _stored(bench, random, "pieces/*.lock", *readers)


@target
def records(bench: Bench, random: Random) -> Outcome:
    """A record of the store."""
    return _stored(bench, random, ".approx/records/*/*")


@target
def stored_state(bench: Bench, random: Random) -> Outcome:
    """The journal, the memo, the register of projects and the state of the last render."""
    places = (".approx/*", ".approx/projects/*", ".approx/journal/*", "renders/tide/*")
    pattern = random.choice(places)
    if not any(path.is_file() for path in bench.built.root.glob(pattern)):
        pattern = ".approx/*"
    return _stored(bench, random, pattern)


@target
def shipped_records(bench: Bench, random: Random) -> Outcome:
    """The record of a shipped training."""
    return _stored(bench, random, "models/checkpoints/*/record.json")


@target
def ledgers(bench: Bench, random: Random) -> Outcome:
    """An entry of the ledger of trainings, or its notes."""
    readers = (("runs",), ("runs", "--all"), ("runs", "export"), ("runs", "--json"))
    return _stored(bench, random, "models/ledger/*", *readers)


def _sound(name: str) -> Trial:
    def trial(bench: Bench, random: Random) -> Outcome:
        from approx_build.audio import wav
        from approx_build.corpus.inspection import defects

        path = bench.work / f"fuzz.{name}"
        content = damaged(SEEDS[name], random)
        path.write_bytes(content)
        try:
            found = wav.info(path)
            clip = wav.read(path)
            defects(path)
        except AudioError as error:
            return _refused(error)
        assert 0 < found.length == clip.length <= len(content) * 8192
        assert clip.channels == found.channels
        assert np.isfinite(clip.data).all()
        return Outcome(READ)

    return trial


TARGETS |= {f"sound: {name}": _sound(name) for name in SEEDS}


@target
def checkpoints(bench: Bench, random: Random) -> Outcome:
    """The weights of a network."""
    from approx_build.training.checkpoint import read_checkpoint, read_metadata

    path = bench.work / "fuzz.safetensors"
    path.write_bytes(damaged(weights(), random))
    try:
        read_metadata(path)
        read_checkpoint(path, {"a.b": (3, 4)})
    except ModelError as error:
        return _refused(error)
    return Outcome(READ)
