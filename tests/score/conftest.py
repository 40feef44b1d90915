from __future__ import annotations

from pathlib import Path

import pytest

from tests.score.scores import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project whose piece lists one movement, which the test writes."""
    return Project(tmp_path)
