"""Checks: all that a piece must pass before it can be lowered, in one list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from approx_build.errors import MOST_FOUND, ConsentError, Fault, ScoreError
from approx_build.plan.amounts import check_amounts
from approx_build.plan.catalog import Catalog
from approx_build.plan.consent import check_consent
from approx_build.plan.recorded import Recorded
from approx_build.plan.sound_checks import sound_faults
from approx_build.plan.take_checks import take_faults
from approx_build.score.duration_checks import check_durations
from approx_build.score.load import Reading, Score, read_piece
from approx_build.score.name_checks import check_names
from approx_build.score.notes import read_notes
from approx_build.score.reference_checks import check_references
from approx_build.yaml_source import in_order

Check = Callable[[Reading, Catalog], Iterable[Fault]]
"""Finds faults in what could be read of a piece, which may be part of one."""


@dataclass(frozen=True)
class CheckedPiece:
    """A piece without faults, and the catalogue it was checked against. Only `check` makes one.

    Unless it `is_permitted`, nobody asked for consent, and its graph cannot be built.
    """

    score: Score
    catalog: Catalog
    is_permitted: bool = True


def amounts(reading: Reading, catalog: Catalog) -> Iterable[Fault]:
    """More than can be built, or checked in seconds."""
    return check_amounts(reading.score, catalog) if reading.score else ()


def names(reading: Reading, catalog: Catalog) -> Iterable[Fault]:
    """Models, steps and recordings that the project does not have."""
    return check_names(reading.score, catalog) if reading.score else ()


def references(reading: Reading, catalog: Catalog) -> Iterable[Fault]:
    """Names of takes, parts and files that do not exist."""
    return check_references(reading)


def durations(reading: Reading, catalog: Catalog) -> Iterable[Fault]:
    """Times that do not fit the movement, the take or the recording."""
    recording_s = Recorded(catalog).recording_length_s
    return check_durations(reading, recording_s, catalog.sounds.length_s)


def sounds(reading: Reading, catalog: Catalog) -> Iterable[Fault]:
    """Sound files that cannot be used, and what patterns draw that does not fit."""
    return sound_faults(reading, catalog)


def takes(reading: Reading, catalog: Catalog) -> Iterable[Fault]:
    """Takes that their networks cannot draw as they are written."""
    return take_faults(reading.score, catalog) if reading.score else ()


def notes(reading: Reading, catalog: Catalog) -> Iterable[Fault]:
    """Notes beside the score that name no moment of it."""
    return read_notes(reading.score, catalog.log)[1] if reading.score else ()


def consent(reading: Reading, catalog: Catalog) -> Iterable[Fault]:
    """Uses of a corpus without a valid consent."""
    return check_consent(reading.score, catalog) if reading.score else ()


CHECKS: tuple[Check, ...] = (
    amounts,
    names,
    references,
    durations,
    sounds,
    takes,
    notes,
    consent,
)
"""Every check of a piece, in the order in which they run."""


def check(path: Path, catalog: Catalog) -> CheckedPiece:
    """Read the piece at `path` and check all of it, even where some of it has faults.

    ScoreError with every fault of every file; ConsentError when consent alone is missing;
    ApproxError when the piece's file cannot be read at all.
    """
    reading = read_piece(path, catalog.root, catalog.log, Recorded(catalog))
    # Consent is asked apart, because its refusals alone are a ConsentError.
    faults = [*reading.faults, *_found(reading, catalog, CHECKS[:-1])]
    refused = [*consent(reading, catalog)]
    if refused and not faults:
        raise ConsentError(in_order(refused))
    return _checked(reading, catalog, [*faults, *refused])


def check_consent_again(score: Score, catalog: Catalog) -> None:
    """ConsentError when `catalog`, read later than the score was checked, refuses a use of it."""
    if refused := check_consent(score, catalog):
        raise ConsentError(in_order(refused))


def check_without_consent(path: Path, catalog: Catalog) -> CheckedPiece:
    """Check without consents, because the files that a store must keep do not depend on them.

    Build nothing from it.
    """
    reading = read_piece(path, catalog.root, catalog.log, Recorded(catalog))
    every = (each for each in CHECKS if each not in (consent, notes))
    faults = [*reading.faults, *_found(reading, catalog, every)]
    return replace(_checked(reading, catalog, faults), is_permitted=False)


def _found(reading: Reading, catalog: Catalog, checks: Iterable[Check]) -> list[Fault]:
    """The faults that checks find, the first of each; ScoreError at once where it is too much."""
    found = list[Fault]()
    for each in checks:
        # One mistake in a long score may cause thousands of faults, which nobody reads.
        found += islice(each(reading, catalog), MOST_FOUND)
        # The other checks could take very long on a score that is too large.
        if each is amounts and found:
            raise ScoreError(in_order([*reading.faults, *found]))
    return found


def _checked(reading: Reading, catalog: Catalog, faults: list[Fault]) -> CheckedPiece:
    if faults or reading.score is None:
        raise ScoreError(in_order(faults))
    return CheckedPiece(reading.score, catalog)
