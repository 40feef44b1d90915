from __future__ import annotations

import numpy as np
import pytest

from approx_build.audio.clip import Clip
from approx_build.errors import ModelError
from approx_build.families.conditioning import (
    Extension,
    Inpainting,
    Interpolation,
    Variation,
    derivation,
)

ONE, TWO = Clip(np.zeros((1, 4), np.float32), 8000), Clip(np.ones((1, 4), np.float32), 8000)


def test_terms_and_sounds_become_a_derivation() -> None:
    extended = derivation({"way": "extend"}, {"heard": ONE})
    assert isinstance(extended, Extension)
    assert extended.sound is ONE
    varied = derivation({"way": "vary", "noise_level": 0.25}, {"heard": ONE})
    assert isinstance(varied, Variation)
    assert (varied.sound, varied.noise_level) == (ONE, 0.25)
    mended = derivation({"way": "inpaint", "missing": [[1, 2], [3, 4]]}, {"heard": ONE})
    assert isinstance(mended, Inpainting)
    assert mended.missing == ((1, 2), (3, 4))
    between = derivation({"way": "between", "place": 0.5}, {"first": ONE, "second": TWO})
    assert isinstance(between, Interpolation)
    assert (between.first, between.second, between.place) == (ONE, TWO, 0.5)


def test_a_way_that_nobody_knows_is_said() -> None:
    with pytest.raises(ModelError, match="there is no way 'dream' to make a take"):
        derivation({"way": "dream"}, {})
