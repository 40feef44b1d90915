"""The data of the page of a model, collected from evaluations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from approx_build.corpus.recordings import Hours
from approx_build.figures.thumbnail import Sketch
from approx_build.figures.vector import Curve

MOST_PAIRS = 12


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure as the table has it; of a distance less is always nearer."""

    name: str
    title: str
    unit: str
    explanation: str
    is_distance: bool = False
    digits: int = 1


MEASURES = (
    Measure("levels_db", "levels apart", "dB", "how far the levels of each frequency lie from "
            "the corpus', over three window sizes", True),
    Measure("convergence", "spectra apart", "", "the same with loud frequencies counting most: "
            "0 equal, 2 nothing in common", True, 2),
    Measure("log_spectral_db", "mean spectrum apart", "dB", "root mean square difference of the "
            "mean spectra", True),
    Measure("colour_db", "colour apart", "dB", "the same at equal loudness", True),
    Measure("rms_dbfs", "level", "dBFS", "root mean square of all samples"),
    Measure("peak_dbfs", "peak", "dBFS", "the largest sample"),
    Measure("silent", "silence", "%", "share of time below -60 dBFS", digits=0),
    Measure("flatness", "noise", "", "spectral flatness: 0 a tone, 0.56 white noise", digits=3),
    Measure("harmonicity", "tone", "", "how periodic the sounding frames are: 1 wholly", digits=2),
    Measure("flux_db", "movement", "dB", "change of the spectrum from frame to frame"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shot:
    """A sound with its picture."""

    title: str
    audio: str
    sketch: Sketch
    is_memorised: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """The corpus, or a checkpoint (`step`): its measures, its sounds, its held-out loss.

    `copied_s` is the most that any of its takes runs along one place of the training sound.
    """

    name: str
    measures: Mapping[str, float]
    shots: tuple[Shot, ...]
    step: int | None = None
    loss: float | None = None
    copied_s: float | None = None
    memorised: int = 0


@dataclass(frozen=True, slots=True)
class Pair:
    """A take beside the stretch of a recording along which it runs, in seconds of both."""

    take: Shot
    recording: Shot
    at_s: float
    recording_at_s: float
    similarity: float
    copied_s: float
    is_memorised: bool


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """The data of the page of a model. `corpus` is what is held out, `rows` the checkpoints.

    `baseline_s` are quantiles, by name, of how long held-out sound runs along the training sound;
    takes that run along it longer than `threshold_s` are memorised. `unused` names the recordings
    that training does not use, each with the reason.
    """

    model: str
    family: str
    corpus_name: str
    length_s: float
    curves: Mapping[str, Curve]
    corpus: Row
    rows: tuple[Row, ...]
    pairs: tuple[Pair, ...]
    baseline_s: Mapping[str, float]
    threshold_s: float
    loss_unit: str
    hours: Hours | None = None
    unused: Mapping[str, str] = field(default_factory=dict)
    is_training: bool = False


def shown(measure: Measure, value: float) -> str:
    """A measure's value with its digits and a true minus sign."""
    factor = 100 if measure.unit == "%" else 1
    return f"{factor * value:.{measure.digits}f}".replace("-", "−")


def row(
    name: str,
    evaluation: Mapping[str, Any],
    shots: Sequence[Shot],
    step: int | None = None,
    loss: float | None = None,
) -> Row:
    """A row from an evaluation (`evaluation.comparison`) and the sounds it is of."""
    nearest = [match for match in evaluation.get("nearest", ()) if match]
    copied = [match["copied_s"] for match in nearest]
    # Of the corpus, what half of its held-out sound stays below.
    copied = copied or list(evaluation.get("baseline", {}).get("copied_s", ()))[:1]
    return Row(
        name=name,
        measures=evaluation["measures"],
        shots=tuple(shots),
        step=step,
        loss=loss,
        copied_s=max(copied, default=None),
        memorised=sum(match["is_memorised"] for match in nearest),
    )


def pair(take: Shot, recording: Shot, match: Mapping[str, Any]) -> Pair:
    """A take and the matching passage of a recording."""
    names = ("at_s", "recording_at_s", "similarity", "copied_s", "is_memorised")
    return Pair(take, recording, **{name: match[name] for name in names})


def closest_pairs(
    evaluations: Mapping[int, Mapping[str, Any]],
) -> list[tuple[int, int, Mapping[str, Any]]]:
    """Takes to show with their nearest passages, closest first: (step, take, match).

    Every take that is memorised, at most `MOST_PAIRS`; the closest one when none is.
    """
    found = [
        (step, index, match)
        for step, evaluation in evaluations.items()
        for index, match in enumerate(evaluation["nearest"])
        if match
    ]
    found.sort(key=lambda one: _closeness(one[2]), reverse=True)
    memorised = [one for one in found if one[2]["is_memorised"]]
    return memorised[:MOST_PAIRS] or found[:1]


def baseline_quantiles(baseline: Mapping[str, Any]) -> dict[str, float]:
    """The quantiles of a baseline by name."""
    names = ("half of it at most", "nine tenths at most", "95 % at most", "the most")
    return dict(zip(names, baseline["copied_s"], strict=False))


def _closeness(match: Mapping[str, Any]) -> tuple[float, float]:
    return match["copied_s"], match["similarity"]


def take_path(step: int, index: int) -> str:
    """The file of a take, beside the page."""
    return f"takes/step-{step:06}-{index + 1}.wav"


def excerpt_path(index: int) -> str:
    """The file of an excerpt of the corpus, beside the page."""
    return f"corpus/{index + 1}.wav"


def stretch_path(step: int, index: int) -> str:
    """The file of the stretch that a take is shown beside, beside the page."""
    return f"nearest/step-{step:06}-{index + 1}.wav"


def stretch_title(recording: str, start_s: float) -> str:
    """A stretch of a recording in words."""
    return f"{recording} from {start_s:.2f} s"
