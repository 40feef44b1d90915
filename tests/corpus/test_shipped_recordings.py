"""The recordings that come with the project: what they are stated to be, measured."""

import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from scipy.signal import spectrogram

from approx_build.corpus.consent_record import read_consent

CORPORA = Path(__file__).parents[2] / "models" / "corpora"
MINUTES = {"squeezebox": 8, "struck": 6, "hall": 6}
SOFT = {"squeezebox/breaths", "squeezebox/chorale-soft"}
RECORDINGS = sorted(
    f"{path.parent.name}/{path.stem}"
    for corpus in MINUTES
    for path in (CORPORA / corpus).glob("*.flac")
)
NEEDED = (
    Path("/usr/bin/fluidsynth"),
    Path("/usr/share/sounds/sf2/FluidR3_GM.sf2"),
    Path("/usr/share/sonic-pi/samples/drum_tom_lo_soft.flac"),
)
each_recording = pytest.mark.parametrize("name", RECORDINGS)


@cache
def codes(name):
    samples, rate = sf.read(CORPORA / f"{name}.flac", dtype="int16", always_2d=True)
    assert rate == 44100
    return samples


def sound(name):
    return codes(name) / 32768


def levels_dbfs(name, length=4410):
    samples = sound(name)
    frames = samples[: len(samples) // length * length].reshape(-1, length * samples.shape[1])
    return 10 * np.log10((frames**2).mean(axis=1))


@each_recording
def test_no_sample_repeats_for_five_milliseconds(name):
    for channel in codes(name).T:
        changes = np.flatnonzero(np.diff(channel.astype(np.int32)))
        runs = np.diff(np.concatenate([[-1], changes, [len(channel) - 1]]))
        assert runs.max() < 0.005 * 44100


@each_recording
def test_the_empty_room_is_heard_before_and_after_the_music(name):
    levels = levels_dbfs(name)
    assert -66 < levels[:3].mean() < -58
    assert -66 < levels.min() < -58
    assert levels[-1] < -55


@pytest.mark.parametrize("corpus", MINUTES)
def test_no_two_recordings_have_the_same_noise_of_the_empty_room(corpus):
    quiet = [sound(name)[200:1800, 0] for name in RECORDINGS if name.startswith(f"{corpus}/")]
    alike = np.corrcoef(np.diff(quiet))  # differences, for the rumble is alike by chance
    assert np.abs(alike - np.eye(len(quiet))).max() < 0.3


@each_recording
def test_the_peak_is_as_stated_and_nothing_clips(name):
    peak_dbfs = -9.0 if name in SOFT else -1.0
    assert 20 * np.log10(np.abs(sound(name)).max()) == pytest.approx(peak_dbfs, abs=0.01)


@each_recording
def test_there_is_sound_above_seven_kilohertz_while_it_plays(name):
    hertz, seconds, power = spectrogram(sound(name).mean(axis=1), 44100, nperseg=2048)
    high = power[(hertz > 7000) & (hertz < 16000)].sum(axis=0)
    assert np.quantile(high, 0.98) > 4 * np.median(high[seconds < 0.35])


@each_recording
def test_there_is_no_offset(name):
    assert np.abs(sound(name).mean(axis=0)).max() < 1e-4


@pytest.mark.parametrize(("corpus", "minutes"), MINUTES.items())
def test_a_corpus_has_its_minutes_and_its_consent_names_their_source(corpus, minutes):
    recordings = [name for name in RECORDINGS if name.startswith(f"{corpus}/")]
    assert sum(len(codes(name)) for name in recordings) > minutes * 60 * 44100
    channels = 2 if corpus == "hall" else 1
    assert {codes(name).shape[1] for name in recordings} == {channels}
    consent = read_consent(CORPORA / corpus)
    for source in consent.sources:
        assert (CORPORA / corpus / source.notice).is_file()


@pytest.mark.parametrize("name", [name for name in RECORDINGS if "/stroke-" in name])
def test_strokes_are_apart(name):
    """Between two strokes the sound falls to the level of the room, or nearly so."""
    levels = levels_dbfs(name, 441)
    rises = np.flatnonzero((levels[5:] > levels[:-5] + 12) & (levels[5:] > -45)) + 5
    onsets = rises[np.concatenate([[True], np.diff(rises) > 20])]
    assert len(onsets) >= 15
    before = np.array([levels[max(0, onset - 12) : onset].min() for onset in onsets])
    assert np.median(before) < -50


@pytest.mark.skipif(
    not all(path.exists() for path in NEEDED),
    reason="needs FluidSynth, FluidR3 and the samples of Sonic Pi",
)
@pytest.mark.parametrize("name", ["squeezebox/texture", "struck/stroke-bass-drum"])
def test_a_recording_is_made_again_byte_for_byte(name, tmp_path):
    script = CORPORA / "make_corpora.py"
    subprocess.run([sys.executable, str(script), str(tmp_path), name], check=True)
    made = (tmp_path / f"{name}.flac").read_bytes()
    assert made == (CORPORA / f"{name}.flac").read_bytes()
