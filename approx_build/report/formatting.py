"""Numbers, parameters and paths as text for the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from approx_build.audio.loudness import Facts
from approx_build.report.data import EventReport
from approx_build.units import clock

NOTHING = "–"
_MOST_SILENCES = 6
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)


def roman(number: int) -> str:
    """A movement's number as small Roman numerals."""
    text = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        text += letters * count
    return text


def minutes(seconds: float) -> str:
    """A length or moment as m:ss, with tenths only where they say something."""
    return clock(seconds, 0 if abs(seconds - round(seconds)) < 0.05 else 1)


def href(path: str) -> str:
    """A relative link to a file beside the page, whatever its name: never a scheme or a host."""
    return "./" + quote(path.replace("\\", "/").lstrip("/"), safe="/")


def as_text(value: object) -> str:
    """A parameter's value as text."""
    match value:
        case None:
            return NOTHING
        # Before `int`, of which `bool` is a subclass.
        case bool():
            return "yes" if value else "no"
        case float():
            return _minus(f"{value:.6g}")
        case int():
            return _minus(str(value))
        case str():
            return value
        case Mapping():
            return ", ".join(f"{name} {as_text(item)}" for name, item in value.items())
        case Sequence():
            return _run(list(value))
    return str(value)


def _run(items: list[object]) -> str:
    """A list; long ones of repeating numbers by their first and last."""
    words = [as_text(item) for item in items]
    if len(words) <= 16:
        return ", ".join(words) or NOTHING
    return f"{', '.join(words[:12])}, … {words[-1]} ({len(words)} in all)"


def event_line(event: EventReport) -> str:
    """An event in one line: what, when, from what, how."""
    parts = [f"{event.op} at {minutes(event.at_s)} for {minutes(event.length_s)}"]
    if event.sources:
        parts.append(f"from {', '.join(event.sources)}")
    parts += [f"{name} {as_text(value)}" for name, value in event.parameters.items()]
    if event.through:
        parts.append(f"through {', then '.join(event.through)}")
    return " · ".join(parts)


def fact_rows(facts: Facts) -> list[tuple[str, str]]:
    """What a sound measures, as names and values with units."""
    rows = [
        ("loudness", _level(facts.integrated_lufs, "LUFS")),
        ("loudness range", _level(facts.range_lu, "LU")),
        ("loudest moment", _level(facts.momentary_max_lufs, "LUFS")),
        ("true peak", _level(facts.true_peak_dbtp, "dBTP")),
        ("sample peak", _level(facts.sample_peak_dbfs, "dBFS")),
        ("mean level", _level(facts.rms_dbfs, "dBFS")),
        ("clipped samples", str(facts.clipped)),
        ("offset", _minus(f"{facts.dc:.6f}") if facts.dc else "0"),
    ]
    return [*rows, ("silences", _silences(facts.silences_s))]


def _silences(spans: Sequence[tuple[float, float]]) -> str:
    """Silences one by one, or how many there are where they are many."""
    if len(spans) > _MOST_SILENCES:
        total = sum(stop - start for start, stop in spans)
        return f"{len(spans)} of them, {minutes(total)} in all"
    return ", ".join(f"{minutes(start)} to {minutes(stop)}" for start, stop in spans) or "none"


def _level(value: float | None, unit: str) -> str:
    return "silence" if value is None and unit != "LU" else _number(value, unit)


def _number(value: float | None, unit: str) -> str:
    return NOTHING if value is None else f"{_minus(f'{value:.1f}')} {unit}"


def _minus(text: str) -> str:
    """A number with a true minus sign."""
    return text.replace("-", "−")


def settings(section: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Every setting of a manifest by its path; a list is one line."""
    for name, value in section.items():
        path = f"{above}.{name}" if above else name
        if isinstance(value, Mapping) and value:
            yield from settings(value, path)
        else:
            yield path, as_text(value)
