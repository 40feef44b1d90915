"""Trainings that a build would need where torch is not installed, refused before it begins."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from approx_build.errors import Fault, ScoreError, argument
from approx_build.training.torch_requirement import missing_torch

if TYPE_CHECKING:
    from pathlib import Path

    from approx_build.files.readlog import ReadLog
    from approx_build.plan.graph import Action, Graph


def check_trainings(
    graph: Graph, targets: Iterable[str], store: Path, root: Path, log: ReadLog | None = None
) -> None:
    """ScoreError at the line of each model that `targets` need trained, unless torch is there.

    `store` is the folder of the store; where there is none yet, none is made.
    """
    if not (missing := missing_torch()):
        return
    from approx_build.plan.graph import Kind
    from approx_build.yaml_source import in_order

    trainings = [action for action in graph.needed(targets) if action.kind is Kind.TRAIN]
    due = [action for action in trainings if not action.options["is_shipped"]]
    # Opening a store would create it.
    if (store / "format").exists():
        due = _not_stored(graph, due, store, root, log)
    if faults := [_fault(action, missing, root) for action in due]:
        raise ScoreError(in_order(faults))


def _not_stored(
    graph: Graph, trainings: list[Action], store: Path, root: Path, log: ReadLog | None
) -> list[Action]:
    """Those of which the store has no result."""
    from approx_build.execution.forecast import Fate, forecast
    from approx_build.store.store import Store
    from approx_build.training.previous_runs import finished_run

    found = forecast(graph, [action.target for action in trainings], Store(store), root, log)

    def is_stored(action: Action) -> bool:
        one = found[action.target]
        # Equal parameters prepare equal sound, so the run of before serves.
        if one.fate is Fate.PERHAPS and one.last is not None:
            return True
        if one.fate in (Fate.REUSED, Fate.IMPOSSIBLE):  # the build says what is impossible
            return True
        return finished_run(store, cast(dict[str, Any], action.params)) is not None

    return [action for action in trainings if not is_stored(action)]


def _fault(action: Action, missing: str, root: Path) -> Fault:
    from approx_build.yaml_source import load_source

    name = str(action.options["model"])
    shown = f"models/{name}.yaml"
    use = f" before {action.where} can use it" if action.where else ""
    return load_source(root / shown, shown).fault(
        ("model",),
        f"{name!r} must be trained{use}, and training needs {missing}; or run "
        f"`approx-build train {name}` with {argument('ships', True)} on another machine "
        f"and copy models/checkpoints/{name} here",
    )
