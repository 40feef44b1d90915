"""Building targets, for the verbs that build."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from approx_build.execution.toolchain import toolchain
from approx_build.project.observer import Observer
from approx_build.project.paths import named_from, relative_to
from approx_build.project.settings import Settings
from approx_build.project.trainings import check_trainings

if TYPE_CHECKING:
    from pathlib import Path

    from approx_build.execution.context import RunOptions
    from approx_build.execution.result import Built
    from approx_build.files.readlog import ReadLog
    from approx_build.plan.graph import Graph
    from approx_build.store.store import Store


def build_targets(
    graph: Graph,
    targets: Iterable[str],
    store: Store,
    root: Path,
    settings: Settings,
    verified: Iterable[str] | None = None,
    log: ReadLog | None = None,
    observer: Observer | None = None,
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

    observer = observer or Observer()
    if any(action.kind is Kind.TAKE for action in graph):
        _report_missing_kernels(observer)
    if settings.checks_files:
        # Also what would not be read because its record is valid.
        targets, verified = list(graph.needed(targets).actions), None
    # The targets are read twice, and the caller may give an iterator.
    targets = list(targets)
    # With `keep_going`, what needs no training is built, and each training fails by itself.
    if not settings.keep_going:
        check_trainings(graph, targets, store.root, root, log)
    run = _run_options(graph, root, settings)
    workers = executor("processes")(settings.jobs, run_actions, store, run, toolchain())
    how = BuildOptions(
        root,
        settings.keep_going,
        size,
        lock_step,
        verified=None if verified is None else frozenset(verified),
        log=log,
    )
    # Before the build: a collection right after it must know that this project needs the store.
    store.projects.note(Use(root))
    with named_from(root):
        built = build(graph, targets, store, workers, how, observer)
    built.failures = [replace(f, message=relative_to(root, f.message)) for f in built.failures]
    return built


def _run_options(graph: Graph, root: Path, settings: Settings) -> RunOptions:
    """What workers are given; takes fill the jobs by themselves, and trainings share them."""
    from approx_build.execution.context import RunOptions
    from approx_build.plan.graph import Kind
    from approx_build.plan.work_estimate import size

    trainings = sum(size(action) > 0 for action in graph if action.kind is Kind.TRAIN)
    return RunOptions(
        str(root),
        settings.device,
        threads=max(1, settings.jobs // max(1, trainings) // settings.processes),
        processes=settings.processes,
        jobs=settings.jobs,
        is_chronicled=settings.is_chronicled,
    )


def _report_missing_kernels(observer: Observer) -> None:
    """Report it when takes are drawn slowly because the kernels are missing."""
    from approx_build.kernels.compiled import describe

    if note := describe()["note"]:
        observer.activity(str(note))
