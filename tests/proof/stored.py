"""What a store and a project hold, read without the program under test."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

STORE, RENDERS, LOCK = ".approx", "renders", "pieces/tide.lock"
SECTIONS = ("checkpoints", "takes", "stems", "movements")


@dataclass(frozen=True)
class Kept:
    """A record that can be believed."""

    key: str
    kind: str
    inputs: frozenset[str]
    outputs: Mapping[str, str]
    data: bytes

    def promised(self) -> Mapping[str, str]:
        """The outputs that must be the same wherever the action runs.

        The record of a training says how long it took.
        """
        is_timed = self.kind == "train"
        return {n: d for n, d in self.outputs.items() if not (is_timed and n == "record")}


def digest(data: bytes) -> str:
    """SHA-256."""
    return sha256(data).hexdigest()


def records(store: Path) -> dict[str, Kept]:
    """Every record whose seal holds, by key."""
    found = {}
    for path in sorted((store / "records").glob("*/*")):
        if path.is_file() and (kept := _record(path, path.parent.name + path.name)):
            found[kept.key] = kept
    return found


def _record(path: Path, key: str) -> Kept | None:
    data = path.read_bytes()
    seal, _, text = data.partition(b"\n")
    if digest(text).encode() != seal:
        return None
    row: dict[str, Any] = json.loads(text)
    if row["key"] != key:
        return None
    manifest = row["manifest"]
    inputs = frozenset(manifest.get("inputs", {}).values())
    return Kept(key, manifest["kind"], inputs, row["outputs"], data)


def object_path(store: Path, name: str) -> Path:
    """Where the object of a digest is."""
    return store / "objects" / name[:2] / name[2:]


def is_intact(store: Path, name: str) -> bool:
    """Whether the object of a digest is there, with its bytes."""
    path = object_path(store, name)
    return path.is_file() and digest(path.read_bytes()) == name


def forget(store: Path, kept: Kept) -> None:
    """Remove a record and its objects."""
    (store / "records" / kept.key[:2] / kept.key[2:]).unlink()
    for name in kept.outputs.values():
        object_path(store, name).unlink(missing_ok=True)


def whole(store: Path) -> dict[str, Kept]:
    """The records whose objects are all right: finished steps."""
    return {
        key: kept
        for key, kept in records(store).items()
        if all(is_intact(store, name) for name in kept.outputs.values())
    }


def hollow(store: Path) -> list[str]:
    """Records that promise an object that is missing or wrong: kind and key."""
    return [
        f"{kept.kind} {key[:12]}"
        for key, kept in sorted(records(store).items())
        if not all(is_intact(store, name) for name in kept.outputs.values())
    ]


def keys_of(store: Path) -> dict[str, str]:
    """The last key of each target, as the journal has it."""
    found = {}
    for line in (store / "journal").read_text("utf-8", "replace").split("\n"):
        try:
            row = json.loads(line)
        except ValueError:
            continue
        found[row["target"]] = row["key"]
    return found


def resumable_step(store: Path) -> int:
    """The step of the newest training state that is whole as a file; 0 when there is none."""
    steps = [0]
    for path in (store / "training").glob("*/resume*.safetensors"):
        data = path.read_bytes()
        size = int.from_bytes(data[:8], "little")
        try:
            about = json.loads(json.loads(data[8 : 8 + size])["__metadata__"]["approx-build"])
            steps.append(int(about["step"]))
        except (ValueError, LookupError, TypeError):
            continue
    return max(steps)


def last_sitting(root: Path) -> int:
    """The step from which the last sitting of the newest training went on."""
    entries = [json.loads(path.read_text()) for path in (root / "models/ledger").glob("*.json")]
    newest = max(entries, key=lambda entry: str(entry["updated"]))
    return int(newest["sittings"][-1]["from_step"])


def delivered(root: Path) -> dict[str, str]:
    """The digest of every file that was delivered."""
    top = root / RENDERS
    return {
        path.relative_to(top).as_posix(): digest(path.read_bytes())
        for path in sorted(top.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def pins(root: Path) -> dict[str, tuple[str, str, str]]:
    """The key and the digests that the lock has for each target."""
    rows = json.loads((root / LOCK).read_text())
    return {
        target: (pin["key"], pin["digest"], pin.get("samples_digest", ""))
        for section in SECTIONS
        for target, pin in rows[section].items()
    }


def tree(root: Path) -> set[str]:
    """Every file and folder of a project, objects and the like by kind alone."""
    return {_by_kind(path.relative_to(root).as_posix()) for path in root.rglob("*")}


def project_files(root: Path) -> Iterator[Path]:
    """The files that a piece is made of: its text, models, recordings and checkpoints."""
    for top in ("models", "pieces"):
        for path in sorted((root / top).rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.is_file() and not name.startswith("models/ledger/") and name != LOCK:
                yield path


def project_digest(root: Path) -> str:
    """The digest of a project's files and their names."""
    rows = [
        (path.relative_to(root).as_posix(), digest(path.read_bytes()))
        for path in project_files(root)
    ]
    return digest(json.dumps(rows).encode())


_KINDS = (
    (re.compile(r"^\.approx/(objects|records)/[0-9a-f]{2}$"), r".approx/\1/*"),
    (re.compile(r"^\.approx/(objects|records)/[0-9a-f]{2}/[0-9a-f]{62}$"), r".approx/\1/*/*"),
    (re.compile(r"^\.approx/states/[0-9a-f]{8}$"), ".approx/states/*"),
    (re.compile(r"^\.approx/training/[0-9a-f]{16}"), ".approx/training/*"),
    (re.compile(r"^\.approx/training/\.[0-9a-f]{16}\.lock$"), ".approx/training/.*.lock"),
    (re.compile(r"^models/ledger/\w+-[0-9a-f]{8}\.json$"), "models/ledger/*.json"),
)


def _by_kind(name: str) -> str:
    for pattern, kind in _KINDS:
        name = pattern.sub(kind, name)
    return name
