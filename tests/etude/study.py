"""The étude as a graph of actions, built, with the key and the bytes of what each action made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from approx_build.execution.actions.registry import run_actions
from approx_build.execution.context import RunOptions
from approx_build.execution.inputs import Inputs
from approx_build.execution.work import Work
from approx_build.families.parameters import fitting_s
from approx_build.files.readlog import ReadLog
from approx_build.plan.evaluation import lower_evaluation
from approx_build.plan.graph import Action, Graph, Kind
from approx_build.project.build import build_targets
from approx_build.project.piece import Piece
from approx_build.project.settings import Settings
from approx_build.store.records import Record
from approx_build.store.store import Store

ROOT = Path(__file__).parents[2]
EVALUATED_S = 0.5
"""Length of the takes that the networks are evaluated by, where they can be so long."""


@dataclass(frozen=True)
class Made:
    """What an action made: its key, and the digest of its main object; or what went wrong."""

    key: str
    digest: str
    trouble: str = ""


def pieces(root: Path = ROOT) -> list[Path]:
    """The pieces that make up the étude."""
    return sorted((root / "pieces").glob("etude*.yaml"))


def study(piece: Path, store: Path | None = None, jobs: int = 1) -> Piece:
    """A piece of the étude; its graph has the preparation and evaluation of its networks too."""
    session = Piece.open(piece, Settings(store=store, jobs=jobs))
    networks = session.lowered.networks
    for model in sorted(networks.used):
        network = networks.catalog.model(model).network
        lower_evaluation(networks, model, 1, fitting_s(network, EVALUATED_S))
    return session


def is_compared(action: Action) -> bool:
    """Whether the bytes of an action are the same everywhere: not those of drawn text."""
    return not (action.kind is Kind.FIGURE and action.params["look"] == "spectrogram")


def order(graph: Graph) -> list[Action]:
    """The actions that are compared, inputs first."""
    return [graph.actions[target] for target in graph.order() if is_compared(graph.actions[target])]


def build(session: Piece) -> dict[str, Record]:
    """The records of all actions that are compared, built in the session's store."""
    graph = session.lowered.graph
    targets = [action.target for action in order(graph)]
    built = build_targets(graph, targets, session.store, session.root, session.settings)
    built.check()
    return {target: built.records[target] for target in targets}


def made(records: Mapping[str, Record]) -> dict[str, Made]:
    """What each record says was made."""
    return {target: Made(record.key, record.digest) for target, record in records.items()}


def remade(
    session: Piece, before: Mapping[str, Made], kinds: frozenset[Kind] | None = None
) -> Iterator[tuple[Action, Made]]:
    """Each action (of these kinds) made once more, from what its inputs were `before`.

    Nothing is looked up by key, so an action is run by the code that is there.
    """
    graph, store = session.lowered.graph, session.store
    inputs = Inputs(graph, session.root, ReadLog(store.memo.look))
    run = RunOptions(str(session.root), is_chronicled=False)
    for batch in _batches([a for a in order(graph) if kinds is None or a.kind in kinds]):
        strange = {a.target: min(graph.made_inputs(a) - before.keys(), default="") for a in batch}
        known = [action for action in batch if not strange[action.target]]
        works = [inputs.work(action, before) for action in known]
        yield from zip(known, _results(works, store, run), strict=True)
        for action in batch:
            if source := strange[action.target]:
                yield action, Made("", "", f"reads {source}, which nothing made before")


def _results(works: list[Work], store: Store, run: RunOptions) -> list[Made]:
    """What each makes, or what goes wrong with it."""
    try:
        results = run_actions(works, store, run, _unheard) if works else []
    except Exception as error:
        if len(works) == 1:
            return [Made(works[0].key, "", f"{type(error).__name__}: {error}")]
        return [one for work in works for one in _results([work], store, run)]
    return [Made(w.key, one.outputs["main"]) for w, one in zip(works, results, strict=True)]


def _batches(actions: list[Action]) -> list[list[Action]]:
    """The actions one by one, takes of one checkpoint together."""
    batches: dict[tuple[str, bool], list[Action]] = {}
    for action in actions:
        is_take = action.kind is Kind.TAKE
        shared = action.inputs["checkpoint"] if is_take else action.target
        batches.setdefault((shared, is_take), []).append(action)
    return list(batches.values())


def _unheard(fraction: float | None, words: str = "", /) -> None:
    """Nobody watches."""
