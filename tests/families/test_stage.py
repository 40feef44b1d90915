"""A stage is what reports show of a take on its way; families with stages are tested together."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.audio.clip import Clip
from approx_build.families import base
from approx_build.families.stage import Stage


def test_a_stage_is_found_where_families_are_and_does_not_change() -> None:
    assert base.Stage is Stage
    stage = Stage(3, 0.5, 0.7, Clip(np.zeros((1, 4), np.float32), 8000))
    with pytest.raises(AttributeError):
        stage.step = 4  # type: ignore[misc]
