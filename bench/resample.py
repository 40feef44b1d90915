"""Conversion between rates, and varispeed, against soxr VHQ: speed as a ratio, and what is added.

    python bench/resample.py [--rounds 7] [--kernels avx512 avx2 baseline] [--seconds 10 0.3]

Both convert the same noise on one thread, float32 in and out, in turns: CPU milliseconds of soxr
(its plain code, whose bits do not depend on the processor), and how many times as fast ours is: the
median over rounds with the least and the most. Plans are made anew each time, as soxr makes its.
Then a sine at 0.77 of the lower Nyquist frequency through both: its level and what was added to it.
Wants the `bench` extra.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable

import numpy as np

from approx_build.kernels import compiled, resampler
from approx_build.kernels import resampler_plan as plans

os.environ["SOXR_USE_SIMD"] = "0"
import soxr

Case = tuple[str, float, float]
RATE = 44100
CASES: list[Case] = [
    *((f"{a} to {b} Hz", a, b) for a, b in ((11025, 44100), (44100, 11025), (48000, 44100))),
    *((f"{a} to {b} Hz", a, b) for a, b in ((44100, 48000), (44100, 22050), (96000, 44100))),
    *((f"{a} to {b} Hz", a, b) for a, b in ((192000, 8000), (44100, 44101))),
    *((f"speed {speed:g}", speed, 1) for speed in (1.335, 0.749, 1.9, 0.45, 0.0625, 16.0)),
]


def plan_of(source: float, target: float) -> plans.Plan:
    return plans.at_speed(source) if target == 1 else plans.between(int(source), int(target))


def forget_plans() -> None:
    for function in (plans._rational, plans._steep, resampler._structure):
        function.cache_clear()


def ours(sound: np.ndarray, source: float, target: float) -> None:
    forget_plans()
    plan, length = plan_of(source, target), round(sound.shape[1] * target / source)
    for channel in sound:
        resampler.converted(plan, channel, length)


def theirs(sound: np.ndarray, source: float, target: float) -> None:
    for channel in sound:
        soxr.resample(channel, source, target, quality="VHQ")


def seconds_of(work: Callable[[], None], least_s: float = 0.02) -> float:
    """The least CPU time of a turn."""
    best, end = float("inf"), time.perf_counter() + least_s
    while time.perf_counter() < end or best == float("inf"):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def compare(case: Case, seconds: float, channels: int, kernels: list[str], rounds: int) -> str:
    name, source, target = case
    length = int(seconds * (source if target != 1 else RATE))
    rng = np.random.default_rng(1)
    sound = (rng.standard_normal((channels, length)) * 0.1).astype(np.float32)
    ours(sound, source, target)
    times, ratios = [], {kernel: [] for kernel in kernels}
    for _ in range(rounds):
        times.append(seconds_of(lambda: theirs(sound, source, target)))
        for kernel in kernels:
            os.environ[compiled.VARIABLE] = kernel
            ratios[kernel].append(times[-1] / seconds_of(lambda: ours(sound, source, target)))
    told = [
        f"{statistics.median(found):5.2f} ({min(found):.2f}-{max(found):.2f})"
        for found in ratios.values()
    ]
    where = f"{name:18s} {seconds:4g} s x {channels}"
    return f"{where}: {statistics.median(times) * 1e3:8.2f} ms  " + "  ".join(told)


def added_db(made: np.ndarray, frequency: float) -> tuple[float, float]:
    """The change of a sine's level, dB, and what is left without it, dB of full scale."""
    at = np.arange(made.size)
    middle = slice(made.size // 4, made.size - made.size // 4)
    waves = np.stack([np.sin(frequency * at), np.cos(frequency * at)], axis=1)[middle]
    found, *_ = np.linalg.lstsq(waves, made[middle], rcond=None)
    rest = np.sqrt(2 * np.mean((made[middle] - waves @ found) ** 2))
    return 20 * np.log10(np.hypot(*found)), 20 * np.log10(rest + 1e-16)


def quality(case: Case) -> str:
    name, source, target = case
    speed = source / target
    length = max(20_000, int(20_000 * speed))
    told = []
    for share in (0.77, 0.912):
        frequency = share * np.pi * min(1.0, 1 / speed)
        sine = np.sin(frequency * np.arange(length))
        made = resampler.converted(plan_of(source, target), sine, int(length / speed))
        other = soxr.resample(sine, source, target, quality="VHQ")
        for who, sound in (("ours", made), ("soxr", other)):
            level, rest = added_db(sound, frequency * speed)
            told.append(f"{who} {level:+.1e} dB, {rest:.0f}")
    return f"{name:18s}: {'; '.join(told)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, help="timed turns of each")
    kernels = [str(kernel) for kernel in compiled.available() if kernel != "reference"]
    parser.add_argument("--kernels", nargs="+", default=kernels, help="instruction sets")
    parser.add_argument("--seconds", nargs="+", type=float, default=[10, 0.3], help="of clips")
    options = parser.parse_args()
    print("soxr's CPU time; times as fast:", *options.kernels)
    for seconds in options.seconds:
        for channels in (1, 2):
            for case in CASES:
                told = compare(case, seconds, channels, options.kernels, options.rounds)
                print(told, flush=True)
    print("a sine at 0.77 and 0.912 of the lower Nyquist frequency: its level, and what is added")
    for case in CASES:
        print(quality(case), flush=True)


if __name__ == "__main__":
    main()
