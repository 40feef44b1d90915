"""What a store holds of a graph: keys while inputs are known, and what the next build reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from approx_build.execution.inputs import Inputs
from approx_build.files.readlog import ReadLog
from approx_build.plan.graph import Action, Graph, Kind
from approx_build.store.census import census
from approx_build.store.index import Index
from approx_build.store.records import Record
from approx_build.store.store import Store
from approx_build.upkeep.cached import Cached, cached

CHAIN = (Kind.TAKE, Kind.CLIP, Kind.EVENT, Kind.STEM, Kind.MASTER)


def graph(**params: str) -> Graph:
    """A chain from a file to a master; `params` changes what some of it are told."""
    made = Graph()
    source = made.add_leaf("sound")
    for kind in CHAIN:
        told = {"told": params.get(kind.value, "")}
        source = made.add(Action(kind.value, kind, told, {"sound": source}))
    return made


@pytest.fixture
def built(store: Store, tmp_path: Path) -> Store:
    """A store in which the chain was built."""
    (tmp_path / "sound").write_bytes(b"sound")
    whole, records = graph(), dict[str, Record]()
    inputs = Inputs(whole, tmp_path, ReadLog(store.memo.look))
    for target in whole.order():
        work = inputs.work(whole.actions[target], records)
        digest = store.objects.put_bytes(target.encode())
        records[target] = Record(work.key, work.manifest, {"main": digest})
        store.records.put(records[target])
    return store


def found(store: Store, tmp_path: Path, made: Graph) -> tuple[set[str], set[str]]:
    """The targets that are held, and those whose objects are needed."""
    index = Index.of(store.records, store.records)
    inputs = Inputs(made, tmp_path, ReadLog(store.memo.look))
    one: Cached = cached(made, inputs, index, census(store.root).objects)
    names = {store.objects.put_bytes(kind.value.encode()): kind.value for kind in CHAIN}
    return set(one.keys), {names[digest] for digest in one.needed}


def test_of_a_graph_that_is_built_all_is_held_and_nothing_needed(
    built: Store, tmp_path: Path
) -> None:
    assert found(built, tmp_path, graph()) == ({kind.value for kind in CHAIN}, set())


def test_what_an_edit_will_read_is_needed(built: Store, tmp_path: Path) -> None:
    keys, needed = found(built, tmp_path, graph(stem="louder"))
    assert keys == {"take", "clip", "event"}
    assert needed == {"event"}


def lose(store: Store, *kinds: str) -> None:
    for kind in kinds:
        store.objects.path(store.objects.put_bytes(kind.encode())).unlink()


def test_where_that_is_gone_what_it_is_made_again_from_is_needed(
    built: Store, tmp_path: Path
) -> None:
    lose(built, "event", "clip")
    assert found(built, tmp_path, graph(stem="louder"))[1] == {"take"}


def test_intermediate_sound_that_is_gone_and_that_nothing_reads_needs_nothing(
    built: Store, tmp_path: Path
) -> None:
    lose(built, "event", "clip")
    assert found(built, tmp_path, graph())[1] == set()


def test_a_stem_that_is_gone_is_made_again_from_its_events(built: Store, tmp_path: Path) -> None:
    lose(built, "stem")
    assert found(built, tmp_path, graph())[1] == {"event"}


def test_of_a_file_that_cannot_be_read_nothing_is_known(built: Store, tmp_path: Path) -> None:
    (tmp_path / "sound").unlink()
    assert found(built, tmp_path, graph())[0] == set()
