import librosa
import numpy as np
import pytest

from approx_build.audio.spectrum import OverlapAdd, Stft, in_bands, inverse_real_fft, real_fft
from approx_build.numerics.stream import Stream, stream_key

TOLERANCE = 1e-6
"""Of samples, full scale 1."""


def noise(length):
    return (Stream.named("noise").uniforms(length) - 0.5).astype(np.float32)


@pytest.mark.parametrize("length", [2048, 5000, 8192, 22051])
def test_frames_are_librosas(length):
    ours = Stft().forward(noise(length))
    theirs = librosa.stft(noise(length), pad_mode="constant").T
    assert ours.shape == theirs.shape
    assert ours.dtype == np.complex64
    assert np.abs(ours - theirs).max() < 1e-4  # of sums of 2048 samples


@pytest.mark.parametrize("length", [1, 2, 511, 512, 513, 2048, 22051])
@pytest.mark.parametrize("stft", [Stft(), Stft(256, 64), Stft(256, 32)])
def test_inverse_gives_the_sound_back(length, stft):
    sound = noise(length)
    back = stft.inverse(stft.forward(sound), length)
    assert back.shape == (length,)
    assert np.abs(back - sound).max() < TOLERANCE


def test_a_range_of_frames_is_that_part_of_all_frames():
    stft, sound = Stft(256, 64), noise(4000)
    whole = stft.forward(sound)
    assert (stft.forward(sound, 0, 7) == whole[:7]).all()
    assert (stft.forward(sound, 50, stft.frames(4000)) == whole[50:]).all()


@pytest.mark.parametrize("group", [1, 3, 1000])
def test_grouping_of_frames_changes_no_bit(group):
    stft, sound = Stft(256, 64), noise(4000)
    spectrum = stft.forward(sound) * np.float32(0.3)
    adder = OverlapAdd(stft, sound.size)
    for start in range(0, len(spectrum), group):
        adder.add(spectrum[start : start + group])
    assert (adder.result() == stft.inverse(spectrum, sound.size)).all()


def test_an_inverse_without_all_frames_is_refused():
    stft = Stft(256, 64)
    with pytest.raises(ValueError, match="3 frames are not all of 4000 samples"):
        stft.inverse(stft.forward(noise(4000))[:3], 4000)


@pytest.mark.parametrize(("size", "hop"), [(1000, 250), (256, 0), (256, 100), (256, 128)])
def test_a_transform_that_cannot_be_inverted_is_refused(size, hop):
    with pytest.raises(ValueError, match=f"no transform of {size} samples every {hop}"):
        Stft(size, hop)


def test_bins_that_are_missing_are_0():
    spectra = real_fft(noise(64).astype(np.float64))
    whole = np.zeros(129, np.complex128)
    whole[:33] = spectra
    assert (inverse_real_fft(spectra, 256) == inverse_real_fft(whole, 256)).all()


def test_more_bins_than_a_size_has_are_refused():
    with pytest.raises(ValueError, match="33 bins are not the spectrum of 32 samples"):
        inverse_real_fft(real_fft(noise(64)), 32)


def test_bands_are_summed_bin_by_bin() -> None:
    rng = Stream(stream_key("bands", 1))
    powers, weights = rng.uniforms(40).reshape(5, 8), rng.uniforms(24).reshape(8, 3)
    weights[weights < 0.4] = 0
    expected = [[0.0] * 3 for _ in range(5)]
    for frame in range(5):
        for band in range(3):
            for place in range(8):
                expected[frame][band] += float(powers[frame, place] * weights[place, band])
    assert in_bands(powers, weights).tolist() == expected
