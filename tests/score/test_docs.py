from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from approx_build.ops.base import OPS
from approx_build.score.docs import filled, main
from approx_build.score.schema import Movement, Piece
from tests.score.scores import PIECE, Project

PAGE = Path(__file__).parents[2] / "docs" / "score.md"
TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
FOG = "takes: { fog: { model: accordionator, count: 12, length_s: 3 } }\n"


def test_the_page_is_up_to_date() -> None:
    assert filled(TEXT) == TEXT, "run `just docs`"


def test_a_page_can_be_written_again(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- fields: Cue -->\nold\n<!-- end -->\nb\n")
    main(page)
    assert "old" not in page.read_text()
    assert "| `for` | text |  | the player (default: all players) |" in page.read_text()
    assert page.read_text().startswith("a\n<!-- fields: Cue -->\n| field")


def test_every_field_and_operation_is_on_the_page() -> None:
    for model in (Piece, Movement):
        assert all(
            f"| `{info.alias or name}` |" in TEXT for name, info in model.model_fields.items()
        )
    assert all(f"\n### {name}\n" in TEXT for name in OPS.names())


def test_links_within_the_page_lead_somewhere() -> None:
    headings = re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#(.*?)\)", TEXT)) <= anchors


def test_the_example_of_everything_loads(project: Project) -> None:
    for text in EXAMPLES[:2]:
        path = text.split("\n")[0].removeprefix("# ")
        project.write(path, text)
    score = project.load()
    assert not score.remarks
    written = {field for field in Movement.model_fields if re.search(rf"^{field}:", TEXT, re.M)}
    assert written == set(Movement.model_fields)


@pytest.mark.parametrize("example", EXAMPLES[2:])
def test_every_example_loads(project: Project, example: str) -> None:
    if example.startswith("- "):
        example = f"parts:\n  p:\n    events:\n{textwrap.indent(example, ' ' * 6)}"
    project.piece(PIECE)
    project.movement(f'movement: fog\nlength: "5:00"\n{FOG}{example}')
    assert project.load().movements
