"""A small project for commands that need one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.space import Space
from tests.space import project as small_project


@pytest.fixture
def project(tmp_path: Path) -> Space:
    """The small project; its network is not trained."""
    return small_project(tmp_path / "project")
