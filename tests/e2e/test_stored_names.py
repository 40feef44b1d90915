"""Hostile text in every field of every stored JSON: made again or refused in words, never a path.

A project may come with its store, lock, ledger and shipped records, so anybody may have written
them, with right checksums. Wherever one says what no program of ours writes, nothing outside the
project is made or changed, and none of its sources.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from approx_build.canonical import canonical
from approx_build.store.records import seal
from approx_build.store.store import Store
from tests.space import Space

TIDE = "pieces/tide.yaml"
RENDER, CHECK = ["render", TIDE], ["store", "check", "--repair"]
HOSTILE = (
    "../../../../disk/victim",
    "../../disk/victim",
    "{outside}/disk/victim",
    "../../../models/tiny.yaml",
    "nul\0nul",
    "x" * 5000,
    "half \ud800",
    "\u202e..\u2215..\u2215disk",
    "..",
    "",
)


MOST = 60
"""Places in one file that are tried, evenly spread."""

Path_ = tuple[str | int, ...]


def texts(value: Any, at: Path_ = ()) -> Iterator[Path_]:
    """Where a value has text; of a list, in its first two items."""
    if isinstance(value, str):
        yield at
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from texts(inner, (*at, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value[:2]):
            yield from texts(inner, (*at, index))


def replaced(value: Any, at: Path_, text: str) -> Any:
    """A value with another text at one place; at a key's place, under another key."""
    if not at:
        return text
    first, *rest = at
    if isinstance(value, list):
        return [replaced(x, tuple(rest), text) if i == first else x for i, x in enumerate(value)]
    return {k: replaced(v, tuple(rest), text) if k == first else v for k, v in value.items()}


def renamed(value: Any, at: Path_, text: str) -> Any:
    """A value in which the last name on the way to one of its texts is another."""
    *above, name = at
    inner = value
    for each in above:
        inner = inner[each]
    if not isinstance(inner, dict):
        return replaced(value, at, text)
    changed = {(text if key == name else key): one for key, one in inner.items()}
    for each in reversed(range(len(above))):
        outer = value
        for step in above[:each]:
            outer = outer[step]
        copied = outer.copy()
        copied[above[each]] = changed
        changed = copied
    return changed


def unsealed(data: bytes) -> Any:
    return json.loads(data.partition(b"\n")[2])


def sealed(value: Any) -> bytes:
    return seal(json.dumps(value))


def signed(value: Any) -> bytes:
    """A training's record with the digest of what it says now."""
    value.pop("digest", None)
    value["digest"] = sha256(canonical(value).encode()).hexdigest() if is_text(value) else "0" * 64
    return json.dumps(value).encode()


def is_text(value: Any) -> bool:
    try:
        canonical(value).encode()
    except (ValueError, UnicodeError):
        return False
    return True


def lines(data: bytes) -> Any:
    found = data.decode().split("\n")
    return [json.loads(line.rpartition("\t")[0] or line) for line in found if line]


def summed(value: Any) -> bytes:
    rows = [json.dumps(row) for row in value]
    return "".join(f"\n{row}\t{crc32(row.encode()):08x}" for row in rows).encode()


def plain_lines(value: Any) -> bytes:
    return "".join(f"{json.dumps(row)}\n" for row in value).encode()


def blocks(data: bytes) -> Any:
    text = data.decode().split("\n", 2)[2]
    return [block.split("\n") for block in text.split("\x1d")]


def joined(value: Any) -> bytes:
    text = "\x1d".join("\n".join(block) for block in value).replace("\ud800", "\udc80")
    data = text.encode(errors="surrogateescape")
    return f"approx-build state 2\n{crc32(data):08x}\n".encode() + data


def plain(value: Any) -> bytes:
    return json.dumps(value).encode()


Kind = tuple[str, Callable[[bytes], Any], Callable[[Any], bytes], Sequence[Sequence[str]]]
RUNS = (["runs", "list"], ["runs", "export"], ["runs", "page"], ["train", "tiny", "--plan"])
KINDS: dict[str, Kind] = {
    "records": (".approx/records/*/*", unsealed, sealed, (RENDER, CHECK)),
    "states": (".approx/states/*", blocks, joined, (RENDER, CHECK, ["store", "gc", "--dry-run"])),
    "journal": (".approx/journal", lines, summed, (RENDER, ["plan", TIDE], CHECK)),
    "memo": (".approx/memo.json", unsealed, sealed, (RENDER,)),
    "projects": (".approx/projects/*", unsealed, sealed, (CHECK, ["store", "gc"], RENDER)),
    "lock": ("pieces/tide.lock", json.loads, plain, (RENDER, CHECK, ["store", "sizes"])),
    "training": (
        ".approx/training/*/record*.json",
        json.loads,
        signed,
        (CHECK, ["train", "tiny", "--ship"]),
    ),
    "shipped": (
        "models/checkpoints/tiny/record.json",
        json.loads,
        signed,
        (RENDER, ["corpus", "withdraw", "tones"], ["train", "tiny", "--ship", "--new"]),
    ),
    "ledger": ("models/ledger/*.json", json.loads, plain, RUNS),
    "notes": ("models/ledger/*.jsonl", lines, plain_lines, RUNS),
}


