from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from approx_build.cli.runs_table import block
from approx_build.project.runs import table
from approx_build.report.ledger import ledger_page
from approx_build.report.runs import ledger_report, overlays
from approx_build.training.ledger.columns import as_data
from approx_build.training.ledger.entry import LedgerEntry
from approx_build.training.ledger.ledger import Ledger, read_ledger
from tests.training.ledgers import NOON, PRICE, done, fresh

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-10, 10**20) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@given(st.sampled_from(sorted(LedgerEntry.model_fields)), JSON)
def test_an_entry_that_was_edited_by_hand_is_reported_of_or_named(name: str, value: object) -> None:
    plain = json.loads(done(costs=PRICE).model_dump_json()) | {name: value}
    with TemporaryDirectory() as folder:
        path = Path(folder, f"{plain['run'] if name != 'run' else done().run}.json")
        path.write_text(json.dumps(plain))
        ledger = read_ledger(Path(folder))
        assert len(ledger.entries) + len(ledger.damaged) == 1
        for entry in ledger.entries:
            assert len(block(entry, 80)) > 2
            assert table([entry])
            assert as_data(entry)
            assert ledger_page(ledger_report("tide", ledger, NOON))


def test_losses_of_one_kind_are_drawn_over_each_other() -> None:
    noisy = done(0.02).model_copy(update={"family": "dance-diffusion", "loss_unit": "squares"})
    found = overlays([done(), fresh(0.5), noisy, done(0.03)])
    assert [[line.place for line in one.lines] for one in found] == [[2], [0, 3]]
    assert found[0].caption == "Held-out loss in squares over steps"


def test_cells_are_sorted_by_numbers_and_not_by_their_words() -> None:
    page = ledger_report("tide", Ledger((done(costs=PRICE),)), NOON)
    cells = dict(zip(page.heads, page.runs[0].cells, strict=True))
    assert cells["steps"] == ("1 000", 1000.0)
    assert cells["time"] == ("8.33 min", 500.0)
    assert cells["cost"] == ("0.50 USD", 0.5)
    assert cells["parent run"] == ("", None)
    assert dict(page.totals)["cost"] == "0.50 USD"
