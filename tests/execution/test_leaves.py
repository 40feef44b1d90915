"""What an action reads: the inputs in its key and nothing else, for every kind there is."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from approx_build.execution.actions.registry import run_actions
from approx_build.execution.context import RunOptions
from approx_build.execution.executors.local import InProcess
from approx_build.execution.result import BuildOptions, Built
from approx_build.execution.runner import Runner
from approx_build.execution.scheduler import build
from approx_build.plan.catalog import Catalog
from approx_build.plan.check import check
from approx_build.plan.evaluation import lower_evaluation
from approx_build.plan.excerpt import Excerpt, add_excerpt
from approx_build.plan.graph import Graph, Kind
from approx_build.plan.lower import lower
from approx_build.plan.takes import Networks
from approx_build.score.event_lengths import unknown
from approx_build.store.store import Store
from tests.space import WAVE, Space, project

TODAY = date(2026, 5, 1)
ONLY_REFUSES = "models/corpora/tones/consent.yaml"


@pytest.fixture(autouse=True)
def unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def bare(tmp_path: Path) -> Space:
    """A project that has an action of every kind and ships no checkpoints."""
    space = project(tmp_path / "project")
    space.write("models/wave.yaml", WAVE)
    space.edit("pieces/tide/1-foam.yaml", "early: { model: tiny,", "early: { model: wave,")
    return space


def planned(space: Space) -> Graph:
    """The graph of the piece, of a preview, and of the evaluation of a model."""
    catalog = Catalog(space.root, TODAY)
    lowered = lower(check(space.root / "pieces/tide.yaml", catalog))
    lower_evaluation(lowered.networks, "tiny", 1, 0.2)
    excerpt = Excerpt(lowered.movements[0], 8000, 9000)
    add_excerpt(lowered.graph, excerpt, lowered.score.piece.output, unknown)
    return lowered.graph


def made(space: Space, graph: Graph, store: Store, targets: Mapping[str, object]) -> Built:
    """Build in this process."""
    runner = Runner(run_actions, store, RunOptions(str(space.root)))
    built = build(graph, targets, store, InProcess(runner), BuildOptions(space.root))
    built.check()
    return built


def renamed(graph: Graph) -> Graph:
    """The same actions under other names, with other words beside their keys."""
    words = {"name": "another", "model": "another"}
    other = Graph(leaves=dict(graph.leaves))
    for action in graph:
        options = {n: words.get(n, value) for n, value in action.options.items()}
        inputs = {
            role: source if source in graph.leaves else f"elsewhere/{source}"
            for role, source in action.inputs.items()
        }
        target = f"elsewhere/{action.target}"
        other.add(replace(action, target=target, inputs=inputs, options=options))
    return other


def hide(space: Space, graph: Graph) -> None:
    """Take everything out of the project's folder but the leaves of a graph."""
    hidden = space.root.rename(space.root.with_name("hidden"))
    for path in (*graph.leaves.values(), ONLY_REFUSES):
        (space.root / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(hidden / path, space.root / path)


def sounds(built: Built) -> dict[str, dict[str, str]]:
    """The digests of what was made by target and output, without records of how it was made."""
    return {
        target.removeprefix("elsewhere/"): {
            name: one for name, one in record.outputs.items() if name != "record"
        }
        for target, record in built.records.items()
    }


def test_every_kind_of_action_makes_the_same_by_its_key_and_leaves_alone(
    bare: Space, tmp_path: Path
) -> None:
    graph = planned(bare)
    assert graph.kinds().keys() == set(Kind)
    usual = made(bare, graph, Store(tmp_path / "usual"), graph.actions)
    hide(bare, graph)
    other = renamed(graph)
    alone = made(bare, other, Store(tmp_path / "alone"), other.actions)
    assert sounds(alone) == sounds(usual)


def test_a_shipped_run_is_read_from_leaves_too(space: Space, tmp_path: Path) -> None:
    graph = planned(space)
    runs = [action.target for action in graph if action.kind is Kind.CHECKPOINT]
    usual = made(space, graph, Store(tmp_path / "usual"), dict.fromkeys(runs))
    hide(space, graph)
    alone = made(space, graph, Store(tmp_path / "alone"), dict.fromkeys(runs))
    assert sounds(alone) == sounds(usual)
    assert alone.records["models/tiny/run"].facts["is_shipped"]


def test_the_name_of_a_model_changes_no_byte(bare: Space, tmp_path: Path) -> None:
    text = (bare.root / "models/tiny.yaml").read_text()
    bare.write("models/wee.yaml", text.replace("model: tiny", "model: wee"))
    found = []
    for name in ("tiny", "wee"):
        graph = Graph()
        run = Networks(graph, Catalog(bare.root, TODAY)).run(name, None)
        built = made(bare, graph, Store(tmp_path / name), {run: None})
        found.append((built.records[run].key, sounds(built)[run]))
    assert found[0] == found[1]
