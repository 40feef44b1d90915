"""Damage: every kind of stored file, corrupted in every way."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from pathlib import Path

from approx_build.process.identity import own_identity
from tests.proof import projects, stored
from tests.proof.bench import RENDER
from tests.proof.context import HOUR_S, Context
from tests.proof.corruption import Corruption


def places(root: Path) -> dict[str, list[Path]]:
    """Every stored file of a project, by its kind."""
    store = root / stored.STORE
    found: dict[str, list[Path]] = {}
    for key, kept in stored.records(store).items():
        record = store / "records" / key[:2] / key[2:]
        found.setdefault(f"record of {kept.kind}", []).append(record)
        objects = [stored.object_path(store, name) for name in kept.outputs.values()]
        found.setdefault(f"object of {kept.kind}", []).extend(objects)
    for name in ("journal", "memo.json", "format", ".gitignore", "use", "leases"):
        found[name] = [store / name]
    found["state"] = list((store / "states").iterdir()) if (store / "states").exists() else []
    for suffix in (".wav", ".png", ".html"):
        found[f"delivered {suffix[1:]}"] = sorted((root / stored.RENDERS).rglob(f"*{suffix}"))
    found["ledger entry"] = sorted((root / "models" / "ledger").glob("*.json"))
    found["lock of the piece"] = [root / stored.LOCK]
    training = store / "training"
    for name in ("record.json", "step-*", "resume.*", "resume-before.*", "resume-next.*"):
        found[f"training {name.strip('.*')}"] = sorted(training.glob(f"*/{name}"))
    found["training lock"] = sorted(training.glob(".*.lock"))
    return {kind: [path for path in paths if path.exists()] for kind, paths in found.items()}


KINDS = (
    *("clip", "checkpoint", "take", "event", "stem", "mix", "master", "piece", "measure"),
    *("figure", "train", "stages", "prepare"),
)
TARGETS = (
    *(f"object of {kind}" for kind in KINDS),
    *("journal", "memo.json", "state", "format", ".gitignore", "use", "leases"),
    *("delivered wav", "delivered png", "delivered html", "lock of the piece", "ledger entry"),
    *("training record.json", "training step-", "training lock"),
    *(f"record of {kind}" for kind in KINDS),
)
STRAYS = tuple(
    f"stray in {name}" for name in ("objects", "records", "states", "drafts", "training")
)
ALL_DAMAGE = [
    *((target, how) for how in Corruption for target in TARGETS),
    *((target, how) for how in (Corruption.GARBAGE, Corruption.FOLDER) for target in STRAYS),
]
random.Random(20).shuffle(ALL_DAMAGE)


DEAD = 4194305
"""More than the largest number that a process may have."""


def needed_variant(turn: int) -> projects.Variant:
    """The project in which the target of this turn is there."""
    target = ALL_DAMAGE[turn % len(ALL_DAMAGE)][0]
    if target.startswith("training") or target.endswith(("prepare", "ledger entry")):
        return projects.Variant.TRAINED
    if target.endswith("stages"):
        return projects.Variant.WAVE
    return tuple(projects.Variant)[turn % 3]


def damaged(context: Context, chance: random.Random, turn: int) -> None:
    """A file of a finished build is corrupted, then the piece is rendered again."""
    target, how = ALL_DAMAGE[turn % len(ALL_DAMAGE)]
    context.begin(is_warm=True)
    context.run(*RENDER)
    context.control.pass_time(HOUR_S)
    path = _stray(context, target) or chance.choice(places(context.root)[target])
    context.is_spoiled = True
    context.corrupt(target, path, how, chance)
    after = chance.choice(("as it is", "edited", "renders lost", "readers lost", "readers lost"))
    checks = how is Corruption.ROTTEN and context.bench.can("render", "--check-files")
    if how is Corruption.ROTTEN and target.startswith("delivered") and not checks:
        after = "renders lost"  # nothing can find it yet
    context.result.detail += f", {after}"
    _happen(after, context, path)
    context.control.pass_time(HOUR_S)
    words = (*RENDER, "--check-files") if checks else RENDER
    context.heal_damage(target, path, *words)


def _stray(context: Context, target: str) -> Path | None:
    """A new file where only the program should write; of drafts, one whose writer is dead."""
    if target not in STRAYS:
        return None
    name = target.removeprefix("stray in ")
    if name == "drafts":
        dead = replace(own_identity(), process=DEAD, start=0)
        path = context.store / name / f"{dead}+00"
    else:
        path = context.store / name / "stray"
        context.allow(f"{name}(/stray)?")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def _happen(after: str, context: Context, path: Path) -> None:
    match after:
        case "edited":
            context.edit(projects.FIRST, "rate_hz: 6, length_s: 0.5", "rate_hz: 7, length_s: 0.5")
            context.edit(
                projects.SECOND, "length_s: 0.3 }, gain_db: -9", "length_s: 0.3 }, gain_db: -8"
            )
        case "renders lost":
            shutil.rmtree(context.root / stored.RENDERS)
        case "readers lost":
            _lose_readers(context, path.parent.name + path.name)


def _lose_readers(context: Context, name: str) -> None:
    """What was made of the object or by the record of this name must be made again."""
    kept = stored.records(context.store)
    read = set(kept[name].outputs.values()) if name in kept else {name}
    readers = [one for one in kept.values() if one.inputs & read]
    for one in readers or [one for one in kept.values() if one.kind in ("stem", "master")]:
        stored.forget(context.store, one)
    if not readers:  # it is delivered
        shutil.rmtree(context.root / stored.RENDERS)
