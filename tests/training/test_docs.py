from __future__ import annotations

import re
from pathlib import Path

import pytest

from approx_build.families.base import FAMILIES
from approx_build.training.docs import built_in, filled, main, schemas
from approx_build.training.model import ModelSpec, load_model
from approx_build.training.parameters import TrainingParameters
from tests.families.duel.family import Duel

PAGE = Path(__file__).parents[2] / "docs" / "training.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_page_is_up_to_date() -> None:
    assert filled(TEXT) == TEXT, "run `just docs`"


def test_a_page_can_be_written_again(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- fields: Gaps -->\nstale\n<!-- end -->\nb\n")
    main(page)
    assert "stale" not in page.read_text()
    assert "| `keep_s` | number, 0 to 60 | `0.2` |" in page.read_text()


def test_every_section_is_on_the_page() -> None:
    told = set(re.findall(r"<!-- fields: ([\w.-]+) -->", TEXT))
    of_families = {name for name in schemas() if "." in name}
    # The controls of a family are on the page of the family.
    of_controls = {
        name
        for family in FAMILIES
        for name in family.sampling_model.model_json_schema().get("$defs", {})
    }
    elsewhere = {"Sampling", "Precision"} | of_families | of_controls
    assert set(schemas()) - elsewhere <= told
    for model in (ModelSpec, TrainingParameters):
        assert all(f"| `{name}` |" in TEXT for name in model.model_fields)


def test_the_objective_of_every_family_that_comes_along_is_on_the_page() -> None:
    assert [name for name in built_in() if f"**`{name}`**: " in TEXT] == built_in() != []


def test_the_example_loads(tmp_path: Path) -> None:
    example, _ = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    path = tmp_path / "cellist.yaml"
    path.write_text(example)
    model = load_model(path)
    written = {name for name in ModelSpec.model_fields if re.search(rf"^{name}:", example, re.M)}
    assert written == set(ModelSpec.model_fields)
    assert model.kept_steps == (0, 30, 100, 300, 1000, 2000, 3000, 4000)


def test_the_example_of_players_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FAMILIES._loaded, "duel", Duel)
    _, example = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    path = tmp_path / "fight.yaml"
    head = "model: fight\nfamily: duel\ncorpus: tones\nnetwork: {}\nobjective: { alone: true }\n"
    path.write_text(head + example.replace("adversarial:", "duel:"))
    training = load_model(path).training
    players = dict(training.players)  # type: ignore[attr-defined]
    assert players["critic"].optimizer == players["generator"].optimizer == training.optimizer
    assert (players["critic"].turns, players["generator"].turns) == (5, 1)


def test_links_within_the_page_lead_somewhere() -> None:
    headings = re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#(.*?)\)", TEXT)) <= anchors
