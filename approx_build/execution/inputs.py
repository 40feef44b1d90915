"""Inputs: the files that a build starts from, and actions with the digests of their inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

from approx_build.canonical import Json
from approx_build.errors import StoreError, reason
from approx_build.execution.work import Leaf, Work
from approx_build.files.names import on_disk
from approx_build.files.readlog import ReadLog
from approx_build.plan.graph import Action, Graph
from approx_build.plan.key import key, manifest
from approx_build.store.records import Record


class Inputs:
    """The leaves of `graph`, with paths relative to `root`, as read in `log`."""

    def __init__(self, graph: Graph, root: Path, log: ReadLog) -> None:
        self._paths, self._root, self._log = graph.leaves, root, log

    def leaf(self, target: str) -> Leaf:
        """The file as it was when it was first read; StoreError when it cannot be read."""
        path = Path(on_disk(self._root / self._paths[target]))
        try:
            return Leaf(str(path), self._log.reading(path))
        except OSError as error:
            why = reason(error)
            raise StoreError(f"{path} cannot be read: {why}") from error

    def are_known(self, action: Action, records: Mapping[str, Record]) -> bool:
        """Whether `records` contains all inputs of `action` that actions make."""
        return all(s in records or s in self._paths for s in action.inputs.values())

    def work(self, action: Action, records: Mapping[str, Record], size: float = 1.0) -> Work:
        """`action` with its key; `records` contains all actions that it reads."""
        roles = action.inputs.items()
        leaves = {role: self.leaf(source) for role, source in roles if source in self._paths}
        digests = {
            role: leaves[role].digest if role in leaves else records[source].digest
            for role, source in roles
        }
        seen = manifest(action, digests)
        # The action gets the parameters that are in the key, not another copy of them.
        same = replace(action, params=cast(Mapping[str, Json], seen["params"]))
        return Work(same, key(seen), seen, digests, leaves, size)
