"""Clips from DanceDiffusion, drawn whole, beside diffusers' pipeline: seconds and memory.

    python bench/diffusion.py                            everything: some minutes
    python bench/diffusion.py --networks small --threads 1 --repeats 3 --steps 20

The same weights, noise to begin with, sampler (iPLMS), levels (crash) and number of steps; one
clip a turn. Each contender lives in a fresh process of its own, and they take turns; seconds are
medians of `--repeats` turns, ratios those of neighbouring turns (least, median, most), by the
clock and in CPU seconds over all threads. Memory is the most that a process had resident: what
its imports took, and what drawing took besides. On a machine that does other work CPU seconds tell
more, if PyTorch's waiting threads rest: OMP_WAIT_POLICY=passive is set unless it is set already.

diffusers' first step takes the sound for silence, ours for what the network says it is. So clips
are compared twice: as they are, and with that first step in both.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Clips = Callable[[bool], Floats]
"""Draws a clip [C, T]; told whether to begin with diffusers' first step."""

KEY = "5" * 32


@dataclass(frozen=True)
class Job:
    """What is drawn: a network, and how."""

    network: dict[str, Any]
    threads: int
    steps: int
    kernel: str | None


NETWORKS = {
    "small": {
        "sample_rate": 11025,
        "sound_channels": 1,
        "window": 16384,
        "depth": 9,
        "level_channels": (32, 32, *(64,) * 7),
        "attention_levels": 3,
    },
    "larger": {
        "sample_rate": 22050,
        "sound_channels": 2,
        "window": 65536,
        "depth": 8,
        "level_channels": (64, 64, 128, 128, *(224,) * 4),
        "attention_levels": 3,
    },
}


def noise_of(job: Job) -> Floats:
    """The noise that our takes begin with [1, C, T]."""
    from approx_build.engines.diffusion.solver import latents
    from approx_build.numerics.stream import Stream

    stream = Stream(KEY).child("window", 0)
    return latents([stream], job.network["sound_channels"], job.network["window"])


def ours(job: Job, say: Callable[[object], None]) -> Clips:
    """Takes as a build draws them, but for the number of threads."""
    from random_unet import random_weights

    from approx_build.engines.diffusion.overlapping_windows import inside
    from approx_build.engines.diffusion.parameterisation import Sound
    from approx_build.families.dance_diffusion.draw import draw
    from approx_build.families.dance_diffusion.family import DanceDiffusion
    from approx_build.families.dance_diffusion.sampling import Sampling
    from approx_build.families.dance_diffusion.unet import forward, prepare
    from approx_build.families.take_request import TakeRequest
    from approx_build.machine import peak_bytes

    say(peak_bytes())
    network = DanceDiffusion.model_validate(job.network)
    weights = random_weights(network.shape)
    ready = prepare(weights, network.shape, job.kernel)
    takes = [TakeRequest(inside(network.window), KEY, Sampling(steps=job.steps))]

    def clip(begins_as_theirs: bool) -> Floats:
        def velocity(x: Sound, time: float) -> Sound:
            if begins_as_theirs and time == 1.0:
                return np.zeros_like(x)
            return forward(ready, x, np.full(len(x), time), job.threads)

        return draw(network, weights, takes, velocity=velocity)[0].data

    return clip


def theirs(job: Job, say: Callable[[object], None]) -> Clips:
    """diffusers' pipeline, given our noise; its clips without the margins of a window."""
    import torch
    from diffusers import logging
    from diffusers.pipelines.deprecated.dance_diffusion import (
        pipeline_dance_diffusion as deprecated,
    )
    from diffusers.schedulers.scheduling_ipndm import IPNDMScheduler
    from eager_unet import eager_unet
    from random_unet import random_weights

    from approx_build.engines.diffusion.overlapping_windows import without_margins
    from approx_build.families.dance_diffusion.unet_weights import UNetShape
    from approx_build.machine import peak_bytes

    say(peak_bytes())
    logging.set_verbosity_error()  # it says that it is deprecated
    torch.set_num_threads(job.threads)
    given = job.network
    shape = UNetShape(
        given["sound_channels"],
        given["level_channels"][: given["depth"]],
        given["attention_levels"],
    )
    network = eager_unet(shape, random_weights(shape))
    network.register_to_config(sample_size=given["window"], sample_rate=given["sample_rate"])
    pipeline = deprecated.DanceDiffusionPipeline(network, IPNDMScheduler())
    pipeline.set_progress_bar_config(disable=True)
    noise = noise_of(job)
    deprecated.randn_tensor = lambda *_, **__: torch.from_numpy(noise.copy())

    def clip(_: bool) -> Floats:
        audio: Floats = pipeline(num_inference_steps=job.steps).audios[0]
        return without_margins(audio, given["window"])

    return clip


