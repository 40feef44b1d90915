"""Consent: training on a corpus and playing it need a consent that allows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from approx_build.errors import ConsentError, Fault
from approx_build.files.readlog import ReadLog
from approx_build.plan.catalog import Catalog
from approx_build.plan.dependents import Dependents, dependents_of
from approx_build.plan.uses import Use, uses
from approx_build.score.load import Score
from approx_build.score.paths import slug
from approx_build.yaml_source import suggestion


def check_consent(score: Score, catalog: Catalog) -> list[Fault]:
    """Faults: uses of recordings in the score without a valid consent."""
    return refused(uses(score, catalog), catalog, score.path)


def permit(use: Use, catalog: Catalog) -> None:
    """ConsentError when a use is not allowed today; the message lists all that this stops."""
    if use.refusals(catalog):
        raise ConsentError(refused([use], catalog))


def refused(asked: Iterable[Use], catalog: Catalog, own: str = "") -> list[Fault]:
    """Why uses are not allowed today: each reason once, at its clause, with all that it stops.

    The same for every command, since it names what is stopped in all pieces of the project. `own`
    is the path of a piece whose uses are all among those `asked`.
    """
    found: dict[Fault, list[Use]] = {}
    for use in asked:
        for fault in use.refusals(catalog):
            found.setdefault(fault, []).append(use)
    # A dict keeps the order in which the corpora were asked for; a set does not.
    corpora = dict.fromkeys(use.corpus for each in found.values() for use in each)
    # Only for corpora that are refused: reading every piece of the project is slow.
    known = {corpus: dependents_of(catalog, corpus) for corpus in corpora}
    return [_with_all(fault, each, known, catalog, own) for fault, each in found.items()]


def unused_scopes(corpus: str, catalog: Catalog) -> Iterator[Fault]:
    """Models and pieces in a consent record that the project does not have, perhaps misspelt.

    They may be created later; until then they allow nothing.
    """
    record = catalog.consents.record(corpus)
    scope = record.consent.scope
    # A log of its own: other pieces must not become part of the state of this command.
    pieces = ReadLog().files_in(catalog.root / "pieces") if scope.pieces else []
    for noun, allowed, known in (
        ("model", scope.models, catalog.models()),
        ("piece", scope.pieces, sorted(map(slug, pieces))),
    ):
        for index, name in enumerate(allowed or ()):
            if name not in known:
                loc = ("scope", f"{noun}s", index)
                hint = suggestion(name, known)
                yield record.source.fault(loc, f"there is no {noun} {name!r} here{hint}")


def _with_all(
    fault: Fault, asked: list[Use], known: Mapping[str, Dependents], catalog: Catalog, own: str
) -> Fault:
    """The fault with its first place in the scores and everything that it stops."""
    corpora = {use.corpus for use in asked}
    others = (use for corpus in sorted(corpora) for use in known[corpus].every())
    stopped = {*asked, *(use for use in others if fault in use.refusals(catalog))}
    unread = sorted({path for corpus in corpora for path in known[corpus].unread} - {own})
    places = [use.where for use in stopped if use.where]
    first = min(places, key=lambda at: (at.path, at.line, at.column), default=None)
    words = [
        fault.message,
        *([f"asked for at {first}"] if first else []),
        f"this stops {_listed(stopped) or 'nothing in the scores'}",
        *([f"not known of {', '.join(unread)}, which has faults"] if unread else []),
    ]
    return replace(fault, message="; ".join(words))


def _listed(uses: Iterable[Use]) -> str:
    """The models, takes and movements that uses of a corpus belong to."""
    every = list(uses)
    named = {
        "model": {use.model for use in every if use.model},
        "take": {name for use in every for name in use.named(use.takes)},
        "movement": {name for use in every for name in use.named(use.movements)},
    }
    return "; ".join(
        f"{noun}{'s' if len(names) > 1 else ''} {', '.join(sorted(names))}"
        for noun, names in named.items()
        if names
    )
