"""Notes beside a score: checked with it, shown on the page, and no part of any key."""

from __future__ import annotations

from tests.space import Space

NOTES = "pieces/tide.notes.yaml"


def test_a_note_appears_on_the_page_and_builds_nothing(built: Space) -> None:
    (built.root / NOTES).write_text(
        'notes:\n  - { movement: 1-foam, at: 0.5, text: "a bit louder" }\n'
    )
    outcome = built.render()
    assert outcome.ran() == set()
    page = (built.root / "renders/tide/index.html").read_text()
    assert '[{"movement":"1-foam","at":0.5,"text":"a bit louder"}]' in page
    (built.root / NOTES).write_text("notes:\n  - { movement: 3-mud, at: 0.5, text: x }\n")
    assert f"{NOTES}:2:17: notes[0].movement: there is no movement '3-mud'" in built.check()
