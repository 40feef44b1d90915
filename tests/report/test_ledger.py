import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.figures.vector import HEIGHT, WIDTH
from approx_build.report.ledger import (
    ComparisonReport,
    LedgerReport,
    Line,
    NoteReport,
    Overlay,
    RunReport,
    TableReport,
    colour,
    comparison_page,
    drawn,
    ledger_page,
)
from tests.report.test_page import Reader

EVIL = "<script>alert(1)</script>\"'&"
CURVE = [(100 * n, 5 / (n + 1)) for n in range(20)]


def run(name, text="calm", notes=()):
    cells = ((name, name), ("done", text), ("4 000", 4000.0), ("", None), (text * 9, text))
    return RunReport(name, "done", f"wavenet {text}", text, cells, {text: text}, notes, text)


def ledger(text="calm"):
    notes = (NoteReport("2026-01-01", text), NoteReport("2026-01-02", text, is_next=True))
    lines = (Line(0, f"a {text}", CURVE), Line(1, "b", CURVE[:9]), Line(2, "none", []))
    return LedgerReport(
        project=text,
        totals=(("runs", "2"), ("cost", text)),
        heads=("run", "status", "steps", text, "words"),
        runs=(run("a-00000000", text, notes), run("b-00000000", text)),
        overlays=(Overlay(text, f"Loss in {text} over steps", lines),),
        damaged=(text,),
    )


def comparison(text="calm"):
    lines = (Line(0, text, CURVE), Line(0, text, CURVE, is_quiet=True), Line(1, "b", CURVE[:9]))
    return ComparisonReport(
        first=text,
        second="b",
        verdicts=((text, text), ("b", text)),
        overlays=(Overlay(text, text, lines),),
        tables=(
            TableReport(text, ("", "first", "second"), ((text, text, text),)),
            TableReport("no rows", ("step",), ()),
        ),
    )


PAGES = (
    lambda text="calm": ledger_page(ledger(text)),
    lambda text="calm": comparison_page(comparison(text)),
)


@pytest.mark.parametrize("page", PAGES)
def test_equal_reports_give_equal_pages(page):
    assert page() == page()


@pytest.mark.parametrize("page", PAGES)
def test_text_can_never_run_or_reach_out(page):
    html = page(EVIL)
    reader = Reader(html)
    assert reader.tags.count("script") == 1
    assert EVIL not in html
    assert EVIL in "".join(reader.text)
    assert all(re.match(r"#|data:,$", link) for link in reader.links)
    assert "default-src &#39;none&#39;" in html


@pytest.mark.parametrize("page", PAGES)
def test_ids_are_there_once_and_links_find_them(page):
    reader = Reader(page())
    assert len(reader.ids) == len(set(reader.ids))
    assert {link[1:] for link in reader.links if link.startswith("#")} <= set(reader.ids)


def test_the_page_shows_every_run_and_every_note():
    text = " ".join(" ".join(Reader(ledger_page(ledger("calm"))).text).split())
    for words in ("Training runs", "a-00000000", "b-00000000", "2026-01-02 next calm", "4 000"):
        assert words in text


def test_cells_carry_what_they_are_sorted_by():
    html = ledger_page(ledger())
    assert 'data-order="4000.0"' in html
    assert 'data-order=""' in html


def test_an_empty_ledger_says_how_it_is_filled():
    html = ledger_page(LedgerReport("tide", (("runs", "0"),), ("run",), ()))
    assert "No run yet" in html


def test_a_comparison_has_its_tables():
    text = " ".join(" ".join(Reader(comparison_page(comparison())).text).split())
    assert "no rows Nothing." in text


def test_curves_without_a_point_are_not_drawn():
    assert drawn(Overlay("", "", (Line(0, "a", []),))) is None
    found = drawn(ledger().overlays[0])
    assert [line.name for line, _ in found.paths] == ["a calm", "b"]


@given(st.lists(st.floats(0.1, 1e4), min_size=1, max_size=60))
def test_every_curve_stays_inside_its_picture(losses):
    curve = [(10 * n, loss) for n, loss in enumerate(losses)]
    found = drawn(Overlay("", "", (Line(0, "a", curve),)))
    for _, path in found.paths:
        for place in path.removeprefix("M").split("L"):
            x, y = map(float, place.split())
            assert -0.1 <= x <= WIDTH + 0.1
            assert -0.1 <= y <= HEIGHT + 0.1


def test_the_first_high_losses_do_not_flatten_the_rest():
    curve = [(0, 1000.0), *((100 * n, 5 - 0.1 * n) for n in range(1, 30))]
    found = drawn(Overlay("", "", (Line(0, "a", curve),)))
    assert found.is_cut
    top, bottom = (float(found.paths[0][1].split("L")[i].split()[-1]) for i in (1, -1))
    assert bottom - top > 0.7 * HEIGHT
    assert not drawn(Overlay("", "", (Line(0, "a", curve[1:]),))).is_cut


def test_colours_come_again_dashed():
    assert colour(0) == "run-0"
    assert colour(9) == "run-1 again"
