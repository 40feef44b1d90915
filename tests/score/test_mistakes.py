"""What is said about each mistake of the list, where, and what `check --fix` makes of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.score.mistakes import PAGE, Mistake, Project, mistakes, page, project

EVERY = mistakes()
IN_SCORES = [mistake for mistake in EVERY if not mistake.command]


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project in which each test makes its mistake."""
    with project(tmp_path_factory.mktemp("mistakes")) as made:
        yield made


@pytest.mark.parametrize("mistake", EVERY, ids=lambda mistake: mistake.name)
def test_the_right_advice_is_given_at_the_right_place(mistake: Mistake, there: Project) -> None:
    there.make(mistake)
    assert there.said(mistake) == mistake.says
    if not mistake.command:
        [fault] = there.faults()
        where = fault.where
        assert (where.path, (where.line, where.column)) == (mistake.path, mistake.place)


@pytest.mark.parametrize("mistake", IN_SCORES, ids=lambda mistake: mistake.name)
def test_only_what_is_certain_is_corrected(mistake: Mistake, there: Project) -> None:
    there.make(mistake)
    before = there.texts()
    made = there.fix()
    assert bool(made) == mistake.is_fixed
    assert (there.texts() == before) == (not mistake.is_fixed)
    assert bool(there.faults()) == (not mistake.is_fixed)
    after = there.texts()
    assert there.fix() == 0
    assert there.texts() == after


def test_the_project_has_no_fault_without_a_mistake(there: Project) -> None:
    there.make(Mistake("", "none", "", command="check tide"))
    assert there.faults() == ()
    before = there.texts()
    assert there.fix() == 0
    assert there.texts() == before


def test_the_list_has_a_hundred_mistakes_of_different_names() -> None:
    assert len({mistake.name for mistake in EVERY}) == len(EVERY) >= 100


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.score.mistakes"
