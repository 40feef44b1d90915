"""The pages say what is so: their links lead somewhere, their examples run, their names exist."""

from __future__ import annotations

import importlib
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from approx_build.cli.app import app
from approx_build.project.piece import Piece
from approx_build.project.settings import Settings

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
OPERATION = (ROOT / "docs" / "how-to" / "add-an-operation.md").read_text(encoding="utf-8")
STORE = (ROOT / "docs" / "store.md").read_text(encoding="utf-8")

NAME = re.compile(
    rf"`((?:{'|'.join(sorted(path.stem for path in (ROOT / 'approx_build').glob('[a-z]*')))})"
    r"\.(?!(?:h|py|md|yaml|lock|html|typed)`)[a-z_]+(?:\.\w+)*)`"
)

PIECE = "score: 1\npiece: tide\nseed: 7\nmovements: [tide/1-fog.yaml]\n"

TRY_THE_OPERATION = """
# An editable install puts its own finder before the path; the copy must be found, not it.
import sys
sys.meta_path[:] = [f for f in sys.meta_path if "ScikitBuild" not in type(f).__name__]
import json
import numpy as np
from approx_build.audio.clip import Clip
from approx_build.numerics.stream import Stream
from approx_build.ops.base import OPS
from approx_build.score.json_schema import json_schema
op = OPS.get("palindrome").model_validate({"op": "palindrome", "turns": 2})
clip = Clip(np.array([[0.1, 0.2, 0.3]]), 10)
assert op.apply([clip], Stream.named("x")).data[0].tolist() == np.tile(
    np.float32([0.1, 0.2, 0.3, 0.3, 0.2, 0.1]), 2).tolist()
assert op.length([clip.length_s]) * 10 == 12
assert "palindrome" in json.dumps(json_schema())
"""


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as a web page of it has them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        where, _, anchor = link.partition("#")
        if where.startswith(("http:", "https:")):
            continue
        target = (page.parent / where).resolve() if where else page
        assert target.exists(), link
        assert not anchor or target.suffix != ".md" or anchor in anchors(target), link


def command_lines() -> list[str]:
    """Every command line of a block in docs/, once."""
    text = "".join(page.read_text(encoding="utf-8") for page in (ROOT / "docs").rglob("*.md"))
    return sorted(set(re.findall(r"^approx-build ([^#\n]+)", text, re.MULTILINE)))


@pytest.mark.parametrize("line", command_lines())
def test_every_command_of_the_docs_is_a_call_that_the_command_line_understands(line):
    words = shlex.split(line)
    command, name = get_command(app), ""
    while words and words[0] in getattr(command, "commands", {}):
        name = words.pop(0)
        command = command.commands[name]
    assert name, line
    assert command.make_context(name, words).params


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_names_of_functions_in_a_page_exist(page):
    for name in NAME.findall(page.read_text(encoding="utf-8")):
        found(f"approx_build.{name}")


def found(name: str) -> object:
    """What a dotted name stands for: a module, or a name in one, or in that."""
    parts = name.split(".")
    for count in range(len(parts), 1, -1):
        try:
            thing = importlib.import_module(".".join(parts[:count]))
        except ModuleNotFoundError:
            continue
        for part in parts[count:]:
            thing = getattr(thing, part)
        return thing
    raise AssertionError(f"there is no {name}")


def test_the_architecture_fits_in_15_kilobytes():
    assert len(ARCHITECTURE.encode()) <= 15_000


def test_the_files_that_the_architecture_names_exist():
    named = set(re.findall(r"`(\w+/[\w/]+\.py)`", ARCHITECTURE))
    assert len(named) > 15
    there = [path for path in named if not re.search(r"NAME|tide", path)]
    bases = (ROOT, ROOT / "approx_build", ROOT / "approx_build" / "families" / "wavenet")
    assert not [path for path in there if not any((base / path).exists() for base in bases)]


def test_the_index_lists_every_page():
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert pages - {"README.md"} == set(re.findall(r"\]\((?!\.\.)([^)#]+)\)", index))


