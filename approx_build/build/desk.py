"""The desk an action works at: its parameters, its inputs as files, and a place for results."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from approx_build.plan.graph import Action
from approx_build.store.store import Store

if TYPE_CHECKING:
    from approx_build.audio.clip import Clip


@dataclass(frozen=True)
class Made:
    """What an action made: objects by name, "main" among them, and what is known of them."""

    outputs: Mapping[str, str]
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Desk:
    """One action at work. Inputs are checked against their digests before they are handed out."""

    action: Action
    digests: Mapping[str, str]
    store: Store
    root: Path
    device: str = "cpu"

    @property
    def params(self) -> Mapping[str, Any]:
        """The parameters of the action, as they stand in its key."""
        return self.action.params

    @property
    def options(self) -> Mapping[str, Any]:
        """What the action is told beside its key."""
        return self.action.options

    def input(self, role: str) -> Path:
        """The file that plays `role`: an object of the store, or a file of the project."""
        target, digest = self.action.inputs[role], self.digests[role]
        if target.startswith("file:"):
            return self.root / target.removeprefix("file:")
        return self.store.objects.checked(digest)

    def inputs(self, prefix: str) -> list[Path]:
        """The files that play `prefix.…`, in the order of their roles."""
        roles = sorted(role for role in self.action.inputs if role.startswith(f"{prefix}."))
        return [self.input(role) for role in roles]

    def json_input(self, role: str) -> Any:
        """The value of an input that is JSON."""
        return json.loads(self.input(role).read_bytes())

    def keep_clip(self, clip: Clip, **facts: Any) -> Made:
        """Store `clip` as the main object."""
        from approx_build.audio.wav import write_float

        with self.store.objects.writer() as draft:
            write_float(draft.path, clip)
        facts |= {"rate": clip.rate, "channels": clip.channels, "samples": clip.length}
        return Made({"main": draft.digest}, facts)

    def keep_bytes(self, data: bytes, **facts: Any) -> Made:
        """Store `data` as the main object."""
        return Made({"main": self.store.objects.put_bytes(data)}, facts)

    def keep_json(self, value: Any, **facts: Any) -> Made:
        """Store `value` as canonical JSON."""
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return self.keep_bytes(text.encode(), **facts)
