from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.files.patterns import is_pattern, matches, matching

LETTERS = st.text("ab*?", max_size=8)


@given(st.text("ab", max_size=8), LETTERS)
def test_stars_and_question_marks_match_as_in_a_shell(name, pattern):
    assert matches(name, pattern) == fnmatchcase(name, pattern)


def test_brackets_are_themselves():
    assert matches("take [2]", "take [2]")
    assert not matches("take 2", "take [2]")
    assert matches("take [2]", "take [*]")
    assert not is_pattern("take [2]")


def test_a_name_with_a_question_mark_is_itself_before_it_is_a_pattern():
    assert matching("what?", ["what?", "whats"]) == ["what?"]
    assert matching("what?", ["whats", "whata", "what"]) == ["whata", "whats"]


@pytest.mark.parametrize("pattern", ["*a" * 60, "*" * 200 + "b"])
def test_a_pattern_of_many_stars_takes_no_time(pattern):
    assert not matches("a" * 5000 + "c", pattern)
