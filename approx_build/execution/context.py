"""The context of an action: its parameters, its inputs as files, and a place for results."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from approx_build.execution.work import Report, Result, Work
from approx_build.files.json_text import encoded, parse_json
from approx_build.files.opening import read_whole
from approx_build.store.store import Store

if TYPE_CHECKING:
    from approx_build.audio.clip import Clip


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Options of a build. Except for the device, none of them changes a sample.

    Takes that are generated on a device other than the CPU have its numeric environment in their
    keys.
    """

    root: str
    device: str = "cpu"
    threads: int = 1
    """Threads of one training; they change its speed and no bit."""
    processes: int = 1
    """Processes that share one training; its numeric environment contains the number."""
    jobs: int = 1
    """Worker processes that share this machine's memory."""
    is_chronicled: bool = True
    """Whether trainings update the project's ledger."""


@dataclass(frozen=True, slots=True)
class ActionContext:
    """The context of one running action."""

    work: Work
    store: Store
    run: RunOptions
    report: Report

    @property
    def params(self) -> Mapping[str, Any]:
        """The parameters of the action, as in its key."""
        return self.work.action.params

    @property
    def options(self) -> Mapping[str, Any]:
        """Options of the action that are not in its key."""
        return self.work.action.options

    @property
    def stream(self) -> str:
        """The key of the action's random stream."""
        return self.work.action.stream

    @property
    def root(self) -> Path:
        """The folder of the project."""
        return Path(self.run.root)

    def input(self, role: str) -> Path:
        """The file of the input `role`. Never write to it."""
        return self.work.path(role, self.store)

    def inputs(self, prefix: str) -> list[Path]:
        """The files of the inputs `prefix.…`, in the order of their roles."""
        # Numbers in roles have leading zeros, so the order of the texts is that of the numbers.
        roles = sorted(role for role in self.work.action.inputs if role.startswith(f"{prefix}."))
        return [self.input(role) for role in roles]

    def name(self, role: str) -> str:
        """The name of the input `role`, as a user knows it."""
        return self.work.action.inputs[role].removeprefix("file:")

    def json_input(self, role: str) -> Any:
        """The value of a JSON input."""
        return parse_json(read_whole(self.input(role)))

    def keep_clip(self, clip: Clip, **facts: Any) -> Result:
        """Store `clip` as the main object."""
        from approx_build.audio.wav import write_float

        with self.store.objects.writer() as draft:
            write_float(draft.path, clip)
        facts |= {"rate": clip.rate, "channels": clip.channels, "samples": clip.length}
        return Result({"main": draft.digest}, facts)

    def keep_bytes(self, data: bytes, **facts: Any) -> Result:
        """Store `data` as the main object."""
        return Result({"main": self.store.objects.put_bytes(data)}, facts)

    def keep_json(self, value: Any, **facts: Any) -> Result:
        """Store `value` as canonical JSON."""
        # Sorted keys: equal values must give equal bytes, and so equal keys of what reads them.
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return self.keep_bytes(encoded(text), **facts)
