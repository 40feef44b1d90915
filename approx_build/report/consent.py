"""The report of consent: each corpus the piece uses, who agreed to what, and which recordings."""

from __future__ import annotations

from collections.abc import Mapping, Set
from pathlib import PurePosixPath

from approx_build.plan.catalog import Catalog
from approx_build.report.data import ConsentReport, RecordingUse
from approx_build.report.provenance import CORPORA


def consent_reports(uses: Mapping[str, Set[str]], catalog: Catalog) -> tuple[ConsentReport, ...]:
    """One for each corpus that any file in `uses` belongs to; `uses` says how files are used."""
    corpora: dict[str, dict[str, Set[str]]] = {}
    for path, how in uses.items():
        if path.startswith(CORPORA):
            corpus = path.removeprefix(CORPORA).partition("/")[0]
            corpora.setdefault(corpus, {})[path] = how
    return tuple(_consent(corpus, corpora[corpus], catalog) for corpus in sorted(corpora))


def _consent(corpus: str, uses: Mapping[str, Set[str]], catalog: Catalog) -> ConsentReport:
    consent = catalog.consent(corpus)
    people = [f"{one.name} ({one.plays})" for one in consent.performers]
    people += [f"{one.name}, by {one.made_by} ({one.licence})" for one in consent.sources]
    return ConsentReport(
        corpus=corpus,
        sound=consent.sound,
        people=tuple(people),
        agreed=consent.agreed,
        agreed_on=consent.agreed_on.isoformat(),
        licence=consent.licence,
        valid_until=consent.valid_until.isoformat() if consent.valid_until else "",
        scope=f"models: {_any(consent.scope.models)}; pieces: {_any(consent.scope.pieces)}",
        contact=consent.contact,
        notices=tuple(one.notice for one in consent.sources),
        recordings=tuple(_use(path, uses[path], corpus, catalog) for path in sorted(uses)),
    )


def _use(path: str, how: Set[str], corpus: str, catalog: Catalog) -> RecordingUse:
    name = f"{corpus}/{PurePosixPath(path).stem}"
    digests = {one.name: one.digest for one in catalog.corpus(corpus)}
    length_s = catalog.recording_length_s(name) or 0.0
    return RecordingUse(name, corpus, length_s, tuple(sorted(how)), digests.get(name, ""))


def _any(names: tuple[str, ...] | None) -> str:
    return "any" if names is None else ", ".join(names) or "none"
