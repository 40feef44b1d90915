"""A corpus of a project: its folder, its consent record, and the models that learn from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from approx_build.corpus.consent import FILE_NAME
from approx_build.errors import ApproxError, UsageError
from approx_build.plan.catalog import Catalog
from approx_build.plan.consent import unused_scopes
from approx_build.plan.consent_records import CORPORA
from approx_build.yaml_source import choices, read_source

if TYPE_CHECKING:
    from approx_build.corpus.consent import Consent

NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
"""As models write it."""


@dataclass(frozen=True)
class Corpus:
    """One corpus of a project; it need not be there yet."""

    name: str
    root: Path
    catalog: Catalog

    @classmethod
    def at(cls, root: Path, name: str, today: date) -> Corpus:
        """The corpus of this name in the project at `root`."""
        return cls(name, root, Catalog(root, today))

    @classmethod
    def there(cls, root: Path, name: str, today: date) -> Corpus:
        """The same; UsageError when there is no such corpus."""
        corpus = cls.at(root, name, today)
        known = corpus.catalog.corpus_names
        if name not in known:
            hint = choices(name, known) if known else "; there are none"
            raise UsageError(f"there is no corpus {name!r} in {CORPORA}{hint}")
        return corpus

    @property
    def folder(self) -> Path:
        """The folder of its recordings."""
        return self.root / CORPORA / self.name

    def record(self) -> Consent | None:
        """Its consent record, when it can be read."""
        try:
            return self.catalog.record(self.name)
        except ApproxError:
            return None

    def consent(self) -> tuple[bool, str]:
        """Whether anything of it may be used today, and why in a few words."""
        refused = self.catalog.refusals(self.name)
        if refused and self.faults() and (self.folder / FILE_NAME).exists():
            first, count = refused[0], len(self.faults())
            return False, f"faulty ({count}, the first at {first.where}: {first.message})"
        if refused:
            more = f"; and {len(refused) - 1} more" if len(refused) > 1 else ""
            return False, refused[0].message + more
        consent = self.catalog.record(self.name)
        until = consent.valid_until
        validity = f"valid until {until}" if until else "valid without end"
        count = len(consent.withdrawn_by(self.catalog.today))
        return True, f"{validity}, {count} withdrawn" if count else validity

    def faults(self) -> list[str]:
        """Every fault of the consent record, each with its place; none where it is in order."""
        return [
            f"{fault.where}: {fault.message}" for fault in self.catalog.consents.faults(self.name)
        ]

    def unused_scopes(self) -> list[str]:
        """Names in the scope of its record that the project does not have."""
        return [fault.message for fault in unused_scopes(self.name, self.catalog)]

    def models(self) -> list[str]:
        """The declared models that learn from it, whatever else is wrong with them."""
        return [name for name in self.catalog.models() if self._corpus_of(name) == self.name]

    def _corpus_of(self, model: str) -> object:
        path = self.catalog.model_path(model)
        try:
            # Not the validated model: a faulty declaration still learns from its corpus once it is
            # corrected.
            data = read_source(self.root / path, path).data
        except ApproxError:
            return None
        return data.get("corpus") if isinstance(data, dict) else None
