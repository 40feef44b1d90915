"""Corrections: what a composer meant by a number with a unit, a decimal comma or a word."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final


class Advice(str):
    """A message that ends with advice.

    `right` is the YAML to write in place of the value; empty if only the composer can decide.
    """

    __slots__ = ("right",)
    right: str

    def __new__(cls, words: str, right: str = "") -> Advice:
        """The message `words`."""
        made = super().__new__(cls, words)
        made.right = right
        return made


_QUOTES: Final = "“”„‟«»‹›‘’‚‛\"'`"
_DASH: Final = re.compile(r"[−–—‐‑‒]\s*(?=[0-9.])")
_COMMA: Final = re.compile(r"(?<=[0-9]),(?=[0-9])")
_SPACE: Final = re.compile("[\u00a0\u2007\u2009\u202f]")
_NUMBER: Final = re.compile(
    r"(?P<sign>[+-]?)(?P<digits>[0-9]{1,9}(?:[.,][0-9]{1,12})?|[.,][0-9]{1,12})"
    r" *(?P<unit>[a-zµ%×/]{0,12})",
    re.IGNORECASE,
)
_THOUSANDS: Final = re.compile(r"[1-9][0-9]{0,2}(?:[ ,'][0-9]{3})+")
_UNITS: Final[dict[str, dict[str, str]]] = {
    "_s": {"s": "1", "sec": "1", "secs": "1", "second": "1", "seconds": "1", "sek": "1"}
    | {"ms": "0.001", "msec": "0.001", "min": "60", "mins": "60", "minutes": "60"},
    "_ms": {"ms": "1", "msec": "1", "s": "1000", "sec": "1000"},
    "_hz": {"hz": "1", "/s": "1", "khz": "1000", "k": "1000"},
    "_db": {"db": "1", "dbfs": "1", "dbtp": "1"},
    "semitones": {"st": "1", "semitones": "1", "semitone": "1", "ct": "0.01", "cents": "0.01"},
    "": {"hz": "1", "bpm": "1", "x": "1", "×": "1"},
}
"""For the ending of a field's name, its units and what one of them counts in the field's own."""
_PLACES: Final = {"left": -1, "l": -1, "links": -1, "right": 1, "r": 1, "rechts": 1} | {
    "center": 0, "centre": 0, "middle": 0, "mid": 0, "mitte": 0, "c": 0,
}  # fmt: skip
_WORDS: Final = dict(
    zip(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"],
        range(11),
        strict=True,
    )
)
_TRUTH: Final = dict.fromkeys(["yes", "y", "on", "ja", "true", "1"], "true") | dict.fromkeys(
    ["no", "n", "off", "nein", "false", "0"], "false"
)


def typed(text: str) -> str:
    """`text` as a keyboard writes it: plain quotes are taken off, minus signs are `-`."""
    text = _SPACE.sub(" ", text).strip()
    while len(text) > 1 and text[0] in _QUOTES and text[-1] in _QUOTES:
        text = text[1:-1].strip()
    return _DASH.sub("-", text)


def with_points(text: str) -> str:
    """`text` with points in place of decimal commas."""
    return _COMMA.sub(".", text)


def with_advice(words: str, right: str, is_certain: bool = True) -> Advice:
    """`words` and what to write instead."""
    return Advice(f"{words}; write {right}", right if is_certain else "")


def number_advice(words: str, field: str, value: object) -> str:
    """`words` about a `value` where the number `field` is needed, with what was meant if known."""
    if not isinstance(value, str):
        return words
    text = typed(value)
    if field == "pan" and (place := _place(text)) is not None:
        return with_advice(words, place)
    if text.casefold() in _WORDS:
        return with_advice(words, str(_WORDS[text.casefold()]))
    if _THOUSANDS.fullmatch(text):
        whole, point = re.sub("[ ,']", "", text), text.replace(",", ".")
        may_be_point = text.count(",") == 1 and " " not in text
        return Advice(f"{words}; write {whole}" + f" or {point}" * may_be_point)
    found = _NUMBER.fullmatch(text)
    if found is None:
        return words
    unit, amount = found["unit"].casefold(), Decimal(found["digits"].replace(",", "."))
    sign = "-" if found["sign"] == "-" else ""
    units = _units(field)
    if unit == "%" and units is _UNITS[""]:
        return with_advice(words, sign + plain(amount / 100), is_certain=False)
    if unit == "%" and units is _UNITS["_db"]:
        return f"{words}; in dB, half the amplitude is -6"
    factor = units.get(unit) if unit else "1"
    if factor is None:
        return words
    return with_advice(words, sign + plain(amount * Decimal(factor)))


def truth_advice(words: str, value: object) -> str:
    """`words` about a `value` where true or false is needed."""
    right = _TRUTH.get(typed(str(value)).casefold(), "")
    return with_advice(words, right) if right else words


def plain(amount: Decimal) -> str:
    """A decimal without an exponent and without zeros at its end."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def has_unit(field: str) -> bool:
    """Whether numbers of a field have a unit that is known here."""
    return field == "pan" or bool(_units(field) is not _UNITS[""])


def _units(field: str) -> dict[str, str]:
    ending = next((ending for ending in _UNITS if ending and field.endswith(ending)), "")
    if re.search("_db(fs|tp)?(_below)?$", field):
        ending = "_db"
    return _UNITS[ending]


def _place(text: str) -> str | None:
    """A place between left and right in words: `left`, `hard right`, `50% left`, `L30`."""
    pattern = r"(?:hard |fully )?([a-z]+)|([0-9]{1,3}) *%? *([a-z]+)|([lr]) *([0-9]{1,3})"
    found = re.fullmatch(pattern, text.casefold())
    if found is None:
        return None
    side = _PLACES.get(found[1] or found[3] or found[4] or "")
    share = Decimal(found[2] or found[5] or 100) / 100
    return None if side is None else plain(side * share) if side else "0"
