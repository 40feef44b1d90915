"""Several at once: builders on one store, and edits while one builds."""

from __future__ import annotations

import errno
import os
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.proof import projects, stored
from tests.proof.bench import RENDER
from tests.proof.commands import Running
from tests.proof.context import HOUR_S, Context
from tests.proof.shim import ALL, CHANGES, Call, Fault, Scope, What
from tests.space import CONSENT, tone

ASKED = (
    RENDER,
    (*RENDER, "--movement", "1"),
    (*RENDER, "--movement", "2"),
    (*RENDER, "--out", "elsewhere"),
    (*RENDER, "--keep-going"),
)


def builders(context: Context, chance: random.Random, turn: int) -> None:
    """Two to six builders on one store, of the same things or others, some of them killed."""
    context.begin(is_warm=turn % 4 == 3)
    count, is_deadly = 2 + turn % 5, turn % 2 == 1
    context.result.detail += f", {count} builders{', some killed' if is_deadly else ''}"
    fault = Fault()
    if turn % 5 == 2:
        context.result.detail += ", no locks"
        fault = Fault(always=Call.LOCK, always_error=errno.ENOLCK)
    elif is_deadly:
        first = chance.randint(1, 400)
        fault = Fault(What.KILL, CHANGES, first, chance.randint(1, count - 1), scope=Scope.SELF)
    context.control.arm(fault)
    running: list[Running] = []
    for index in range(count):
        # The first two show whether a lock keeps the pins of both.
        asked = ASKED[1 + index] if index < 2 and turn % 3 == 0 else chance.choice(ASKED)
        running.append(context.start(*asked))
        time.sleep(chance.choice((0, 0, 0.02, 0.2)))
    outcomes = [context.ended(each) for each in running]
    ran: Counter[str] = Counter()
    for outcome in outcomes:
        ran.update(set(outcome.ran()))
        if outcome.code and not is_deadly:
            context.problem("unhealed", f"a builder among {count} ended with {outcome.code}")
    if not is_deadly:
        context.result.ran = len(ran)
        context.result.repeated = sum(times > 1 for times in ran.values())
        _both_are_pinned(context, [outcome.words for outcome in outcomes])
    _look_elsewhere(context)
    context.heal()


def _both_are_pinned(context: Context, asked: list[tuple[str, ...]]) -> None:
    wanted = {words[-1] for words in asked if "--movement" in words}
    wanted |= {"1", "2"} if any("--movement" not in words for words in asked) else set()
    pins = stored.pins(context.root)
    for target, pin in context.expected.pins.items():
        if target[0] in wanted and target[1] == "-" and pins.get(target) != pin:
            context.problem("wrong", f"the lock lost {target}")
            return


def _look_elsewhere(context: Context) -> None:
    there = context.root / "elsewhere"
    for path in sorted(there.rglob("*.wav")) if there.exists() else ():
        name = path.relative_to(there).as_posix()
        if path.name[0] != "." and (
            stored.digest(path.read_bytes()) != context.expected.delivered[name]
        ):
            context.problem("wrong", f"elsewhere/{name} is wrong")
    shutil.rmtree(there, ignore_errors=True)


def edited(context: Context, chance: random.Random, turn: int) -> None:
    """A file of the project is edited at a counted moment of a build, perhaps put back later."""
    context.begin(is_warm=turn % 3 == 2)
    name, edit = list(EDITS.items())[turn % len(EDITS)]
    is_put_back = turn // len(EDITS) % 3 == 2
    if name == "a link":
        _link(context)
    context.result.detail += f", {name}{' and put back' if is_put_back else ''}"
    kinds = chance.choice((ALL, CHANGES, Call.OPEN, Call.LINK))
    first = context.moment(chance, kinds)
    again = chance.randint(1, 200)
    running = context.start(*RENDER, fault=Fault(What.PAUSE, kinds, first))
    _paused(context, running)
    before = {path: path.read_bytes() for path in stored.project_files(context.root)}
    edit(context, chance)
    context.note(f"edited: {name}")
    if is_put_back:
        context.control.arm(Fault(What.PAUSE, kinds, again))
        context.control.release()
        _paused(context, running)
        _restore(context, before)
        context.note("put back")
    context.expect()
    context.control.disarm()
    context.ended(running)
    if chance.random() < 0.7:
        context.control.pass_time(HOUR_S)
    context.heal()


