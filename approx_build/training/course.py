"""Course: which players train at each step, on which windows and at which learning rate.

It depends on the step alone, so a resumed training needs only its step.
A network without players has one phase, one player and one turn a step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from approx_build.families.base import Family
from approx_build.families.players import ALONE, Phase, Player, Turn
from approx_build.training.parameters import (
    PhaseParameters,
    PlayerParameters,
    PlayersTraining,
    TrainingParameters,
)
from approx_build.yaml_source.spelling import choices
from approx_build.yaml_source.validation import Problems

LOSS = "loss"
"""The name of the loss of a network that learns as one."""
# Every tensor's name begins with the empty prefix.
_NETWORK = Player(ALONE.player, ("",))


@dataclass(frozen=True)
class Learner:
    """A player, and the settings it learns by."""

    player: Player
    settings: PlayerParameters


def learners(network: Family, settings: TrainingParameters) -> dict[str, Learner]:
    """Each player of a network by its name; of one that learns as one, the whole network."""
    if not isinstance(settings, PlayersTraining):
        alone = PlayerParameters(
            turns=1, optimizer=settings.optimizer, clip_norm=settings.clip_norm, ema=settings.ema
        )
        return {ALONE.player: Learner(_NETWORK, alone)}
    sections = dict(settings.players)
    return {player.name: Learner(player, sections[player.name]) for player in network.players}


@dataclass(frozen=True)
class Stretch:
    """A phase, the steps it lasts (from `begin`, counted from 0, to `end`), its turns and rate."""

    phase: Phase
    begin: int
    end: int
    turns: tuple[Turn, ...]
    rate: float

    def __contains__(self, step: int) -> bool:
        """Whether step number `step`, from 1, is in this phase."""
        return self.begin < step <= self.end

    def count(self, steps: int) -> int:
        """How many of the first `steps` steps are in this phase."""
        return max(0, min(steps, self.end) - self.begin)


@dataclass(frozen=True)
class Course:
    """The players of a network, and the phases of its training in their order."""

    settings: TrainingParameters
    learners: Mapping[str, Learner]
    stretches: tuple[Stretch, ...]

    @classmethod
    def of(cls, network: Family, objective: Any, settings: TrainingParameters) -> Course:
        """The course of a training."""
        players = learners(network, settings)
        phases = list(_begun(network, objective, settings))
        ends = [begin for _, begin, _ in phases[1:]] + [settings.steps]
        stretches = [
            Stretch(phase, begin, end, tuple(_turns(phase, players)), rate)
            for (phase, begin, rate), end in zip(phases, ends, strict=True)
        ]
        return cls(settings, players, tuple(stretches))

    @property
    def has_players(self) -> bool:
        """Whether players learn in turns; else the network learns as one."""
        return ALONE.player not in self.learners

    @property
    def active_learners(self) -> dict[str, Learner]:
        """Those that take turns in some phase."""
        active = {turn.player for stretch in self.stretches for turn in stretch.turns}
        return {name: one for name, one in self.learners.items() if name in active}

    def turns(self, step: int) -> tuple[Turn, ...]:
        """The turns of step number `step`, from 1."""
        return self._at(step).turns

    def windows(self, steps: int) -> int:
        """How many windows are used in the first `steps` steps."""
        return self.settings.batch * sum(len(s.turns) * s.count(steps) for s in self.stretches)

    def number(self, step: int, place: int) -> int:
        """The number, from 1, that a turn (by its place in a step) is among those of its player."""
        # Counted, not kept: Adam's correction of young moments must be the same after resuming.
        turns = self.turns(step)
        player = turns[place].player
        before = sum(_of(player, s.turns) * s.count(step - 1) for s in self.stretches)
        return before + _of(player, turns[: place + 1])

    def moving(self, step: int, turn: Turn, names: Mapping[str, Any]) -> list[str]:
        """The tensors among `names` that a turn changes, in their order."""
        return self._at(step).phase.moving(self.learners[turn.player].player.of(names))

    def rates(self, step: int, names: Iterable[str]) -> dict[float, list[str]]:
        """Tensors by their share of the learning rate at step number `step`."""
        phase, factor = self._at(step).phase, self.factor(step)
        found: dict[float, list[str]] = {}
        for name in names:
            found.setdefault(factor * phase.rate(name), []).append(name)
        return found

    def factor(self, step: int) -> float:
        """The share of the learning rate at step number `step`; each phase has a schedule."""
        at, settings = self._at(step), self.settings
        if len(self.stretches) == 1:
            # The schedule of `training:`, which cuts off the steps of fine-tuning itself.
            return at.rate * settings.factor(step)
        begin, end, share = at.begin, at.end, at.rate
        # Fine-tuning begins within this phase, and each of its two parts has its own schedule.
        if begin < settings.first_phase < end:
            is_late = settings.is_finetuning(step)
            begin, end = (settings.first_phase, end) if is_late else (begin, settings.first_phase)
        if settings.is_finetuning(step):
            share *= settings.finetune_rate
        return settings.along(share, step - begin, end - begin)

    def started_by(self, step: int) -> Phase | None:
        """The phase whose first step is number `step`; None for the first phase of all."""
        at = self._at(step)
        return at.phase if at.begin and step == at.begin + 1 else None

    def _at(self, step: int) -> Stretch:
        return next(one for one in self.stretches if step in one)


def check_phases(network: Family, objective: Any, settings: TrainingParameters) -> None:
    """ValidationError, at its place in a model, for each phase that cannot begin where it is to."""
    if not isinstance(settings, PlayersTraining):
        return
    problems, place = Problems(), ("training", "phases")
    phases = [(phase.name, begin) for phase, begin, _ in _begun(network, objective, settings)]
    names = [name for name, _ in phases]
    for name in settings.phases.keys() - set(names):
        problems.add((*place, name), f"unknown phase '{name}'{choices(name, names)}", True)
    first, begin = phases[0]
    if begin:
        words = f"the first phase begins at step 0 (is {begin})"
        problems.add((*place, first, "from_step"), words)
    for (earlier, before), (name, begin) in pairwise(phases):
        if not before < begin < settings.steps:
            problems.add(
                (*place, name, "from_step"),
                f"phase '{name}' must begin after step {before}, where '{earlier}' begins, and "
                f"before step {settings.steps}, the last (is {begin})",
            )
    problems.close()


def _begun(
    network: Family, objective: Any, settings: TrainingParameters
) -> Iterator[tuple[Phase, int, float]]:
    """Each phase, the step after which it begins, and its share of the learning rate."""
    if not isinstance(settings, PlayersTraining):
        yield Phase(ALONE.phase, (ALONE.player,)), 0, 1.0
        return
    for phase in network.phases(objective, settings.steps):
        section = settings.phases.get(phase.name, PhaseParameters.model_validate({}))
        begin = phase.from_step if section.from_step is None else section.from_step
        yield phase, begin, section.rate


def _turns(phase: Phase, players: Mapping[str, Learner]) -> Iterator[Turn]:
    for name in phase.order:
        for _ in range(players[name].settings.turns):
            yield Turn(name, phase.name)


def _of(player: str, turns: tuple[Turn, ...]) -> int:
    return sum(turn.player == player for turn in turns)
