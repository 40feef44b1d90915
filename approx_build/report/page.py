"""The page of a piece: one HTML file that needs nothing but the sound files beside it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from itertools import accumulate
from math import log
from pathlib import Path
from typing import TYPE_CHECKING

from approx_build.figures.png import gradient
from approx_build.figures.thumbnail import Sketch
from approx_build.figures.vector import (
    HEIGHT,
    LOUDNESS_FLOOR,
    WIDTH,
    Curve,
    Mark,
    hertz_ticks,
    loss_picture,
    loudness_path,
    time_ticks,
    wave_path,
    wave_peak,
)
from approx_build.report import formatting
from approx_build.report.assessment import nearest_steps, sentences
from approx_build.report.data import MovementReport, PieceReport
from approx_build.report.desk_data import consent_data, movement_data, notes_data, placed_events
from approx_build.report.evaluation import MEASURES, EvaluationReport, shown
from approx_build.report.stream import sheet_samples
from approx_build.visible import visible_block

if TYPE_CHECKING:
    from jinja2 import Environment


_TEMPLATES = Path(__file__).parent / "templates"
# A page may be passed on or opened from a disk: it loads nothing from elsewhere and runs only our
# script, by its hash. `file:`, because 'self' may match nothing for a page on a disk. Styles beside
# the page are its sound (`report.stream`).
_POLICY = (
    "default-src 'none'; img-src data:; media-src 'self' file:; "
    "style-src 'unsafe-inline' 'self' file:; script-src 'sha256-{}'; "
    "base-uri 'none'; form-action 'none'"
)

_PLAYER = ("page.js",)
_DESK = (
    "stream.js",
    "engine.js",
    "mixer.js",
    "events.js",
    "magnifier.js",
    "view.js",
    "notes.js",
    "desk.js",
)

Filter = Callable[..., object]


def html(
    template: str,
    styles: Iterable[str],
    scripts: Iterable[str],
    filters: Iterable[Filter],
    **values: object,
) -> str:
    """A template filled with `values`; `filters` are called in it by their names."""
    from markupsafe import Markup

    style = "".join(_text(name) for name in styles).replace("$gradient", gradient())
    code = "".join(_text(name) for name in scripts)
    digest = b64encode(sha256(code.encode()).digest()).decode()
    environment = _environment()
    environment.filters.update({function.__name__: function for function in filters})
    # Markup: these are our own files, and escaping would break them. Values are escaped.
    return environment.get_template(template).render(
        policy=_POLICY.format(digest), style=Markup(style), script=Markup(code), **values
    )


def _text(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        # A misspelt name in a template is an error, not an empty place on the page.
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_shown,
    )


def _shown(value: object) -> object:
    """A value as a page shows it: text without hidden characters, our own markup as it is."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return visible_block(value)
    return value


def page(report: PieceReport) -> str:
    """The page of `report` as HTML. Equal reports give equal pages."""
    ids = {consent.corpus: f"consent-{place}" for place, consent in enumerate(report.consents, 1)}
    styles, scripts = ["page.css", "desk.css"], [*_PLAYER, *_DESK]
    people = consent_data(ids, {one.corpus: one.people for one in report.consents})
    values = {"piece": report, "consent_ids": ids, "consents": people}
    return document("page.html", styles, scripts, **values)


def document(template: str, styles: Sequence[str], scripts: Sequence[str], **values: object) -> str:
    """A page about sound, with the scripts that play it."""
    filters = (
        *(formatting.roman, formatting.minutes, formatting.href, formatting.as_text),
        *(
            formatting.fact_rows,
            wave_path,
            wave_peak,
            loss_picture,
            percent,
            picture,
            time_marks,
            hertz_marks,
        ),
        *(
            movement_data,
            notes_data,
            placed_events,
            step_marks,
            starts,
            total_samples,
            sheet_samples,
            loudness_path,
        ),
    )
    sizes = {"loss_width": WIDTH, "loss_height": HEIGHT, "LOUDNESS_FLOOR": LOUDNESS_FLOOR}
    return html(template, styles, scripts, filters, **sizes, **values)


def percent(part: float, whole: float) -> str:
    """`part` of `whole` as a CSS percentage, from 0 to 100."""
    return f"{min(100.0, max(0.0, 100 * part / whole)) if whole else 0.0:.4g}%"


def picture(sketch: Sketch) -> str:
    """A sketch's spectrogram as a data URI."""
    return "data:image/png;base64," + b64encode(sketch.png).decode()


def time_marks(length_s: float) -> list[Mark]:
    """Round moments along an axis of `length_s`."""
    return [Mark(100 * time / length_s, text) for time, text in time_ticks(length_s)]


def step_marks(curves: Mapping[str, Curve], steps: Sequence[int]) -> list[Mark]:
    """Positions of steps on the axis of a loss picture."""
    # At least 1: a curve with the point at step 0 only must not divide by 0.
    last = max(1.0, *(step for curve in curves.values() for step, _ in curve))
    return [Mark(100 * step / last, str(step)) for step in steps if step <= last]


def hertz_marks(sketch: Sketch) -> list[Mark]:
    """Round frequencies up a spectrogram, in percent from its lower edge."""
    span = log(sketch.high_hz / sketch.low_hz)
    ticks = hertz_ticks(sketch.low_hz, sketch.high_hz)
    return [Mark(100 * log(hz / sketch.low_hz) / span, text) for hz, text in ticks]


def starts(movements: Sequence[MovementReport], gap: int) -> list[tuple[MovementReport, int]]:
    """Movements with the sample of the piece at which each starts."""
    before = accumulate((movement.samples + gap for movement in movements), initial=0)
    return list(zip(movements, before, strict=False))


def total_samples(movements: Sequence[MovementReport], gap: int) -> int:
    """The length of the piece with its gaps, in samples."""
    return sum(movement.samples for movement in movements) + gap * (len(movements) - 1)


def evaluation_page(report: EvaluationReport) -> str:
    """The page of a model as HTML. Equal reports give equal pages."""
    return document(
        "evaluation.html",
        ["page.css", "evaluation.css"],
        _PLAYER,
        report=report,
        measures=MEASURES,
        nearest=nearest_steps(report),
        sentences=sentences(report),
        shown=shown,
    )