@pytest.mark.parametrize("what", ["gain", "seed", "consent", "learning rate", "clip", "error"])
def test_the_architecture_walks_through_the_rooms(what: str) -> None:
    walks = ARCHITECTURE.partition("## Six walks")[2].partition("\n## ")[0]
    [walk] = re.findall(rf"^\| an? \*\*{what}\*\* \| (.+) \|$", walks, re.MULTILINE)
    assert walk.count("→") >= 2


def code_after(marker: str, page: str = ARCHITECTURE) -> str:
    """The first block of code after a text."""
    block = re.search(r"```\w+\n(.*?)```", page.partition(marker)[2], re.DOTALL)
    assert block, marker
    return block[1]


def test_the_worked_example_has_the_actions_that_are_reported(tmp_path):
    (tmp_path / "pieces" / "tide").mkdir(parents=True)
    (tmp_path / "models").symlink_to(ROOT / "models")
    (tmp_path / "pieces" / "tide.yaml").write_text(PIECE)
    movement = code_after("## How a score becomes sound")
    (tmp_path / "pieces" / "tide" / "1-fog.yaml").write_text(movement)
    graph = Piece.open(tmp_path / "pieces" / "tide.yaml", Settings()).lowered.graph
    table = ARCHITECTURE.partition("For the event above")[2].partition("**Graph to objects.**")[0]
    rows = re.findall(r"^\| (`[^|]+`) \| ([\w, ]+) \|", table, re.MULTILINE)
    told = {
        target: kind
        for targets, kinds in rows
        for target, kind in zip(re.findall(r"`([^`]+)`", targets), kinds.split(", "), strict=True)
    }
    assert len(told) == 8
    assert told == {target: graph.actions[target].kind.value for target in told}
    takes = [target for target in graph.actions if target.startswith("1-fog/takes/")]
    assert takes == ["1-fog/takes/haze/3"]


def test_a_store_holds_nothing_but_what_is_reported(rendered):
    table = STORE.partition("The store is `.approx/`")[2].partition("## How files")[0]
    cells = re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)
    told = {path.split("/")[0] for cell in cells for path in re.findall(r"`([^`]+)`", cell)}
    there = {path.name for path in (rendered.root / ".approx").iterdir()}
    assert there - {".gitignore"} <= told
    assert {"format", "objects", "records", "journal"} <= there


def test_the_example_of_an_operation_is_one_file_and_works(tmp_path):
    shutil.copytree(ROOT / "approx_build", tmp_path / "approx_build")
    operation = tmp_path / "approx_build" / "ops" / "palindrome.py"
    operation.write_text(code_after("<!-- example operation -->", OPERATION))
    command = [sys.executable, "-c", TRY_THE_OPERATION]
    done = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, check=False)
    assert done.returncode == 0


def test_decisions_are_numbered_and_short():
    paths = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    for number, path in enumerate(paths, start=1):
        text = path.read_text(encoding="utf-8")
        assert path.name.startswith(f"{number:04}-")
        assert text.startswith(f"# {number}. ")
        assert [*re.findall(r"\*\*(\w+)\.\*\*", text)] == ["Context", "Decision", "Cost"]
        assert len(text.splitlines()) <= 20


def test_every_claim_about_bits_names_the_test_that_holds_it() -> None:
    page = (ROOT / "docs" / "determinism.md").read_text(encoding="utf-8")
    tables = re.findall(r"^\|.*held by \|\n\|[-|]+\|\n((?:\|.*\n)+)", page, re.MULTILINE)
    rows = [row for table in tables for row in table.splitlines()]
    assert len(rows) > 25
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+(?:\.py)?)`?", row.split("|")[-2])
        assert named, row
        assert all((ROOT / path).exists() for path in named), row


def test_every_line_of_the_threat_model_names_tests_that_exist() -> None:
    page = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (?!what comes|-)(.+) \|$", page, re.MULTILINE)
    rows = [row for row in rows if not set(row) <= set("-|")]
    assert len(rows) > 12
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", row.split(" | ")[-1])
        assert named, row
        for path, name in named:
            assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), (path, name)
