"""`runs`: the ledger of training runs, on the command line."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from approx_build.training.ledger.entry import Audio, LedgerEntry, Status
from approx_build.training.ledger.ledger import write_entry
from approx_build.training.ledger.lifecycle import begin, finish, update
from tests.space import Space
from tests.training.ledgers import CURVE, NOON, PRICE, done, fresh, session

LEDGER = Path("models/ledger")
SLOW = 0.003


def failed() -> LedgerEntry:
    entry = begin(fresh(SLOW, number=2, costs=PRICE, parent="reed-00000000"), session(threads=4))
    entry = update(entry, 400, 300.0, NOON, CURVE[:5], [], 0.3)
    return finish(entry, Status.FAILED, NOON, "the loss of step 401 is nan")


FIRST, SECOND = done(costs=PRICE), failed()
OTHER = done(model="drum", number=3, audio=Audio())


@pytest.fixture
def ledger(tmp_path: Path) -> Space:
    """A project with three runs and nothing else."""
    space = Space(tmp_path / "zoë's project")
    for entry in (FIRST, SECOND, OTHER):
        write_entry(space.root / LEDGER, entry)
    return space


def test_runs_are_listed_in_80_columns(ledger: Space) -> None:
    lines = ledger.run("runs").out.splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert lines[0].split()[:3] == ["run", "status", "steps"]
    assert [line.split()[:2] for line in lines[1:]] == [
        [FIRST.run, "done"],
        [SECOND.run, "failed"],
        [OTHER.run, "done"],
    ]
    assert "0.50 USD" in lines[1]
    assert "400/1 000" in lines[2]
    assert ledger.run("runs", "list").out.splitlines() == lines


def test_a_wide_terminal_shows_more_columns(ledger: Space) -> None:
    head = ledger.run("runs", COLUMNS="200").out.splitlines()[0]
    assert "learning rate" in head
    assert "parent run" in head


def test_runs_of_one_model(ledger: Space) -> None:
    assert ledger.run("runs", "list", "--model", "drum").out.count("drum-") == 1
    assert len(ledger.run("runs", "--model", "reed").out.splitlines()) == 3
    none = ledger.run("runs", "--model", "oboe").out
    assert none == "the ledger has no run of 'oboe' yet; `approx-build train` adds runs\n"


def test_a_project_without_a_ledger_says_how_one_is_made(project_only: Space) -> None:
    said = "the ledger has no run yet; `approx-build train` adds runs\n"
    assert project_only.run("runs").out == said
    assert json.loads(project_only.run("runs", "--json").out) == {"runs": [], "damaged": []}
    error = project_only.fails("runs", "show", "reed", code=2)
    assert error.startswith("approx-build: models/ledger/ has no run yet")


@pytest.fixture
def project_only(tmp_path: Path) -> Space:
    """A project without a ledger."""
    (tmp_path / "project" / "models").mkdir(parents=True)
    return Space(tmp_path / "project")


def test_every_column_of_every_run(ledger: Space) -> None:
    blocks = ledger.run("runs", "--all").out.split("\n\n")
    assert len(blocks) == 3
    assert all("silence threshold" in block for block in blocks)
    assert all(len(line) <= 80 for block in blocks for line in block.splitlines())


def test_a_run_is_shown_with_all_that_is_known_of_it(ledger: Space) -> None:
    ledger.run("runs", "note", SECOND.run, "it screamed")
    out = ledger.run("runs", "show", SECOND.run.rpartition("-")[2][:5]).out
    for told in (
        f"run                   {SECOND.run}\n",
        "failed\n                      the loss of step 401 is nan",
        "held-out loss, nats\n",
        "training.optimizer.learning_rate  0.003",
        "2026-03-01T12:00:00Z  steps 0 to 400, 5 min, cpu, 4 threads",
        "it screamed",
        "reed-00000000",
    ):
        assert told in out
    found = json.loads(ledger.run("runs", "show", SECOND.run, "--json").out)
    assert found["behaviour"]["best"] == {"step": 400, "loss": pytest.approx(4.8)}
    assert found["cost"] == "0.30"
    assert found["notes"][0]["text"] == "it screamed"
    assert found["manifest"] == SECOND.manifest


def test_notes_are_kept_and_marked(ledger: Space) -> None:
    assert ledger.run("runs", "note", "drum", "too dry").out == f"{OTHER.run}: noted\n"
    said = ledger.run("runs", "note", "drum", "more room", "--next").out
    assert said == f"{OTHER.run}: noted as a next step\n"
    rows = json.loads(ledger.run("runs", "--json", "--model", "drum").out)["runs"]
    assert [(one["kind"], one["text"]) for one in rows[0]["notes"]] == [
        ("note", "too dry"),
        ("next", "more room"),
    ]
    assert "too dry · next: more room" in ledger.run("runs", "--all", "--model", "drum").out
    assert "a note needs text" in ledger.fails("runs", "note", "drum", "  ", code=2)
    assert "at most 10000" in ledger.fails("runs", "note", "drum", "x" * 10_001, code=2)


def test_two_runs_are_compared(ledger: Space) -> None:
    out = ledger.run("runs", "compare", FIRST.run, SECOND.run).out
    lines = [line.split() for line in out.splitlines()]
    assert ["training.optimizer.learning_rate", "0.01", "0.003"] in lines
    assert ["where.threads", "1", "4"] in lines
    assert ["parent", "–", "reed-00000000"] in lines
    assert ["400", "4.8", "4.8"] in lines
    page = f"renders/ledger/{FIRST.run}-{SECOND.run}.html"
    assert lines[-1] == [page]
    assert "At equal times" in (ledger.root / page).read_text(encoding="utf-8")
    found = json.loads(ledger.run("runs", "compare", FIRST.run, SECOND.run, "--json").out)
    fields = {one["field"]: (one["first"], one["second"]) for one in found["differences"]}
    assert fields["training.optimizer.learning_rate"] == (0.01, 0.003)
    assert fields["where.torch"] == ("2", None)
    # The second took 300 s for 400 steps, the first 200 s.
    last = found["equal_times"][-1]
    assert (last["seconds"], last["second"]) == (300, pytest.approx(4.8))
    assert last["first"] == pytest.approx(4.6)


def test_a_run_beside_itself_differs_in_nothing(ledger: Space) -> None:
    assert "What differs: nothing\n" in ledger.run("runs", "compare", "drum", "drum").out


def test_losses_of_two_kinds_are_not_set_beside_each_other(ledger: Space) -> None:
    sections = {"network": {"family": "dance-diffusion", "sample_rate": 48000}}
    entry = done(model="breath", sections=sections, loss_unit="squares", number=4)
    write_entry(ledger.root / LEDGER, entry)
    out = ledger.run("runs", "compare", "drum", "breath").out
    remark = "their losses are of two kinds (wavenet, nats; dance-diffusion, squares)"
    assert remark in out
    assert "At equal" not in out
    page = (ledger.root / out.splitlines()[-1]).read_text(encoding="utf-8")
    assert remark in page
    found = json.loads(ledger.run("runs", "compare", "drum", "breath", "--json").out)
    assert found["equal_steps"] == found["equal_times"] == []


def test_the_ledger_is_exported(ledger: Space) -> None:
    ledger.run("runs", "note", "drum", "=1+1")
    assert ledger.run("runs", "export", "--csv", "out/runs.csv").out == "out/runs.csv\n"
    content = (ledger.root / "out/runs.csv").read_bytes()
    assert content.decode() == ledger.run("runs", "export").out
    rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    assert [row["run"] for row in rows] == [FIRST.run, SECOND.run, OTHER.run]
    assert rows[2]["notes and next steps"] == "'=1+1"
    assert ledger.run("runs", "export", "--model", "drum").out.count("\r\n") == 2


def test_the_ledger_is_a_page(ledger: Space) -> None:
    assert ledger.run("runs", "page").out == "renders/ledger/index.html\n"
    html = (ledger.root / "renders/ledger/index.html").read_text(encoding="utf-8")
    assert all(entry.run in html for entry in (FIRST, SECOND, OTHER))
    assert "0.80 USD" in html
    assert ledger.run("runs", "page", "--out", "elsewhere").out == "elsewhere/ledger/index.html\n"
    assert (ledger.root / "elsewhere/ledger/index.html").read_text(encoding="utf-8") == html


def test_a_damaged_entry_is_named_and_the_others_are_shown(ledger: Space) -> None:
    ledger.write(f"{LEDGER}/{OTHER.run}.json", "{")
    for words in (["runs"], ["runs", "export"], ["runs", "page"], ["runs", "--json"]):
        outcome = ledger.run(*words, code=1)
        assert outcome.err.startswith(f"{LEDGER}/{OTHER.run}.json: not an entry of the ledger (")
    assert FIRST.run in ledger.run("runs", code=1).out
    assert FIRST.run in ledger.run("runs", "show", FIRST.run).out


def test_a_run_that_is_not_there_is_refused(ledger: Space) -> None:
    assert "did you mean" in ledger.fails("runs", "show", f"{FIRST.run}x", code=2)
    assert "; write more of it" in ledger.fails("runs", "compare", "reed", "drum", code=2)


def test_the_project_is_found_from_a_folder_in_it(ledger: Space) -> None:
    (ledger.root / "pieces").mkdir()
    assert FIRST.run in Space(ledger.root / "pieces").run("runs").out


def test_a_file_in_the_way_of_a_page_is_reported_plainly(ledger: Space) -> None:
    ledger.write("renders", "a file")
    assert "is a file, but must be a folder" in ledger.fails("runs", "page")
