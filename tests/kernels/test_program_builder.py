from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from approx_build.kernels.program_builder import Memory, ProgramBuilder, row_stride


@given(st.lists(st.tuples(st.integers(1, 50), st.booleans()), max_size=40))
def test_what_is_taken_at_the_same_time_does_not_overlap(wishes: list[tuple[int, bool]]) -> None:
    memory, taken = Memory(), []
    for floats, gives_back in wishes:
        at = memory.take(floats)
        assert all(at + floats <= start or end <= at for start, end in taken)
        assert at + floats <= memory.floats
        taken.append((at, at + floats))
        if gives_back:
            memory.give_back(taken.pop(len(taken) // 2)[0])


def test_what_is_given_back_is_used_again() -> None:
    builder = ProgramBuilder()
    first = builder.array(100, 8)
    builder.give_back(first)
    assert builder.array(60, 8).at == first.at
    assert builder.finished().memory_floats == first.floats


@given(st.integers(1, 5000))
def test_rows_hold_whole_vectors_and_do_not_crowd_the_cache(channels: int) -> None:
    stride = row_stride(channels)
    assert stride >= channels
    assert stride % 16 == 0
    assert stride % 128 != 0
    assert stride - channels < 32
