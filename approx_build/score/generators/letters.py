"""Letters: a text as pitches and rhythm, by the rule of Harriet Padberg's program of 1964.

Harriet Padberg, Computer-Composed Canon and Free Fugue, dissertation, Saint Louis University, 1964,
as rebuilt by Savery, Genchel and others (Learning from History, NIME 2019, arXiv 1907.04470). The
octave has 24 steps, equal in hertz and not in cents: f(k) = 440 (24 + k) / 24, k from 0 to 23.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import cycle, islice
from math import lcm
from typing import Final, Literal

from approx_build.yaml_source.messages import shown

OCTAVE: Final = 24
"""Steps of an octave."""
LOWEST_HZ: Final = 440
CONSTANTS: Final = (22, 22)
"""Two numbers of the program's rule for rhythm, of pitches «in the centre» and «outer»."""
VOWELS: Final = "aeiou"
# I/Y, V/W and Y/Z share a step; `y` has both places.
_STEPS: Final = {letter: step for step, letter in enumerate("abcdefghijklmnopqrstuvxz")}

Y = Literal["first", "vowel", "i", "z"]
"""Which step a `y` has: I's the first time and Z's from then on, I's as a vowel, or always one."""


@dataclass(frozen=True)
class Letter:
    """A letter with its step `k` of the octave and its interval of the rhythm."""

    letter: str
    step: int
    interval: int


def cleaned(text: str) -> str:
    """A text as its letters a–z and its spaces, in lower case; accents are left out."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = (one for one in decomposed if "a" <= one <= "z" or one.isspace())
    return " ".join("".join(kept).split())


def readable(text: str) -> str:
    """A text with letters to play; ValueError when it has none, or others than a–z."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    strangers = dict.fromkeys(one for one in folded if one.isalpha() and not "a" <= one <= "z")
    if strangers:
        named = ", ".join(f"'{one}'" for one in [*strangers][:5])
        raise ValueError(f"has letters without a pitch ({named}); write it in letters a–z")
    if not cleaned(text):
        raise ValueError(f"has no letters a–z to play (is {shown(text)})")
    return text


def frequency(step: int) -> Fraction:
    """The frequency of a step, Hz; steps beyond an octave carry into the next."""
    octaves, within = divmod(step, OCTAVE)
    return Fraction(LOWEST_HZ * (OCTAVE + within), OCTAVE) * Fraction(2) ** octaves


def steps(text: str, y: Y = "first") -> list[int]:
    """The step of each letter of a cleaned text."""
    found, has_y = list[int](), False
    for place, letter in enumerate(text):
        if letter == "y":
            found.append(_STEPS["i"] if _is_i(text, place, y, has_y) else _STEPS["z"])
            has_y = True
        elif letter != " ":
            found.append(_STEPS["v" if letter == "w" else letter])
    return found


def _is_i(text: str, place: int, y: Y, has_y: bool) -> bool:
    if y == "first":
        return not has_y
    if y == "vowel":
        # Before a vowel, as in «yes» and «royal», it is a consonant.
        return text[place + 1 : place + 2] not in [*VOWELS]
    return y == "i"


def counts(text: str) -> tuple[int, int, int]:
    """Vowels, other characters and all characters of a cleaned text; spaces are others."""
    vowels = sum(letter in VOWELS for letter in text)
    return vowels, len(text) - vowels, len(text)


def multiple(text: str) -> int:
    """The least common multiple of the counts and the constants; counts of none are left out."""
    return lcm(*(count for count in (*counts(text), *CONSTANTS) if count))


def divisors(number: int) -> list[int]:
    """All divisors of `number`, ascending."""
    found, rest, prime = [1], number, 2
    while rest > 1:
        # What is left after the small primes is a prime itself.
        prime = prime if prime * prime <= rest else rest
        powers = [1]
        while rest % prime == 0:
            rest //= prime
            powers.append(powers[-1] * prime)
        found = [one * power for one in found for power in powers]
        prime += 1
    return sorted(found)


def intervals(text: str) -> list[int]:
    """The intervals of a cleaned text: differences of the divisors of its multiple, in pairs."""
    found = divisors(multiple(text))
    # Of an odd number of divisors the last has no partner.
    return [high - low for low, high in zip(found[::2], found[1::2], strict=False)]


def letters(text: str, y: Y = "first") -> list[Letter]:
    """A cleaned text as letters; the intervals begin again when they are used up."""
    names = text.replace(" ", "")
    lengths = islice(cycle(intervals(text)), len(names))
    return [Letter(*one) for one in zip(names, steps(text, y), lengths, strict=True)]


def log(found: list[Letter]) -> Iterator[str]:
    """A line for each letter: its frequency, cut to four decimals, and its interval."""
    for one in found:
        freq = cut(frequency(one.step))
        yield f"letter {one.letter}, freq {freq}, rhythm_interval {one.interval}"


def cut(value: Fraction, decimals: int = 4) -> str:
    """A positive number, its decimals cut off and not rounded; whole numbers without a point."""
    scaled = value.numerator * 10**decimals // value.denominator
    whole, rest = divmod(scaled, 10**decimals)
    return f"{whole}.{rest:0{decimals}d}".rstrip("0").rstrip(".")
