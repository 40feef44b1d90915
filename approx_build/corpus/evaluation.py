"""Evaluation: how takes stand beside the recordings that their network learnt from.

The end of every recording is held out of training: it is the corpus' own line. A network cannot
be expected to come nearer to the training sound than other sound of the same instrument does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from approx_build.audio.character import character
from approx_build.audio.distance import Mono, Spectra, distance
from approx_build.corpus.memorisation import Baseline, SearchTerms, TrainingPassages, TrainingSound

Evaluation = dict[str, Any]
"""`measures`: what the sounds are like together, and how far from the training sound, by name.

Of the corpus besides `baseline`; of takes `nearest`, for each the passage that is nearest, or
None, and whether it is memorised.
"""
_DIGITS = 4


def held_out_samples(window: int, held_out_s: float, rate: int) -> int:
    """Samples at the end of each recording that no training hears, as `windows.split` has it."""
    return max(window, round(held_out_s * rate))


def spread(lengths_s: Sequence[float], count: int, length_s: float) -> list[tuple[int, float]]:
    """`count` stretches of `length_s` spread over recordings: (place of the recording, start)."""
    places = [number * len(lengths_s) // count for number in range(count)]
    found = []
    for number, place in enumerate(places):
        # The middle; of a recording that comes again, one place after another.
        share = (1 + places[:number].count(place)) / (1 + places.count(place))
        found.append((place, share * max(0.0, lengths_s[place] - length_s)))
    return found


class Corpus:
    """Recordings, each split into what is trained on and the last `held_out` samples."""

    def __init__(
        self,
        recordings: Sequence[TrainingSound],
        rate: int,
        held_out: int,
        terms: SearchTerms | None = None,
    ) -> None:
        self.rate, self.terms = rate, terms or SearchTerms()
        long = [one for one in recordings if one.samples.size > held_out]
        self._train = [TrainingSound(one.name, one.samples[:-held_out]) for one in long]
        self._held = [one.samples[-held_out:] for one in long]
        self._passages = TrainingPassages(self._train, rate, self.terms)
        self._spectra = Spectra.of([one.samples for one in self._train])

    def itself(self) -> Evaluation:
        """What is held out beside what is trained on."""
        found = [self._passages.nearest(sound) for sound in self._held]
        baseline = Baseline.of([match for match in found if match], self.terms)
        return {"measures": self._measures(self._held), "baseline": asdict(baseline)}

    def evaluate(self, takes: Sequence[Mono], baseline: Baseline) -> Evaluation:
        """How `takes`, each [T] at the rate of the corpus, stand beside what is trained on."""
        nearest = []
        for take in takes:
            match = self._passages.nearest(take)
            is_memorised = baseline.is_memorised(match)
            nearest.append(asdict(match) | {"is_memorised": is_memorised} if match else None)
        return {"measures": self._measures(takes), "nearest": nearest}

    def _measures(self, sounds: Sequence[Mono]) -> dict[str, float]:
        far = distance(Spectra.of(sounds), self._spectra)
        every = asdict(far) | asdict(character(sounds, self.rate))
        return {name: round(value, _DIGITS) for name, value in every.items()}
