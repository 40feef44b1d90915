"""Building targets with progress shown, for the commands that build."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from approx_build.cli.progress import progress_for
from approx_build.project.paths import named_from, seen_from
from approx_build.project.settings import Options
from approx_build.project.trainings import check_trainings

if TYPE_CHECKING:
    from pathlib import Path

    from approx_build.execution.context import RunOptions
    from approx_build.execution.result import Built
    from approx_build.files.readlog import ReadLog
    from approx_build.plan.graph import Graph
    from approx_build.store.store import Store
from approx_build.execution.toolchain import toolchain


def build_targets(
    graph: Graph,
    targets: Iterable[str],
    store: Store,
    root: Path,
    options: Options,
    verified: Iterable[str] | None = None,
    log: ReadLog | None = None,
) -> Built:
    """Bring `targets` up to date by worker processes; failures are in the result.

    `verified` are the targets whose objects must be right (by default all); `log` has what
    planning read.
    """
    from approx_build.execution.actions.registry import run_actions
    from approx_build.execution.executors.base import executor
    from approx_build.execution.result import BuildOptions
    from approx_build.execution.scheduler import build
    from approx_build.plan.graph import Kind
    from approx_build.plan.work_estimate import lock_step, size
    from approx_build.store.projects import Use

    if not options.quiet and any(action.kind is Kind.TAKE for action in graph):
        say_what_draws()
    if options.checks_files:
        targets, verified = list(graph.needed(targets).actions), None
    targets = list(targets)
    if not options.keep_going:
        check_trainings(graph, targets, store.root, root, log)
    run = _run_options(graph, root, options)
    workers = executor("processes")(options.jobs, run_actions, store, run, toolchain())
    how = BuildOptions(
        root,
        options.keep_going,
        size,
        lock_step,
        verified=None if verified is None else frozenset(verified),
        log=log,
    )
    store.projects.note(Use(root))
    with named_from(root):
        built = build(graph, targets, store, workers, how, progress_for(options))
    built.failures = [replace(f, message=seen_from(root, f.message)) for f in built.failures]
    return built


def _run_options(graph: Graph, root: Path, options: Options) -> RunOptions:
    """What workers are told; takes fill the jobs by themselves, and trainings share them."""
    from approx_build.execution.context import RunOptions
    from approx_build.plan.graph import Kind
    from approx_build.plan.work_estimate import size

    trainings = sum(size(action) > 0 for action in graph if action.kind is Kind.TRAIN)
    return RunOptions(
        str(root),
        options.device,
        threads=max(1, options.jobs // max(1, trainings) // options.processes),
        processes=options.processes,
        jobs=options.jobs,
        is_chronicled=options.is_chronicled,
    )


def say_what_draws() -> None:
    """Say so when takes are drawn slowly because the kernels are missing."""
    from approx_build.kernels.library import describe

    if note := describe()["note"]:
        print(note, file=sys.stderr)
