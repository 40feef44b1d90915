import numpy as np

from approx_build.figures.png import GROUND, colours, gradient


def test_lightness_rises_from_the_ground():
    table = colours(64).astype(float)
    lightness = table @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(lightness) > 0).all()
    assert "#" + colours(64)[0].tobytes().hex() == GROUND


def test_the_gradient_has_the_same_ends():
    assert gradient().startswith(f"linear-gradient(to right, {GROUND}")
    assert gradient().endswith("#" + colours(9)[-1].tobytes().hex() + ")")
