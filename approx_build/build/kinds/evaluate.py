"""EVALUATE: how a checkpoint's takes stand beside the corpus, or the corpus beside itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from approx_build.audio import wav
from approx_build.audio.distance import Mono
from approx_build.build.desk import Desk
from approx_build.build.work import Result
from approx_build.corpus.evaluation import Corpus
from approx_build.corpus.memorisation import Baseline, SearchTerms, TrainingSound


def make(desk: Desk) -> Result:
    """The evaluation of the takes; without takes that of what the corpus holds out, as JSON."""
    params = desk.params
    names, paths = params["recordings"], desk.inputs("recording")
    recordings = [TrainingSound(n, _mono(path)) for n, path in zip(names, paths, strict=True)]
    terms = SearchTerms.model_validate(params["search"])
    corpus = Corpus(recordings, params["rate"], params["held_out"], terms)
    takes = [_mono(path) for path in desk.inputs("take")]
    if not takes:
        return desk.keep_json(corpus.itself())
    baseline = Baseline.load(desk.json_input("corpus")["baseline"])
    return desk.keep_json(corpus.evaluate(takes, baseline))


def _mono(path: Path) -> Mono:
    return np.asarray(wav.read(path, max_channels=1).data[0])
