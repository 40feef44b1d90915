"""Consent: nothing of a corpus is trained on or played without a consent that allows it."""

from __future__ import annotations

from collections.abc import Iterable

from approx_build.errors import ConsentError, Fault
from approx_build.plan.catalog import Catalog
from approx_build.plan.uses import Use, uses
from approx_build.score.load import Score


def check_consent(score: Score, catalog: Catalog) -> list[Fault]:
    """What the score uses and nobody agreed to, or no longer.

    Each at the first place that asks for it, with all of the score that it stops.
    """
    found: dict[str, list[Use]] = {}
    for use in uses(score, catalog):
        if message := refusal(use, score.slug, catalog):
            found.setdefault(message, []).append(use)
    return [Fault(each[0].where, f"{message}; {stopped(each)}") for message, each in found.items()]


def refusal(use: Use, piece: str | None, catalog: Catalog) -> str:
    """Why a use is not allowed in a piece; empty when it is."""
    try:
        catalog.consent(use.corpus, use.model, piece)
    except ConsentError as error:
        return error.message
    if use.recording is not None and (day := catalog.withdrawal(use.recording)):
        name, path = use.recording.partition("/")[2], catalog.consent_path(use.corpus)
        return f"{path}: consent to recording '{name}' was withdrawn on {day}"
    return ""


def stopped(uses: Iterable[Use]) -> str:
    """The models, takes and movements that uses of a corpus belong to, as the end of an error."""
    every = list(uses)
    named = {
        "model": sorted({use.model for use in every if use.model}),
        "take": sorted({take for use in every for take in use.takes}),
        "movement": sorted({movement for use in every for movement in use.movements}),
    }
    stopped = [
        f"{noun}{'s' if len(names) > 1 else ''} {', '.join(names)}"
        for noun, names in named.items()
        if names
    ]
    return f"this stops {'; '.join(stopped) or 'nothing in the scores'}"
