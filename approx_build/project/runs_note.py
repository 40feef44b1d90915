"""`runs note`: write down what was seen in a run, or what to do next."""

from __future__ import annotations

from datetime import date

from approx_build.errors import UsageError
from approx_build.project import runs as project
from approx_build.project.paths import named_from
from approx_build.training.ledger.entry import Note
from approx_build.training.ledger.ledger import FOLDER, append_note

LONGEST = 10_000
"""Characters of a note."""


def note(run: str, text: str, is_next: bool) -> None:
    """Append a note of today to a run's."""
    if not text.strip():
        raise UsageError("a note needs words")
    if len(text) > LONGEST:
        raise UsageError(f"a note has at most {LONGEST} characters; this one has {len(text)}")
    entry = project.entry(run)
    written = Note(text=text.strip(), on=date.today(), kind="next" if is_next else "note")
    with named_from(project.root()):
        append_note(project.root() / FOLDER, entry.run, written)
    print(f"{entry.run}: noted{' as a next step' if is_next else ''}")
