"""Desks for tests of kinds: parameters, inputs put into a store, and what the action made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from approx_build.audio import wav
from approx_build.audio.clip import Clip
from approx_build.execution.actions.registry import run_actions
from approx_build.execution.context import ActionContext, RunOptions
from approx_build.execution.executors.local import InProcess
from approx_build.execution.inputs import Inputs
from approx_build.execution.result import BuildOptions
from approx_build.execution.runner import Runner
from approx_build.execution.scheduler import build
from approx_build.execution.work import Leaf, Result, Work
from approx_build.files.readlog import ReadLog, hashed
from approx_build.plan.catalog import Catalog
from approx_build.plan.graph import Action, Graph, Kind
from approx_build.plan.takes import Networks
from approx_build.store.store import Store
from tests.space import Space

RATE = 8000
STREAM = "00112233445566778899aabbccddeeff"

Input = Path | Clip | bytes | NDArray[np.int32]
"""A file of the project, or what an action before has made: a clip, bytes, 24-bit samples."""


def context(
    store: Store,
    kind: Kind,
    params: Mapping[str, Any],
    inputs: Mapping[str, Input] = {},
    options: Mapping[str, Any] = {},
    stream: str = STREAM,
    root: Path = Path(),
) -> ActionContext:
    """One action at work."""
    files = {role: given for role, given in inputs.items() if isinstance(given, Path)}
    leaves = {role: Leaf(str(path), hashed(path)) for role, path in files.items()}
    digests = {role: stored(store, given) for role, given in inputs.items() if role not in files}
    digests |= {role: leaf.digest for role, leaf in leaves.items()}
    named = {
        role: f"file:{p.name}" if (p := files.get(role)) else f"made/{role}" for role in inputs
    }
    action = Action("target", kind, params, named, stream, options=options)
    work = Work(action, "0" * 64, {}, digests, leaves)
    return ActionContext(work, store, RunOptions(str(root)), lambda _: None)


def run_at(store: Store, space: Space, **options: Any) -> ActionContext:
    """The training of the small project's model at work, its recordings prepared."""
    graph = Graph()
    target = Networks(graph, Catalog(space.root, date(2026, 5, 1))).run("tiny", None)
    graph.actions[target] = action = replace(
        graph.actions[target], options={**graph.actions[target].options, **options}
    )
    run, how = RunOptions(str(space.root)), BuildOptions(space.root)
    prepared = graph.made_inputs(action)
    built = build(graph, prepared, store, InProcess(Runner(run_actions, store, run)), how)
    built.check()
    work = Inputs(graph.needed([target]), space.root, ReadLog(store.memo.look)).work(
        action, built.records
    )
    return ActionContext(work, store, run, lambda *_: None)


def stored(store: Store, given: Input) -> str:
    """The digest of an input put into the store."""
    if isinstance(given, bytes):
        return store.objects.put_bytes(given)
    with store.objects.writer() as draft:
        if isinstance(given, Clip):
            wav.write_float(draft.path, given)
        else:
            assert not isinstance(given, Path)
            wav.write_pcm24(draft.path, given, RATE)
    return draft.digest


def path_of(store: Store, result: Result) -> Path:
    """The main object of a result."""
    return store.objects.path(result.outputs["main"])


def ramp(length: int, channels: int = 1, rate: int = RATE) -> Clip:
    """A clip whose samples all differ [channels, length]."""
    one = np.linspace(-0.5, 0.5, length, dtype=np.float32)
    return Clip(np.stack([one * (1 - side / 2) for side in range(channels)]), rate)
