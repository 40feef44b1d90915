import numpy as np
import pytest

from approx_build.kernels import compiled
from approx_build.kernels.sinc import WindowedSinc

SINCS = (WindowedSinc(0.913, 1.0, 180), WindowedSinc(0.2, 0.22, 180), WindowedSinc(0.5, 1.5, 188))
ERROR = 1e-14


def places(sinc: WindowedSinc) -> np.ndarray:
    inside = np.linspace(-1.1 * sinc.half, 1.1 * sinc.half, 1237)
    return np.concatenate([inside, [0.0, -0.0, 1.0, -7.0, sinc.half, -sinc.half]])


@pytest.mark.parametrize("kernel", compiled.available())
@pytest.mark.parametrize("sinc", SINCS)
def test_every_kernel_gives_the_bits_of_the_reference(
    kernel: str, sinc: WindowedSinc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(compiled.VARIABLE, str(kernel))
    made = sinc.at(places(sinc))
    assert made.tobytes() == sinc.by_reference(places(sinc)).tobytes()


@pytest.mark.parametrize("sinc", SINCS)
def test_it_is_a_sinc_times_kaisers_window(sinc: WindowedSinc) -> None:
    at = places(sinc)
    share = np.clip(1 - (at / sinc.half) ** 2, 0, None)
    beta = 0.1102 * (sinc.db - 8.7)
    window = np.i0(beta * np.sqrt(share)) / np.i0(beta)
    true = np.where(share > 0, sinc.cut * np.sinc(sinc.cut * at) * window, 0)
    assert np.abs(sinc.at(at) - true).max() < ERROR


@pytest.mark.parametrize("sinc", SINCS)
def test_it_is_flat_and_silent_where_it_says(sinc: WindowedSinc) -> None:
    # The grid is fine enough that the short filter's stop band lies below its Nyquist frequency.
    fine = 4
    reach = int(sinc.half * fine)
    values = sinc.at(np.arange(-reach, reach + 1) / fine) / fine
    gains = np.abs(np.fft.rfft(values, 1 << 18))
    frequency = np.arange(gains.size) / (gains.size - 1) * fine
    assert np.abs(20 * np.log10(gains[frequency <= sinc.pass_])).max() < 1e-7
    assert 20 * np.log10(gains[frequency >= sinc.stop].max()) < 10 - sinc.db  # at the very edge


def test_it_keeps_the_shape_of_places() -> None:
    assert SINCS[0].at(np.zeros((3, 4, 2))).shape == (3, 4, 2)
