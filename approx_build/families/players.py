"""Players and phases: how several parts of one network learn in turns.

A player is a group of tensors with a loss, an optimiser, a gradient clip and an average of its
own, such as the critic and the generator of a GAN (Goodfellow et al., 2014, arXiv:1406.2661). A
step of the training is a sequence of turns; a turn changes the tensors of one player only. Phases
define who takes turns from which step on. A family without players learns as one: it has a single
loss, and the settings in `training:` are its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Player:
    """A group of tensors that learns with its own settings.

    `prefixes` are the beginnings of the names of its tensors. `settings` are the defaults of
    `training.players.NAME` in a model's YAML: `turns`, `optimizer`, `clip_norm`, `ema`.
    """

    name: str
    prefixes: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    about: str = ""

    def of(self, names: Iterable[str]) -> list[str]:
        """The tensors of this player among `names`, in their order."""
        return [name for name in names if name.startswith(self.prefixes)]


@dataclass(frozen=True)
class Phase:
    """The players that take turns from one step on, and the order of their turns.

    `from_step` is the number of steps before the phase. A player that is not in `order` does not
    change, and neither does a tensor whose name begins with one of `frozen`. `rates` are shares of
    the learning rate by prefix of the tensors' names; the first prefix that matches counts.
    """

    name: str
    order: tuple[str, ...]
    from_step: int = 0
    frozen: tuple[str, ...] = ()
    rates: Mapping[str, float] = field(default_factory=dict)

    def moving(self, names: Iterable[str]) -> list[str]:
        """Those of `names` that are not frozen."""
        return [name for name in names if not (self.frozen and name.startswith(self.frozen))]

    def rate(self, name: str) -> float:
        """The share of the learning rate of a tensor."""
        return next((rate for prefix, rate in self.rates.items() if name.startswith(prefix)), 1.0)


@dataclass(frozen=True)
class Turn:
    """The player whose turn it is, and the phase; both empty in a network without players."""

    player: str = ""
    phase: str = ""


ALONE = Turn()
