"""A project whose piece is lowered without anything being built."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from approx_build.plan.catalog import Catalog
from approx_build.plan.check import check
from approx_build.plan.lower import LoweredPiece, lower
from tests.space import Space

TODAY = date(2026, 5, 1)

Lower = Callable[[], LoweredPiece]


@pytest.fixture
def catalog(project: Space) -> Catalog:
    """What the project has."""
    return Catalog(project.root, TODAY)


@pytest.fixture
def lowered(project: Space) -> Lower:
    """Lowers the piece as it is now."""

    def now() -> LoweredPiece:
        return lower(check(project.root / "pieces/tide.yaml", Catalog(project.root, TODAY)))

    return now
