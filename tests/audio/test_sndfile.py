import os
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from approx_build.audio import sndfile
from approx_build.errors import AudioError

DATA = np.random.default_rng(0).uniform(-1, 1, (1000, 2))


@pytest.mark.parametrize(("kind", "bits"), [("PCM_S8", 8), ("PCM_16", 16), ("PCM_24", 24)])
def test_integers_come_as_they_are_stored(tmp_path, kind, bits):
    soundfile.write(tmp_path / "a.aiff", DATA, 8000, subtype=kind)
    found = sndfile.samples(tmp_path / "a.aiff", 10, 500)
    assert (found.dtype, found.shape) == (np.int32, (2, 490))
    assert np.abs(found / 2.0 ** (bits - 1) - DATA[10:500].T).max() <= 2.0 ** (1 - bits)
    assert sndfile.is_pcm(kind)
    assert sndfile.int_bits(kind) == bits


def test_other_codings_come_as_floats(tmp_path):
    soundfile.write(tmp_path / "a.aiff", DATA, 8000, subtype="DOUBLE")
    assert np.array_equal(sndfile.samples(tmp_path / "a.aiff", 0, 1000), DATA.T)
    assert not sndfile.is_pcm("DOUBLE")


def test_what_is_no_sound_is_refused(tmp_path):
    (tmp_path / "a.mp3").write_bytes(b"no sound " * 100)
    with (
        pytest.raises(AudioError, match="not a sound file that can be read"),
        sndfile.opened(tmp_path / "a.mp3"),
    ):
        pass


def test_an_accented_path_is_read_in_a_c_locale(tmp_path):
    path = tmp_path / "Tür" / "Glöckchen.flac"
    path.parent.mkdir()
    soundfile.write(path, DATA, 8000)
    code = "import sys; from approx_build.audio import wav; print(wav.read(sys.argv[1]).length)"
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [sys.executable, "-c", code, path],
        env={**os.environ, **plain},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "1000"), done.stderr
