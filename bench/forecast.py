"""What a training takes against what was foretold: memory and seconds, as ratios.

    python bench/forecast.py [--repeats 3] [--steps 24]

Each setting is trained in fresh processes of its own, foretold and real in turns. Memory is the
peak of the resident set beside the sum of the items that are reckoned before anything is taken;
seconds are those of the whole training beside those that a few steps foretell. Ratios are
foretold to real: medians with their range.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

SMALL = {"dilations": [1, 2, 4, 8, 16, 32, 64, 128], "residual_channels": 16}
SMALL |= {"dilation_channels": 16, "skip_channels": 64}
USUAL = {"dilations": [2**i for i in range(11)] * 2, "skip_channels": 256}
WIDE = {"dilations": [1, 2, 4, 8], "residual_channels": 256, "dilation_channels": 256}
WIDE |= {"skip_channels": 1024}
DEEP = {"dilations": [2**i for i in range(10)] * 5}
NETWORKS = {"small": SMALL, "usual": USUAL, "wide": WIDE, "deep": DEEP}
SETTINGS = [
    ("small", 2_048, 1, 1, "compiled"),
    ("small", 32_768, 2, 2, "compiled"),
    ("small", 32_768, 2, 2, "torch"),
    ("usual", 6_144, 2, 2, "compiled"),
    ("usual", 6_144, 2, 1, "torch"),
    ("usual", 6_144, 2, 2, "torch"),
    ("usual", 16_384, 1, 1, "torch"),
    ("usual", 4_096, 2, 2, "bfloat16"),
    ("wide", 2_048, 4, 2, "compiled"),
    ("wide", 2_048, 3, 1, "torch"),
    ("deep", 8_192, 4, 2, "compiled"),
]
"""Network, window, batch, threads, and what finds the gradients."""
RATE = 8000
MODEL = """\
model: m
family: wavenet
corpus: c
network: {network}
training: {training}
"""


def child(what: str, setting: list[Any], steps: int) -> dict[str, float]:
    """Foretell or do one training, in this process."""
    import numpy as np
    import soundfile as sf

    from approx_build.corpus.prepared import prepare_corpus
    from approx_build.machine import peak_bytes
    from approx_build.training.calibration import calibrated
    from approx_build.training.callbacks import Resources
    from approx_build.training.loop import train
    from approx_build.training.model import load_model

    name, window, batch, threads, how = setting
    precision = "bfloat16" if how == "bfloat16" else "float32"
    training = {"steps": steps, "window": window, "batch": batch, "precision": precision}
    network = {"sample_rate": RATE, **NETWORKS[name]}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "c").mkdir()
        sf.write(root / "c" / "a.wav", 0.3 * np.sin(np.arange(40 * RATE) * 0.1), RATE)
        told = {"evaluate_windows": 2, "held_out_s": 5.0, **training}
        text = MODEL.format(network=json.dumps(network), training=json.dumps(told))
        (root / "m.yaml").write_text(text)
        model = load_model(root / "m.yaml")
        material = prepare_corpus(root / "c", root / "w", RATE, 1, model.preparation)
        means = Resources(threads=threads)
        if what == "forecast":
            found = calibrated(model, material, means, seconds=4.0)
            left = found.remaining
            return {
                "bytes": sum(found.memory.values()),
                "measured": float(found.measured_bytes or 0),
                "seconds": left.median_s,
                "low": left.low_s,
                "high": left.high_s,
            }
        record = train(model, material, root / "out", means)
        return {"bytes": peak_bytes(), "seconds": record.seconds}


def asked(what: str, setting: tuple[Any, ...], steps: int) -> dict[str, float]:
    """The same in a process of its own."""
    command = [sys.executable, __file__, "--child", json.dumps([what, setting, steps])]
    here = os.environ | ({"APPROX_KERNEL": "reference"} if setting[-1] == "torch" else {})
    done = subprocess.run(command, env=here, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def spread(values: list[float]) -> str:
    return f"{statistics.median(values):5.2f} ({min(values):.2f} to {max(values):.2f})"


def main() -> None:
    asks = argparse.ArgumentParser(description=__doc__)
    asks.add_argument("--repeats", type=int, default=3)
    asks.add_argument("--steps", type=int, default=24)
    asks.add_argument("--child", help=argparse.SUPPRESS)
    told = asks.parse_args()
    if told.child:
        print(json.dumps(child(*json.loads(told.child))))
        return
    print("network window batch threads  MB foretold, real   ratio; calibrated    seconds' ratio")
    memory, times, inside = [], [], 0
    for setting in SETTINGS:
        pairs = [
            (asked("forecast", setting, told.steps), asked("train", setting, told.steps))
            for _ in range(told.repeats)
        ]
        ratios = [f["bytes"] / t["bytes"] for f, t in pairs]
        seen = [f["measured"] / t["bytes"] for f, t in pairs]
        pace = [f["seconds"] / t["seconds"] for f, t in pairs]
        inside += sum(f["low"] <= t["seconds"] <= f["high"] for f, t in pairs)
        memory, times = memory + ratios, times + pace
        first, then = (
            statistics.median(one["bytes"] for one in each) for each in zip(*pairs, strict=True)
        )
        name, window, batch, threads, how = setting
        print(
            f"{name:7} {window:6} {batch:5} {threads:7}  {first / 1e6:7.0f} {then / 1e6:7.0f}   "
            f"{spread(ratios)}; {spread(seen)}   {spread(pace)} {how}",
            flush=True,
        )
    near = sum(0.8 <= ratio <= 1.2 for ratio in memory)
    print(f"memory  {spread(memory)}   {near} of {len(memory)} within 20 %")
    print(f"seconds {spread(times)}   {inside} of {len(times)} within the range foretold")


if __name__ == "__main__":
    main()
