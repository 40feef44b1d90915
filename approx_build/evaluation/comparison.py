"""Comparison: measures takes beside the recordings on which their network trained.

The held-out end of every recording gives the reference row of the corpus: a network cannot be
expected to come closer to the training sound than other sound of the same instrument does.

Off the path of a sample: it measures takes and makes no sound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from approx_build.corpus.windows import Sound, Split
from approx_build.evaluation.descriptors import character
from approx_build.evaluation.memorisation import (
    Baseline,
    SearchTerms,
    TrainingPassages,
    TrainingSound,
)
from approx_build.evaluation.spectral_distance import Mono, Spectra, distance

Evaluation = dict[str, Any]
"""`measures`: descriptors of the sounds together, and distances from the training sound, by name.

For the corpus also `baseline`; for takes `nearest`: for each take the nearest passage, or None, and
whether it is memorised.
"""
# Measurements use NumPy's functions, whose last digits depend on the processor.
_DIGITS = 4


def mixed(sound: Sound) -> Mono:
    """Sound [C, T] as it is measured: the mean of its channels [T]."""
    return sound[0] if len(sound) == 1 else np.asarray(sound.mean(axis=0, dtype=np.float32))


def spread(lengths_s: Sequence[float], count: int, length_s: float) -> list[tuple[int, float]]:
    """`count` stretches of `length_s` spread over recordings: (index of the recording, start)."""
    places = [number * len(lengths_s) // count for number in range(count)]
    found = []
    for number, place in enumerate(places):
        # The middle; if a recording occurs several times, one stretch after the other.
        share = (1 + places[:number].count(place)) / (1 + places.count(place))
        found.append((place, share * max(0.0, lengths_s[place] - length_s)))
    return found


def stretch(start_s: float, length_s: float, samples: int, rate: int) -> tuple[int, int]:
    """The range of `length_s` that begins nearest to `start_s` in a sound of so many samples."""
    size = min(samples, round(length_s * rate))
    start = min(max(0, round(start_s * rate)), samples - size)
    return start, start + size


class Corpus:
    """Prepared sound, split into training and held-out sound."""

    def __init__(self, split: Split, rate: int, terms: SearchTerms | None = None) -> None:
        self.rate, self.terms = rate, terms or SearchTerms()
        train = [
            TrainingSound(part.recording, mixed(part.sound), part.start)
            for part in split.train.parts
        ]
        self._held = [mixed(part.sound) for part in split.held_out.parts]
        self._passages = TrainingPassages(train, rate, self.terms)
        self._spectra = Spectra.of([one.samples for one in train])

    def itself(self) -> Evaluation:
        """The held-out sound compared with the training sound."""
        found = [self._passages.nearest(sound) for sound in self._held]
        baseline = Baseline.of([match for match in found if match], self.terms)
        return {"measures": self._measures(self._held), "baseline": asdict(baseline)}

    def evaluate(self, takes: Sequence[Sound], baseline: Baseline) -> Evaluation:
        """The comparison of `takes`, each [C, T] at the rate of the corpus, with the training
        sound.
        """
        nearest, mono = [], [mixed(take) for take in takes]
        for take in mono:
            match = self._passages.nearest(take)
            is_memorised = baseline.is_memorised(match)
            nearest.append(asdict(match) | {"is_memorised": is_memorised} if match else None)
        return {"measures": self._measures(mono), "nearest": nearest}

    def _measures(self, sounds: Sequence[Mono]) -> dict[str, float]:
        far = distance(Spectra.of(sounds), self._spectra)
        every = asdict(far) | asdict(character(sounds, self.rate))
        return {name: round(value, _DIGITS) for name, value in every.items()}
