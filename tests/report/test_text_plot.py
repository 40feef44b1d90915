from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from approx_build.report.text_plot import plot

CURVES = st.lists(st.floats(-100, 100), min_size=2, max_size=50).map(
    lambda losses: [(10.0 * n, loss) for n, loss in enumerate(losses)]
)


@given(CURVES, st.integers(12, 80), st.integers(2, 8))
def test_a_plot_has_the_size_that_was_asked_for(
    curve: list[tuple[float, float]], width: int, height: int
) -> None:
    *rows, below = plot(curve, width, height)
    assert len(rows) == height
    drawn = [row.partition("│")[2] for row in rows]
    assert max(map(len, drawn)) == width
    assert drawn[-1].strip() == drawn[-1]
    assert " " not in drawn[-1]
    assert f"step {curve[-1][0]:.0f}" in below


def test_a_falling_loss_falls() -> None:
    assert plot([(0, 4.0), (50, 2.0), (100, 0.0)], 5, 2) == [
        "4 │█▄▁",
        "0 │███▅▁",
        "   0 step 100",
    ]


def test_a_level_loss_is_a_line() -> None:
    assert plot([(0, 1.0), (9, 1.0)], 8, 2)[1] == "1 │▁▁▁▁▁▁▁▁"


def test_a_point_is_no_plot() -> None:
    assert plot([]) == []
    assert plot([(3, 1.0)]) == []
    assert plot([(3, 1.0), (3, 2.0)]) == []
