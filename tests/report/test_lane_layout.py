import itertools

from hypothesis import given
from hypothesis import strategies as st

from approx_build.report.lane_layout import lanes

SPANS = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), max_size=30).map(
    lambda spans: [(float(start), float(start + length)) for start, length in spans]
)


@given(SPANS)
def test_events_of_one_lane_never_overlap_and_there_are_no_more_lanes_than_needed(spans):
    placed = lanes(spans)
    for lane in set(placed):
        inside = sorted(span for span, number in zip(spans, placed, strict=True) if number == lane)
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(inside))
    most = max((sum(a <= t < b for a, b in spans) for t, _ in spans), default=0)
    assert len(set(placed)) == most


def test_a_lane_that_is_free_again_is_used_again():
    assert lanes([(0, 2), (1, 3), (2, 4), (3.5, 5)]) == [0, 1, 0, 1]
