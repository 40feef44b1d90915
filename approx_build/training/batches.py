"""Batches: the examples of each turn, made ahead of time by any number of threads.

Which windows a turn sees, where they begin and how they are augmented follows from the seed
and the step alone, so the number of threads changes nothing, and a training that goes on needs
no position but its step.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

from approx_build.corpus.prepared import Material
from approx_build.corpus.windows import Epochs, Split, Windows, split
from approx_build.errors import AudioError
from approx_build.families.base import Example, Moment, Network
from approx_build.families.players import ALONE, Turn
from approx_build.numerics.stream import Stream
from approx_build.training.course import Course
from approx_build.training.model import ModelSpec

AHEAD = 2
"""Turns whose examples are made ahead for each thread."""


@dataclass(frozen=True, eq=False)
class Batches:
    """The batches of a model's training on `windows`: every `size`th example from `rank` on."""

    model: ModelSpec
    network: Network
    windows: Windows
    rank: int = 0
    size: int = 1

    @cached_property
    def course(self) -> Course:
        """Whose turn it is at each step."""
        return self.model.course

    def turn(self, step: int, place: int = 0) -> list[Example]:
        """This process's examples of a turn, by its place in step number `step`, from 1."""
        batch = self.model.training.batch
        first = self.position(step, place)
        turn = self.course.turns(step)[place]
        return [
            self.example(first + window, step, turn)
            for window in range(self.rank, batch, self.size)
        ]

    def position(self, step: int, place: int = 0) -> int:
        """How many windows come before those of a turn."""
        return self.course.windows(step - 1) + place * self.model.training.batch

    def example(self, position: int, step: int, turn: Turn = ALONE) -> Example:
        """The example at a position of the training."""
        settings = self.model.training
        part, start, epoch, number = Epochs(self.windows, settings.seed).at(position)
        rng = Stream.named("training", settings.seed, "window", epoch, number)
        size, rate = self.windows.size, self.model.network.rate
        vary = self.model.augmentation.window
        sound = vary(part.sound, start, size, rate, rng.child("augmentation"))
        moment = Moment(position, settings.is_finetuning(step), turn)
        return self.network.example(sound, rng.child("example"), moment)

    def name(self, position: int) -> str:
        """The recording and the moment in it, in seconds, of a position, for messages."""
        part, start, epoch, _ = Epochs(self.windows, self.model.training.seed).at(position)
        return f"{part.name} at {start / self.model.network.rate:.2f} s (epoch {epoch})"

    def held_out(self, held: Windows) -> list[Example]:
        """The examples that the held-out loss is measured on."""
        settings = self.model.training
        sounds = held.spread(settings.evaluate_windows)
        # Named by number, so that every evaluation hears the same noise.
        streams = (
            Stream.named("training", settings.seed, "held out", i) for i in range(len(sounds))
        )
        return [self.network.clean(s, rng) for s, rng in zip(sounds, streams, strict=True)]

    def stream(self, first: int, last: int, threads: int = 0) -> Generator[list[Example]]:
        """The batches of all turns of steps `first` to `last`, in their order.

        `threads` make them ahead; 0: they are made when they are asked for.
        """
        turns = (
            (step, place)
            for step in range(first, last + 1)
            for place in range(len(self.course.turns(step)))
        )
        if threads == 0:
            yield from (self.turn(*each) for each in turns)
            return
        with ThreadPoolExecutor(threads) as pool:
            waiting: deque[Future[list[Example]]] = deque()
            try:
                for each in turns:
                    waiting.append(pool.submit(self.turn, *each))
                    if len(waiting) > AHEAD * threads:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                # The pool waits for all that was submitted, also where nobody takes it any more.
                for one in waiting:
                    one.cancel()


def split_material(model: ModelSpec, material: Material) -> Split:
    """The windows of a model in its material; AudioError when there are none, and why."""
    parts = material.parts()
    if not parts:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in material.unused.items())
        raise AudioError(f"the corpus is empty after preparation: {reasons}")
    return split(parts, model.network.rate, **model.split_terms)
