import subprocess
import sys
from io import BytesIO

import matplotlib
import numpy as np
import pytest
from PIL import Image

from approx_build.audio.clip import Clip
from approx_build.figures.spectrogram import loss_figure, spectrogram_figure, takes_figure

CLIP = Clip(np.random.default_rng(0).normal(0, 0.1, (2, 8000)).astype(np.float32), 8000)
LOSS = {"accordionator": [(0, 5.5), (10, 3.0), (20, 2.5)], "percussionist": [(0, 5.0), (20, 2.0)]}

FIGURES = {
    "spectrogram": lambda: spectrogram_figure(CLIP, "i. fog & <mist> $x_1$", 800),
    "loss": lambda: loss_figure(LOSS, "loss", 600),
    "takes": lambda: takes_figure([("step 0", CLIP), ("step 10", CLIP)], "takes", 800),
}


@pytest.mark.parametrize("name", FIGURES)
def test_figures_are_byte_equal_and_bear_no_date(name):
    first = FIGURES[name]()
    assert first == FIGURES[name]()
    assert Image.open(BytesIO(first)).info == {}


@pytest.mark.parametrize("name", FIGURES)
def test_settings_of_the_machine_change_no_figure(name):
    usual = FIGURES[name]()
    settings = {"font.size": 20, "axes.linewidth": 4, "text.antialiased": False}
    with matplotlib.rc_context(settings):
        assert FIGURES[name]() == usual
        assert matplotlib.rcParams["font.size"] == 20


@pytest.mark.parametrize(("name", "size"), [("spectrogram", (800, 360)), ("loss", (600, 270))])
def test_figures_have_the_size_asked_for_and_show_something(name, size):
    picture = Image.open(BytesIO(FIGURES[name]()))
    assert picture.size == size
    assert len(np.unique(np.asarray(picture.convert("L")))) > 50


HOSTILE = r"cost $\nosuch{ and $more"


def test_names_may_hold_dollars_without_becoming_formulas():
    for picture in (
        spectrogram_figure(CLIP, HOSTILE, 800),
        loss_figure({HOSTILE: LOSS["accordionator"], "b": LOSS["percussionist"]}, HOSTILE),
        takes_figure([(HOSTILE, CLIP)], HOSTILE, 800),
    ):
        Image.open(BytesIO(picture)).verify()


def test_figures_do_not_import_pyplot_and_the_module_not_matplotlib():
    code = (
        "import sys, numpy as np\n"
        "from approx_build.figures import spectrogram\n"
        "assert 'matplotlib' not in sys.modules\n"
        "spectrogram.loss_figure({'a': [(0, 1), (1, 0)]})\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
