"""Controls: curves within bounds, with breakpoints in order."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from approx_build.families.ddsp.sampling import Sampling


@pytest.mark.parametrize(
    ("controls", "words"),
    [
        ({"pitch_hz": [[0, 220], [0, 440]]}, "pitch_hz: breakpoints must follow each other"),
        ({"loudness_db": [[1, -20], [0.5, -20]]}, "loudness_db: breakpoints must follow"),
        ({"pitch_hz": 0.5}, "greater than or equal to 1"),
        ({"loudness_db": []}, "at least 1"),
    ],
)
def test_curves_are_within_bounds_and_in_order(controls: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Sampling.model_validate(controls)
