from __future__ import annotations

from itertools import accumulate

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from approx_build.training.ledger.curve_analysis import (
    Behaviour,
    behaviour,
    best,
    collapsed_since,
    divergences,
    finite,
    last_third,
    rising_since,
    side_by_side,
    slope,
    trend,
    vacillation,
    value_at,
)
from approx_build.units import signed, spaced

STEPS = st.lists(st.integers(1, 500), min_size=3, max_size=40)
LOSSES = st.floats(-100, 100)


@st.composite
def curves(draw: st.DrawFn, losses: st.SearchStrategy[float] = LOSSES) -> list[tuple[float, float]]:
    """Curves of 3 to 40 points, their steps rising."""
    steps = list(accumulate(draw(STEPS)))
    found = draw(st.lists(losses, min_size=len(steps), max_size=len(steps)))
    return [(float(step), loss) for step, loss in zip(steps, found, strict=True)]


def falling(count: int = 30) -> list[tuple[float, float]]:
    return [(100.0 * n, 5.0 - 0.1 * n) for n in range(count)]


def zigzag(size: float, count: int = 30) -> list[tuple[float, float]]:
    return [(step, loss + size * (-1) ** n) for n, (step, loss) in enumerate(falling(count))]


@given(curves(), st.integers(1, 1000))
def test_what_is_reported_of_losses_does_not_depend_on_the_unit_of_steps(
    curve: list[tuple[float, float]], factor: int
) -> None:
    scaled = [(step * factor, loss) for step, loss in curve]
    assert best(scaled)[1] == best(curve)[1]
    assert vacillation(scaled) == vacillation(curve)
    assert divergences(scaled) == divergences(curve)
    before, after = slope(last_third(curve)), slope(last_third(scaled))
    assert (before is None) == (after is None)
    if before is not None and after is not None:
        assert after * factor == pytest.approx(before, rel=1e-9, abs=1e-9)


@given(curves(st.integers(-1000, 1000).map(float)), st.sampled_from([0.25, 2.0, 64.0]))
def test_vacillation_and_divergences_do_not_depend_on_the_unit_of_losses(
    curve: list[tuple[float, float]], factor: float
) -> None:
    scaled = [(step, 8 + factor * loss) for step, loss in curve]
    assert vacillation(scaled) == pytest.approx(vacillation(curve), abs=1e-12)
    assert divergences(scaled) == divergences(curve)
    assert trend(scaled) == trend(curve)


@given(curves())
def test_a_curve_that_only_falls_does_not_vacillate_or_diverge(
    curve: list[tuple[float, float]],
) -> None:
    losses = sorted((loss for _, loss in curve), reverse=True)
    fallen = [(step, loss) for (step, _), loss in zip(curve, losses, strict=True)]
    assert vacillation(fallen) == pytest.approx(0, abs=1e-9)
    assert divergences(fallen) == 0
    assert trend(fallen) in ("falls", "is level", "")


@given(curves())
def test_vacillation_is_a_share(curve: list[tuple[float, float]]) -> None:
    found = vacillation(curve)
    assert found is not None
    assert 0 <= found <= 1


@given(st.floats(0.06, 3), st.floats(0.01, 3))
def test_noise_raises_vacillation(size: float, more: float) -> None:
    quiet, loud = vacillation(zigzag(size)), vacillation(zigzag(size + more))
    assert quiet is not None
    assert loud is not None
    assert 0 < quiet < loud


@given(curves(), st.floats(-50, 50))
def test_a_line_has_its_own_slope(curve: list[tuple[float, float]], rise: float) -> None:
    line = [(step, 3 + rise * step / 1000) for step, _ in curve]
    assert slope(line) == pytest.approx(rise, rel=1e-6, abs=1e-6)


@given(st.integers(0, 29), st.floats(-1e6, 1e6))
def test_one_wild_point_hardly_turns_the_slope(place: int, loss: float) -> None:
    curve = falling()
    curve[place] = (curve[place][0], loss)
    assert slope(curve) == pytest.approx(-1.0, rel=0.02)


@given(curves())
def test_the_best_is_a_lowest_point_and_the_first_of_them(
    curve: list[tuple[float, float]],
) -> None:
    found = best(curve)
    assert found[1] == min(loss for _, loss in curve)
    assert found == next(point for point in curve if point[1] == found[1])


@given(curves())
def test_an_outbreak_is_one_divergence_more(curve: list[tuple[float, float]]) -> None:
    fallen = falling()
    last, low = fallen[-1]
    out = [(last + 100 * n, low + 20) for n in range(1, 6)]
    back = [(last + 600 + 100 * n, low - 1) for n in range(3)]
    again = [(last + 1000 + 100 * n, low + 20) for n in range(3)]
    assert divergences(fallen) == 0
    assert divergences(fallen + out) == 1
    assert divergences(fallen + out + back) == 1
    assert divergences(fallen + out + back + again) == 2


def test_a_short_rise_is_no_divergence() -> None:
    fallen = falling()
    last, low = fallen[-1]
    assert divergences([*fallen, (last + 100, low + 20), (last + 200, low + 20)]) == 0


