"""The units whose versions stand for code in keys, and the sources that each stands on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from approx_build.families.base import FAMILIES, Family
from approx_build.kernels.compiled import Library
from approx_build.ops.base import OPS
from approx_build.plan.graph import Action, Kind
from approx_build.plan.key import VERSIONS, fields, manifest
from approx_build.training.model import SCHEMA
from tests.etude.sources import KERNELS, LOOKS, SAMPLES, WEIGHTS, Scope, Tree
from tests.etude.study import ROOT, pieces, study
from tests.sample_path import why_off

FILE = Path(__file__).parents[1] / "golden" / "bits.json"
PACKAGE = ROOT / "approx_build"
DRAWS = "kernel inference"


@dataclass(frozen=True)
class Unit:
    """What a version stands for: the version, and the files it stands on."""

    version: str
    files: tuple[str, ...]


@dataclass(frozen=True)
class Bits:
    """What is committed: of each unit its version and digest, and the digest of each file.

    `fields` has the fields of the keys of each kind of action in the étude.
    """

    units: Mapping[str, tuple[str, str]]
    files: Mapping[str, str]
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def units(tree: Tree) -> dict[str, Unit]:
    """Every operation, family, kind and kernel: versions of this code, and files of a tree."""
    drawn = Unit(_versions("version"), tuple(tree.kernel(Library.INFERENCE, KERNELS)))
    made = [*_operations(tree), *_families(tree), *_kinds(tree), (DRAWS, drawn)]
    return dict(sorted([*made, *of_training(tree).items()]))


def of_training(tree: Tree) -> dict[str, Unit]:
    """The units whose bits are weights."""
    found = {}
    for family in FAMILIES:
        files = tree.closure([_module(family), "training/loop.py"], WEIGHTS)
        files += _own_kernel(tree, family, Library.TRAINING)
        version = f"{family.training_version}, schema {SCHEMA}"
        found[f"training {_name(family)}"] = Unit(version, tuple(sorted(files)))
    version = f"{_versions('training_version')}, schema {SCHEMA}"
    found["kernel training"] = Unit(version, tuple(tree.kernel(Library.TRAINING, KERNELS)))
    return found


def _operations(tree: Tree) -> Iterator[tuple[str, Unit]]:
    for cls in OPS:
        files = tree.closure([_module(cls)], SAMPLES)
        yield f"operation {cls.model_fields['op'].default}", Unit(str(cls.version), tuple(files))


def _families(tree: Tree) -> Iterator[tuple[str, Unit]]:
    for family in FAMILIES:
        files = tree.closure([_module(family)], SAMPLES)
        files += _own_kernel(tree, family, Library.INFERENCE)
        yield f"family {_name(family)}", Unit(str(family.version), tuple(sorted(files)))


def _own_kernel(tree: Tree, family: type[Family], which: Library) -> list[str]:
    """The C files in the package of a family that are of a library; empty when there are none."""
    return tree.kernel(which, f"{_module(family).rpartition('/')[0]}/")


def _kinds(tree: Tree) -> Iterator[tuple[str, Unit]]:
    for kind in Kind:
        if kind is not Kind.TRAIN:  # which is a training's units
            files = tree.closure([f"execution/actions/{kind.value}.py"], _scope(kind, tree))
            yield f"kind {kind.value}", Unit(str(VERSIONS[kind]), tuple(files))


def _name(family: type[Family]) -> str:
    return str(family.model_fields["family"].default)


def _versions(of: Literal["version", "training_version"]) -> str:
    """A version of every family: what stands on a kernel has no other."""
    found = ((_name(one), one.version, one.training_version) for one in FAMILIES)
    return ", ".join(f"{name} {drawn if of == 'version' else made}" for name, drawn, made in found)


def _scope(kind: Kind, tree: Tree) -> Scope:
    """Kinds that make no sound stand on what is off the path of a sample too."""
    is_off = why_off(tree.text(f"execution/actions/{kind.value}.py"))
    return LOOKS if is_off else SAMPLES


def _module(cls: type) -> str:
    """The file that a class is defined in, by its path in the package."""
    return f"{cls.__module__.removeprefix('approx_build.').replace('.', '/')}.py"


def bits(tree: Tree) -> Bits:
    """What the file must say of a tree."""
    found = units(tree)
    files = sorted({file for unit in found.values() for file in unit.files})
    return Bits(
        {name: (unit.version, tree.digest_of(list(unit.files))) for name, unit in found.items()},
        {file: tree.digest(file) for file in files},
        fields_of_keys(),
    )


def fields_of_keys() -> dict[str, tuple[str, ...]]:
    """The fields of every kind's keys, places in lists and numbers of roles left out."""
    found: dict[str, set[str]] = {}
    for piece in pieces():
        for action in study(piece).lowered.graph:
            seen = manifest(action, dict.fromkeys(action.inputs, ""))
            paths = (re.sub(r"\[\d+\]|[.-]\d+", "[]", path) for path, _ in fields(seen))
            found.setdefault(action.kind.value, set()).update(paths)
    return {kind: tuple(sorted(paths)) for kind, paths in sorted(found.items())}


def read(path: Path = FILE) -> Bits:
    """The file as it is committed; empty when there is none."""
    told = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    units = {name: (one[0], one[1]) for name, one in told.get("units", {}).items()}
    fields = {kind: tuple(paths) for kind, paths in told.get("fields", {}).items()}
    return Bits(units, told.get("files", {}), fields)


def write(found: Bits, path: Path = FILE) -> None:
    """Write the file."""
    told = {"units": found.units, "fields": found.fields, "files": found.files}
    text = json.dumps(told, indent=1)
    rows = re.sub(r'\[\s+(".*?"),\s+(".*?")\s+\]', r"[\1, \2]", text)
    path.write_text(f"{rows}\n", encoding="utf-8")


def units_of(action: Action) -> list[str]:
    """The units that an action's result stands on."""
    params = action.params
    found = [f"kind {action.kind.value}"]
    found += [f"operation {step['params']['op']}" for step in params.get("chain", ())]
    if action.kind in (Kind.TAKE, Kind.STAGES):
        found += [f"family {params['family']}", DRAWS]
    return found
