"""A graph of counting fake actions, and what runs them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

import pytest

# Workers import the fake actions by name, so they must be found from a plain path.
sys.path.insert(0, str(Path(__file__).parent))

import counting_actions

from approx_build.canonical import Json
from approx_build.execution.executors.base import Executor
from approx_build.execution.executors.local import InProcess, Processes
from approx_build.execution.progress import Progress
from approx_build.execution.result import BuildOptions, Built
from approx_build.execution.runner import Runner
from approx_build.execution.scheduler import build
from approx_build.plan.graph import Action, Graph, Kind
from approx_build.store.store import Store


@dataclass
class Yard:
    """A project folder, its store, and a graph that tests add to."""

    root: Path
    store: Store
    graph: Graph = field(default_factory=Graph)

    def another(self) -> Yard:
        """An empty project of its own."""
        root = Path(mkdtemp(dir=self.root))
        return Yard(root, Store(root / "store"))

    def act(
        self,
        target: str,
        inputs: Mapping[str, str] | list[str] | None = None,
        kind: Kind = Kind.EVENT,
        **params: Json,
    ) -> str:
        """Add or replace a fake action; see `counting_actions` for what params do."""
        if not isinstance(inputs, dict):
            inputs = {f"in{index}": source for index, source in enumerate(inputs or [])}
        self.graph.actions[target] = Action(target, kind, params, inputs)
        return target

    def leaf(self, path: str, content: str) -> str:
        """Write a file of the project and add it to the graph."""
        (self.root / path).write_text(content)
        return self.graph.add_leaf(path)

    def build(
        self,
        *wanted: str,
        jobs: int = 0,
        progress: Progress | None = None,
        keep_going: bool = False,
        executor: Executor | None = None,
    ) -> Built:
        """Build with a fresh view of the store, as another run of the program would have."""
        store = Store(self.store.root)
        options = BuildOptions(self.root, keep_going, counting_actions.size, lambda _take: 32)
        chosen = executor or self.executor(jobs, store)
        return build(self.graph, wanted, store, chosen, options, progress)

    def executor(self, jobs: int, store: Store | None = None) -> Executor:
        """`jobs` processes, or this process for 0."""
        store, log = store or Store(self.store.root), str(self.root / "log")
        if jobs:
            return Processes(jobs, counting_actions.run, store, log)
        return InProcess(Runner(counting_actions.run, store, log))

    def runs(self) -> list[list[str]]:
        """The batches of targets run since the last call, in the order they began."""
        path = self.root / "log"
        lines = path.read_text().splitlines() if path.exists() else []
        path.write_text("")
        return [line.split() for line in lines]

    def ran(self) -> list[str]:
        """The targets run since the last call, sorted."""
        return sorted(target for batch in self.runs() for target in batch)

    def content(self, built: Built, target: str) -> str:
        """What an action made."""
        return Store(self.store.root).objects.read(built.records[target].digest).decode()

    @contextmanager
    def damaged(self, built: Built, target: str) -> Iterator[Path]:
        """The object of a target, writable for the block."""
        path = self.store.objects.path(built.records[target].digest)
        path.chmod(0o644)
        yield path
        path.chmod(0o444)


@pytest.fixture
def yard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Yard:
    """An empty project. Nothing here cuts the power, so this process does not sync."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    root = tmp_path / "project"
    root.mkdir()
    return Yard(root, Store(tmp_path / "store"))