def test_a_flat_and_noisy_loss_does_not_diverge() -> None:
    noise = [0.3, -0.5, 0.1, 0.4, -0.2, 0.5, -0.4, 0.2, -0.1, -0.3] * 5
    assert divergences([(100.0 * n, 3 + size) for n, size in enumerate(noise)]) == 0


def test_held_out_that_rises_while_training_falls_is_found_at_its_best_step() -> None:
    held_out = [(step, 4 + abs(step - 1500) / 1000) for step, _ in falling()]
    assert rising_since(falling(), held_out) == 1500
    assert rising_since(falling(), falling()) is None
    assert rising_since(held_out, held_out) is None


@given(curves())
def test_held_out_that_only_falls_never_rises(curve: list[tuple[float, float]]) -> None:
    losses = sorted((loss for _, loss in curve), reverse=True)
    fallen = [(step, loss) for (step, _), loss in zip(curve, losses, strict=True)]
    assert rising_since(falling(), fallen) is None


@given(curves(), st.integers(0, 39))
def test_what_is_no_number_is_left_out(curve: list[tuple[float, float]], place: int) -> None:
    assume(place < len(curve))
    broken = [*curve[:place], (curve[place][0], float("nan")), *curve[place:]]
    assert finite(broken) == curve
    assert behaviour(broken) == behaviour(curve)


def test_behaviour_in_words() -> None:
    calm = behaviour(falling(), falling(), "nats")
    assert calm.words == "falls steadily, −1 nats per 1 000 steps; calm; no divergence"
    held_out = [(step, 4 + abs(step - 1500) / 1000) for step, _ in falling()]
    assert behaviour(falling(), held_out).words.endswith("; held-out rises since step 1 500")
    assert behaviour(zigzag(0.2)).words.startswith("falls, ")
    assert "vacillates (0." in behaviour(zigzag(0.2)).words
    level = [(100.0 * n, max(3.0, 5 - 0.5 * n)) for n in range(30)]
    assert behaviour(level).words == "is level, 0 per 1 000 steps; calm; no divergence"
    last, low = falling()[-1]
    out = [(last + 100 * n, low + 20) for n in range(1, 6)]
    assert "; 1 divergence" in behaviour(falling() + out).words


def test_too_few_points_tell_nothing() -> None:
    assert behaviour([]) == Behaviour()
    assert behaviour([(0, 5.0)]).words == "too few points"
    assert behaviour([(0, 5.0)]).best == (0, 5.0)


def test_best_and_last_are_held_out_where_it_was_measured() -> None:
    found = behaviour([(0, 5.0), (1, 4.0)], [(0, 6.0), (1, 5.5)])
    assert found.best == found.last == (1, 5.5)


def test_long_curves_are_thinned() -> None:
    curve = [(float(n), -n / 500) for n in range(20_000)]
    assert slope(curve) == pytest.approx(-2.0)


def test_numbers_are_written_for_people() -> None:
    assert signed(-0.1234) == "−0.123"
    assert signed(-0.0) == "0"
    assert spaced(1234567) == "1 234 567"


SPREAD = st.dictionaries(
    st.integers(0, 1000), st.floats(-10, 10), min_size=1, max_size=20
).map(lambda points: [(float(step), points[step]) for step in sorted(points)])  # fmt: skip


@given(SPREAD, st.floats(0, 1000))
def test_a_value_between_points_is_that_of_numpy(
    curve: list[tuple[float, float]], place: float
) -> None:
    steps, losses = zip(*curve, strict=True)
    found = value_at(curve, place)
    assert (found is None) == (not steps[0] <= place <= steps[-1])
    if found is not None:
        assert found == pytest.approx(float(np.interp(place, steps, losses)), abs=1e-9)


@given(SPREAD, SPREAD)
def test_both_are_reported_where_both_are_known(
    first: list[tuple[float, float]], second: list[tuple[float, float]]
) -> None:
    start, stop = max(first[0][0], second[0][0]), min(first[-1][0], second[-1][0])
    rows = side_by_side(first, second, 5)
    assert bool(rows) == (start <= stop)
    for row in rows:
        assert start <= row.at <= stop
        assert row.first == value_at(first, row.at)
        assert row.second == value_at(second, row.at)
    assert [row.at for row in rows] == sorted({row.at for row in rows})


def test_a_network_of_one_sound_has_collapsed_from_where_it_stays_so() -> None:
    healthy = [(0.0, 0.01), (10.0, 0.05), (20.0, 0.8), (30.0, 0.6)]
    assert collapsed_since(healthy) is None
    assert collapsed_since([*healthy, (40.0, 0.09), (50.0, 0.0)]) == 40
    assert collapsed_since([(0.0, 0.01)]) is None, "it has learned nothing yet"
    curve = [(float(step), 1.0 / (1 + step)) for step in range(0, 60, 10)]
    found = behaviour(curve, curve, variety=[*healthy, (40.0, 0.09), (50.0, 0.0)])
    assert found.words.endswith("; collapsed since step 40: its takes are nearly all alike")
    few = behaviour([(0.0, 1.0)], variety=[(5.0, 0.0)])
    assert few.words == "too few points; collapsed since step 5: its takes are nearly all alike"
    assert "collapsed" not in behaviour(curve, curve, variety=healthy).words


def test_nothing_beside_nothing() -> None:
    assert side_by_side([], [(0.0, 1.0)]) == []
