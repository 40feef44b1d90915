"""What came of a build, raised when something failed."""

from __future__ import annotations

import pytest

from approx_build.errors import BuildError, Location
from approx_build.execution.result import Built
from approx_build.execution.work import Failure


def test_a_good_build_raises_nothing() -> None:
    Built().check()


def test_every_failure_is_reported_with_its_place() -> None:
    built = Built(
        failures=[Failure("a", "no", Location("x.yaml", 1, 2)), Failure("b", "bug", trace="T\n")]
    )
    with pytest.raises(BuildError) as caught:
        built.check()
    assert str(caught.value) == "2 actions failed:\nx.yaml:1:2: a: no\nb: bug\nT"
