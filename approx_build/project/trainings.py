"""Trainings that a build would need where torch is not installed, refused before it begins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, cast

from approx_build.errors import Fault, ScoreError
from approx_build.training.torch_requirement import missing_torch

if TYPE_CHECKING:
    from pathlib import Path

    from approx_build.files.readlog import ReadLog
    from approx_build.plan.graph import Action, Graph
    from approx_build.store.store import Store


def check_trainings(
    graph: Graph, targets: Iterable[str], store: Store, root: Path, log: ReadLog | None = None
) -> None:
    """ScoreError at the line of each model that `targets` need trained, unless torch is there."""
    if not (missing := missing_torch()):
        return
    from approx_build.yaml_source import in_order

    due = _due(graph, list(targets), store, root, log)
    if faults := [_fault(action, missing, root) for action in due]:
        raise ScoreError(in_order(faults))


def _due(
    graph: Graph, targets: list[str], store: Store, root: Path, log: ReadLog | None
) -> Iterator[Action]:
    """The trainings that would run: neither shipped with their models nor in the store."""
    from approx_build.execution.forecast import Fate, forecast
    from approx_build.plan.graph import Kind
    from approx_build.training.previous_runs import finished_run

    part = graph.needed(targets)
    unshipped = [
        action.target
        for action in part
        if action.kind is Kind.TRAIN and not action.options["is_shipped"]
    ]
    for one in forecast(part, unshipped, store, root, log).values():
        if one.action.target not in unshipped:
            continue
        # Equal parameters prepare equal sound, so the run of before serves.
        serves = one.fate is Fate.PERHAPS and one.last is not None
        if serves or one.fate in (Fate.REUSED, Fate.IMPOSSIBLE):
            continue
        if finished_run(store.root, cast(dict[str, Any], one.action.params)) is None:
            yield one.action


def _fault(action: Action, missing: str, root: Path) -> Fault:
    from approx_build.yaml_source import load_source

    name = str(action.options["model"])
    shown = f"models/{name}.yaml"
    use = f" before {action.where} can use it" if action.where else ""
    return load_source(root / shown, shown).fault(
        ("model",),
        f"{name!r} must be trained{use}, and training needs {missing}; or train on another "
        f"machine with `approx-build train {name} --ship` and copy models/checkpoints/{name} here",
    )
