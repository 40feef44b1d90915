"""Two projects to be damaged: the étude as it is shipped, and a small one that has been built."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any
from zlib import crc32

from approx_build.store.records import seal
from approx_build.yaml_source import source_of
from tests.fuzz.damage import damaged
from tests.fuzz.trees import Pool, Tree, mutated
from tests.space import Space

ROOT = Path(__file__).parents[2]
SHIPPED = (
    "pieces/etude.yaml",
    "pieces/etude",
    "models/corpora/etude",
    *(f"models/etude-{name}.yaml" for name in ("mist", "voice", "wash", "whistle")),
    *(f"models/checkpoints/etude-{name}" for name in ("mist", "voice", "wash", "whistle")),
)


def etude(root: Path) -> Space:
    """A project with the étude."""
    for path in SHIPPED:
        source, target = ROOT / path, root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, target)
    return Space(root)


def with_ledger(space: Space) -> Space:
    """A built project, with a ledger of training runs."""
    entry = min((ROOT / "models" / "ledger").glob("*.json"), key=lambda path: path.stat().st_size)
    folder = space.root / "models" / "ledger"
    folder.mkdir(exist_ok=True)
    shutil.copy2(entry, folder)
    space.run("runs", "note", entry.stem, "a note of the test", code=None)
    return space


def yaml_tree(text: str) -> Tree:
    """The values of a YAML text."""
    return source_of(text, "text").data


def shipped_trees(*patterns: str) -> Iterator[Tree]:
    """The scores, models and consents that are shipped, of these names."""
    for pattern in patterns:
        for path in sorted(ROOT.glob(pattern)):
            yield yaml_tree(path.read_text(encoding="utf-8"))


def pools() -> tuple[Pool, Pool]:
    """What stands where in all that is shipped, and in the étude, whose names fit each other.

    Both have the bounds of every grammar.
    """
    from approx_build.corpus.consent import Consent
    from approx_build.families.base import FAMILIES
    from approx_build.score.json_schema import json_schema
    from approx_build.training.model import declared

    models: list[Any] = [declared(family) for family in FAMILIES]
    schemas = [json_schema(), *(model.model_json_schema() for model in (Consent, *models))]
    every = ("pieces/**/*.yaml", "models/*.yaml", "models/corpora/*/consent.yaml")
    etudes = ("pieces/etude/*.yaml", "models/etude-*.yaml")
    return Pool(shipped_trees(*every), schemas), Pool(shipped_trees(*etudes), schemas)


@contextmanager
def changed(path: Path, content: bytes) -> Iterator[None]:
    """A file with another content for a while."""
    before = path.read_bytes()
    path.write_bytes(content)
    try:
        yield
    finally:
        path.write_bytes(before)


def changed_text(path: Path, pool: Pool, random: Random) -> bytes:
    """A YAML file with its values mutated; now and then with its bytes damaged."""
    whole = path.read_bytes()
    if random.random() < 0.1:
        return damaged(whole, random)
    tree = mutated(yaml_tree(whole.decode()), pool, random, 2)
    return json.dumps(tree, indent=1, ensure_ascii=random.random() < 0.5).encode(
        errors="surrogatepass"
    )


def changed_record(path: Path, random: Random) -> bytes:
    """A file of a program, changed as somebody would who knows its checksums; or damaged."""
    whole = path.read_bytes()
    if random.random() < 0.3:
        return damaged(whole, random)
    if b"\t" in whole and path.parent.name == "journal":
        return _lines(whole, random)
    head, _, rest = whole.partition(b"\n")
    is_sealed = sha256(rest).hexdigest().encode() == head
    try:
        tree = json.loads(rest if is_sealed else whole)
    except ValueError:
        return damaged(whole, random)
    tree = _deep(random) if random.random() < 0.05 else mutated(tree, Pool([tree]), random)
    if isinstance(tree, dict) and "digest" in tree and "manifest" in tree:
        tree["digest"] = _own_digest(tree)
    text = json.dumps(tree) if not isinstance(tree, str) else tree
    return seal(text) if is_sealed else text.encode()


def _own_digest(tree: dict[str, Any]) -> str:
    from approx_build.canonical import canonical

    try:
        rest = {name: value for name, value in tree.items() if name != "digest"}
        return sha256(canonical(rest).encode()).hexdigest()
    except (ValueError, TypeError):
        return "0" * 64


def _deep(random: Random) -> str:
    opening, closing = random.choice([("[", "]"), ('{"a":', "}")])
    count = random.choice([50, 150, 300, 900, 3000, 100_000])
    return f"{opening * count}0{closing * count}"


def _lines(whole: bytes, random: Random) -> bytes:
    """A journal whose lines are changed, each with its checksum."""
    made = []
    for line in whole.decode().splitlines():
        text = line.rpartition("\t")[0]
        if text and random.random() < 0.3:
            text = json.dumps(mutated(json.loads(text), Pool([json.loads(text)]), random))
            line = f"{text}\t{crc32(text.encode()):08x}"
        made.append(line)
    return "".join(f"{line}\n" for line in made).encode()
