import pytest

from tests import effort
from tests.effort import assert_costs_at_most, cpu_s, wait_until


def test_work_is_compared_with_other_work() -> None:
    little, much = (lambda: sum(range(20_000))), (lambda: sum(range(2_000_000)))
    assert_costs_at_most(5, little, much)
    with pytest.raises(AssertionError, match="are allowed"):
        assert_costs_at_most(5, much, little)
    assert cpu_s(little) > 0


def test_what_does_not_come_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    wait_until(lambda: True, "it is there")
    monkeypatch.setattr(effort, "HANG_S", 0.05)
    with pytest.raises(AssertionError, match="never came: a day without an end"):
        wait_until(lambda: False, "a day without an end")
