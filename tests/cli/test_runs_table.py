from __future__ import annotations

from datetime import timedelta

import pytest
from rich.cells import cell_len

from approx_build.cli.runs_table import GAP, WIDEST, block, fitting, pairs
from approx_build.training.ledger import columns
from approx_build.training.ledger.columns import KEPT_BY_HAND, MORE
from approx_build.training.ledger.entry import Note, Status
from tests.training.ledgers import NOON, PRICE, done, fresh

ENTRIES = [
    done(0.1, costs=PRICE).model_copy(update={"notes": (Note(text="more air", on=NOON.date()),)}),
    done(0.2, model="a-model-with-a-rather-long-name", parent="reed-00000000"),
    fresh(),
]


@pytest.mark.parametrize("width", [40, 80, 120, 200, 400])
def test_the_columns_chosen_fit_the_width(width: int) -> None:
    chosen = fitting(ENTRIES, width)
    cells = [[column.name, *(column.text(entry) for entry in ENTRIES)] for column in chosen]
    widths = [min(WIDEST, max(map(cell_len, texts))) for texts in cells]
    assert sum(widths) + GAP * (len(widths) - 1) <= width
    assert chosen[0].name == "run"


def test_a_wider_terminal_shows_more() -> None:
    counts = [len(fitting(ENTRIES, width)) for width in (10, 60, 100, 160, 300)]
    assert counts == sorted(set(counts))


def test_a_column_that_nobody_fills_is_left_out() -> None:
    names = {column.name for column in fitting([fresh()], 400)}
    assert "cost" not in names
    assert "steps" in names


def test_every_column_kept_by_hand_is_there() -> None:
    assert [column.name for column in KEPT_BY_HAND] == [
        *("model", "performer(s)", "augmentation", "audio hours", "sample rate", "steps"),
        *("filter width", "initial filter width", "learning rate", "sample size"),
        *("silence threshold", "L2", "momentum", "optimiser", "loss behaviour", "time", "cost"),
        *("parent run", "notes and next steps"),
    ]
    names = [column.name for column in (*KEPT_BY_HAND, *MORE)]
    assert len(names) == len(set(names))


def test_a_block_has_every_column_and_fits() -> None:
    lines = block(ENTRIES[0], 60)
    assert all(cell_len(line) <= 60 for line in lines)
    text = " ".join(" ".join(lines).split())
    for told in (
        "run reed-",
        "status done",
        "performer(s) Ada",
        "audio hours 0.5 recorded, 0.4 prepared, 1.5 heard",
        "steps 1 000",
        "cost 0.50 USD",
        "falls steadily, −1 nats per 1 000 steps",
        "notes and next steps more air",
        "filter width 2 initial filter width –",
    ):
        assert told in text


def test_why_a_run_failed_is_in_its_block() -> None:
    failed = done().model_copy(update={"status": Status.FAILED, "reason": "no number"})
    assert block(failed, 80)[1:3] == [
        "status                failed",
        "                      no number",
    ]


def test_text_cannot_command_the_terminal() -> None:
    assert pairs([("a", "x\x1b[31m\ny")], 40) == ["a  x\\x1b[31m y"]


def test_a_run_long_silent_is_doubted() -> None:
    running = fresh().model_copy(update={"updated": "2026-03-01T12:00:00Z"})
    minute = timedelta(minutes=1)
    assert columns.status(running, NOON + minute) == "running"
    assert columns.brief(running, NOON + 30 * minute) == "running?"
    # A clock that was set back is no reason to believe it.
    assert columns.status(running, NOON - 30 * minute) == (
        "running? no update since 2026-03-01T12:00:00Z"
    )
    assert columns.status(done(), NOON + 30 * minute) == "done"


def test_steps_say_what_was_planned_unless_that_is_all() -> None:
    assert columns.steps(done()) == "1 000"
    assert columns.steps(fresh()) == "0 of 1 000"