def _paused(context: Context, running: Running) -> None:
    """Wait until a process waits at its fault, or the command has ended."""
    while not (context.control.is_paused or running.is_over(0.002)):
        pass


def _restore(context: Context, before: dict[Path, bytes]) -> None:
    if (context.root / "sounds").exists():
        _turn(context.root / TONES / "low.wav", context.root / "sounds" / "a.wav")
    for path in list(stored.project_files(context.root)):
        if path not in before:
            path.unlink()
    for path, data in before.items():
        if not path.exists() or path.read_bytes() != data:
            path.write_bytes(data)


def _replace(path: Path, data: bytes, chance: random.Random) -> None:
    """Write a file in place or by a new one, perhaps with the times that it had."""
    state = path.stat() if path.exists() else None
    if chance.random() < 0.5:
        path.write_bytes(data)
    else:
        draft = path.with_name(f"{path.name}.editor")
        draft.write_bytes(data)
        draft.replace(path)
    if state and chance.random() < 0.3:
        os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


def _text(path: str, old: str, new: str) -> Callable[[Context, random.Random], None]:
    def edit(context: Context, chance: random.Random) -> None:
        text = (context.root / path).read_text()
        assert text.count(old) == 1, f"{old!r} in {path}"
        _replace(context.root / path, text.replace(old, new).encode(), chance)

    return edit


def _sound(path: str, freq_hz: float) -> Callable[[Context, random.Random], None]:
    def edit(context: Context, chance: random.Random) -> None:
        import soundfile as sf

        draft = context.folder / "draft.wav"
        sf.write(draft, tone(freq_hz, 0.8), 8000, subtype="PCM_16")
        _replace(context.root / path, draft.read_bytes(), chance)
        draft.unlink()

    return edit


def _removed(path: str) -> Callable[[Context, random.Random], None]:
    def edit(context: Context, chance: random.Random) -> None:
        (context.root / path).unlink()
        sound = (context.root / projects.SECOND).read_text()
        (context.root / projects.SECOND).write_text(sound.replace("tones/high", "tones/low"))

    return edit


def _link(context: Context) -> None:
    """Let a recording be a link to one of two files of equal size and times."""
    sounds, low = context.root / "sounds", context.root / TONES / "low.wav"
    sounds.mkdir()
    shutil.copy2(low, sounds / "a.wav")
    shutil.copy2(context.root / TONES / "high.wav", sounds / "b.wav")
    state = low.stat()
    os.utime(sounds / "b.wav", ns=(state.st_atime_ns, state.st_mtime_ns))
    context.allowed.append("sounds(/.*)?")
    _turn(low, sounds / "a.wav")


def _turn(link: Path, to: Path) -> None:
    draft = link.with_name("link")
    draft.symlink_to(to)
    draft.replace(link)


def _linked(context: Context, chance: random.Random) -> None:
    _turn(context.root / TONES / "low.wav", context.root / "sounds" / "b.wav")


TONES = "models/corpora/tones"
EDITS: dict[str, Callable[[Context, random.Random], None]] = {
    "a gain": _text(
        projects.FIRST, "length_s: 0.5 }, gain_db: -12", "length_s: 0.5 }, gain_db: -9"
    ),
    "a recording": _sound(f"{TONES}/low.wav", 210),
    "a take's length": _text(projects.PIECE, "count: 3, length_s: 0.3", "count: 3, length_s: 0.2"),
    "a model's seed": _text("models/tiny.yaml", "seed: 3", "seed: 4"),
    "an event": _text(projects.SECOND, "rate_hz: 8", "rate_hz: 9"),
    "a consent": _text(f"{TONES}/consent.yaml", CONSENT.splitlines()[8], "contact: somebody else"),
    "a new recording": _sound(f"{TONES}/mid.wav", 300),
    "a seed": _text(projects.PIECE, "seed: 3", "seed: 5"),
    "another recording": _sound(f"{TONES}/high.wav", 510),
    "a link": _linked,
    "a recording removed": _removed(f"{TONES}/high.wav"),
    "a model's checkpoints": _text(
        "models/tiny.yaml", "checkpoints: [0, 2", "checkpoints: [0, 1, 2"
    ),
}