@pytest.fixture(scope="module")
def full(shipped: Space, tmp_path_factory: pytest.TempPathFactory) -> Space:
    """A project with everything that is ever stored in JSON."""
    space = shipped.copy(tmp_path_factory.mktemp("full") / "project")
    space.edit("models/tiny.yaml", "steps: 4", "steps: 3")
    space.run("train", "tiny", "--ship")
    (run,) = [path.stem for path in (space.root / "models/ledger").glob("*.json")]
    space.run("runs", "note", run, "a remark")
    space.render()
    return space


def outside(folder: Path) -> dict[str, str]:
    """Everything beside the project, and the sources in it."""
    project = folder / "project"
    every = [path for path in folder.rglob("*") if not path.is_relative_to(project)]
    every += [*project.glob("pieces/**/*.yaml"), *project.glob("models/**/*.yaml")]
    every += [*project.glob("models/corpora/**/*")]
    return {str(path): path.read_text("latin-1") if path.is_file() else "" for path in every}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_hostile_text_in_stored_files_harms_nothing(full: Space, tmp_path: Path, kind: str) -> None:
    pattern, read, written, commands = KINDS[kind]
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "victim").write_text("mine")
    (tmp_path / "config").mkdir()
    found = sorted(full.root.glob(pattern))
    count = max(len(list(texts(read(path.read_bytes())))) for path in found)
    before: dict[str, str] = {}
    for turn in range(max(len(HOSTILE), -(-min(count, MOST) // len(found)))):
        space = full.copy(tmp_path / "project")
        before = before or outside(tmp_path)
        text = HOSTILE[turn % len(HOSTILE)].replace("{outside}", str(tmp_path))
        for number, each in enumerate(found):
            path = space.root / each.relative_to(full.root)
            value = read(path.read_bytes())
            places = list(texts(value))
            # Another place in every file and every turn: all of them together have every one.
            step = max(1, len(places) // MOST)
            at = places[(number + turn * len(found)) * step % len(places)]
            change = renamed if (number + turn) % 5 == 4 else replaced
            path.chmod(0o644)
            path.write_bytes(written(change(value, at, text)))
        if kind in ("records", "journal", "memo"):
            shutil.rmtree(space.root / ".approx/states")
        for words in commands:
            outcome = space.run(*words, code=None)
            assert outcome.code in (0, 1, 2), f"{words} {text!r}\n{outcome.out}{outcome.err}"
            assert outside(tmp_path) == before, f"{words} {text!r}\n{outcome.out}{outcome.err}"
        shutil.rmtree(tmp_path / "project")


def test_a_record_of_a_training_cannot_say_where_its_checkpoints_go(
    full: Space, tmp_path: Path
) -> None:
    space = full.copy(tmp_path / "project")
    (tmp_path / "disk").mkdir()
    victim = tmp_path / "disk" / "victim"
    victim.write_text("mine")
    store = Store(space.root / ".approx")
    runs = [store.records.get(key) for key in store.records]
    run = next(one for one in runs if one and one.facts.get("is_shipped") is False)
    told = json.loads(store.objects.read(run.outputs["record"]))
    for name in ("../../../../disk/victim", str(victim), "step-000009.safetensors", "record.json"):
        told["checkpoints"][0]["file"] = name
        digest = store.objects.put_bytes(json.dumps(told).encode())
        store.records.put(replace(run, outputs={**run.outputs, "record": digest}))
        shutil.rmtree(space.root / "models/checkpoints", ignore_errors=True)
        said = space.fails("train", "tiny", "--ship")
        assert "the run in the store: not a training record (checkpoints.0" in said
        assert victim.read_text() == "mine"
        assert not (space.root / "models/checkpoints/tiny").exists()


def test_a_state_cannot_have_a_file_outside_repaired(full: Space, tmp_path: Path) -> None:
    space = full.copy(tmp_path / "project")
    (tmp_path / "disk").mkdir()
    victim = tmp_path / "disk" / "victim"
    victim.write_text("mine")
    space.render()
    states = (space.root / ".approx/states").iterdir()
    state = max(states, key=lambda path: path.stat().st_mtime_ns)
    found = blocks(state.read_bytes())
    inside = f"{space.root}/renders/tide"
    assert any(path.startswith(inside) for path in found[2])
    for place in (2, 3, 4):
        index = next(i for i, path in enumerate(found[2]) if path.endswith("tide.wav"))
        found[place].append(found[place][index])
    found[2][-1] = f"{inside}/../../../disk/victim"
    found[2].append(f"{inside}/../../../disk/new")
    found[3].append(found[3][-1])
    found[4].append(found[4][-1])
    state.write_bytes(joined(found))
    (space.root / "pieces/tide.lock").unlink()
    space.run("store", "check", "--repair", code=None)
    assert victim.read_text() == "mine"
    assert not (tmp_path / "disk" / "new").exists()