def serve(pipe: Connection, contender: Callable[..., Clips], job: Job) -> None:
    """Say what imports take, then for each question a clip, its seconds, and the most memory."""
    from approx_build.machine import peak_bytes

    clip = contender(job, pipe.send)
    while True:
        try:
            begins_as_theirs = pipe.recv()
        except EOFError:
            return
        started, cpu_started = perf_counter(), process_time()
        drawn = clip(begins_as_theirs)
        seconds, cpu_seconds = perf_counter() - started, process_time() - cpu_started
        pipe.send((drawn, cpu_seconds, seconds, peak_bytes()))


class Contender:
    """A process that draws clips when it is asked."""

    def __init__(self, contender: Callable[..., Clips], job: Job) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=serve, args=(other, contender, job), daemon=True)
        self._process.start()
        other.close()
        self.imports: int = self._pipe.recv()
        self.seconds: list[tuple[float, float]] = []
        self.peak = 0

    def clip(self, begins_as_theirs: bool = False, is_timed: bool = True) -> Floats:
        """The next clip [C, T]."""
        self._pipe.send(begins_as_theirs)
        drawn, cpu_seconds, seconds, self.peak = self._pipe.recv()
        if is_timed:
            self.seconds.append((cpu_seconds, seconds))
        return drawn

    def end(self) -> None:
        self._pipe.close()
        self._process.join()


def rows(name: str, job: Job, repeats: int) -> str:
    """What one network and number of threads came to."""
    own, other = Contender(ours, job), Contender(theirs, job)
    as_they_are = difference(own.clip(is_timed=False), other.clip(is_timed=False))
    alike = difference(own.clip(begins_as_theirs=True, is_timed=False), other.clip(is_timed=False))
    for _ in range(repeats):
        other.clip()
        own.clip()
    own.end()
    other.end()
    told = [f"{name:8} | {job.threads:7} | {job.steps:5}"]
    for place in range(2):
        mine, yours = ([one[place] for one in each.seconds] for each in (own, other))
        ratios = sorted(a / b for a, b in zip(yours, mine, strict=True))
        told.append(f"{median(mine):6.2f} {median(yours):6.2f}")
        told.append(f"{ratios[0]:5.2f} {median(ratios):5.2f} {ratios[-1]:5.2f}")
    told += [
        f"{each.imports / 1e6:4.0f} + {(each.peak - each.imports) / 1e6:5.0f}"
        for each in (own, other)
    ]
    return " | ".join([*told, f"{as_they_are:.0e} {alike:.0e}"])


def difference(one: Floats, other: Floats) -> float:
    return float(np.abs(one - other).max())


HEAD = (
    "network  | threads | steps | CPU s: us, diff. | ratio           | wall s: us, diff. | ratio"
    "           | MB: ours    | diffusers'  | difference"
)


def main() -> None:
    asks = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    asks.add_argument("--networks", nargs="+", default=list(NETWORKS), choices=NETWORKS)
    asks.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    asks.add_argument("--steps", type=int, default=50)
    asks.add_argument("--repeats", type=int, default=5)
    asks.add_argument("--kernel", default=None, help="avx512, avx2 or baseline")
    options = asks.parse_args()
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    from approx_build.kernels import compiled

    kernel = compiled.choose(options.kernel, many_rows=True)
    print(f"kernel {kernel}, load {os.getloadavg()[0]:.1f}\n{HEAD}", flush=True)
    for name in options.networks:
        for threads in options.threads:
            job = Job(NETWORKS[name], threads, options.steps, kernel)
            print(rows(name, job, options.repeats), flush=True)


if __name__ == "__main__":
    main()
