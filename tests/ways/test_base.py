"""What is asked of the registry of ways, and how the way of a take is found."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from approx_build.audio.clip import Clip
from approx_build.errors import UsageError
from approx_build.ways.base import WAYS, conditioning_of, way_of
from approx_build.ways.between import Interpolation
from approx_build.ways.extend import Extension
from approx_build.ways.inpaint import Inpainting
from approx_build.ways.prime import Prime, Priming
from approx_build.ways.vary import Variation, Vary

ONE, TWO = Clip(np.zeros((1, 4), np.float32), 8000), Clip(np.ones((1, 4), np.float32), 8000)


def conditioning(terms: dict[str, Any] | None, **sounds: Clip) -> Any:
    return conditioning_of({} if terms is None else {"derivation": terms}, sounds)


def test_terms_and_sounds_become_what_a_family_draws_from() -> None:
    primed = conditioning(None, checkpoint=TWO, prime=ONE)
    assert isinstance(primed, Priming)
    assert primed.sound is ONE
    extended = conditioning({"way": "extend"}, heard=ONE)
    assert isinstance(extended, Extension)
    assert extended.sound is ONE
    varied = conditioning({"way": "vary", "noise_level": 0.25}, heard=ONE)
    assert isinstance(varied, Variation)
    assert (varied.sound, varied.noise_level) == (ONE, 0.25)
    mended = conditioning({"way": "inpaint", "missing": [[1, 2], [3, 4]]}, heard=ONE)
    assert isinstance(mended, Inpainting)
    assert mended.missing == ((1, 2), (3, 4))
    between = conditioning({"way": "between", "place": 0.5}, first=ONE, second=TWO)
    assert isinstance(between, Interpolation)
    assert (between.first, between.second, between.place) == (ONE, TWO, 0.5)


def test_the_way_of_a_take_is_in_its_parameters_or_in_its_roles() -> None:
    assert way_of({"derivation": {"way": "vary"}}, {"checkpoint", "heard"}) is Vary
    assert way_of({}, {"checkpoint", "prime"}) is Prime
    assert way_of({}, {"checkpoint"}) is None
    assert conditioning(None, checkpoint=ONE) is None


def test_a_way_that_nobody_has_is_reported_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="unknown way 'dream'; there are: between, extend"):
        conditioning({"way": "dream"})


def test_ways_that_no_key_names_have_roles_of_their_own() -> None:
    for way in WAYS:
        others = [set(other.roles) for other in WAYS if other is not way]
        assert way.is_in_key or not any(set(way.roles) & roles for roles in others)
