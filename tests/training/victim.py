"""A training that is killed again and again: `python -m tests.training.victim TASK`.

TASK is a file of JSON: `folder` with the corpus `tones`, `kills` for each training, and `models`,
YAML by name. Each is trained in one go into `NAME-whole`, and into `NAME-killed` by sittings that
end by SIGKILL: in turn at a random moment and at a random call that changes the disk. Torch is
imported once: a sitting is a fork.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any
from unittest import mock

from approx_build.corpus.prepared import Material
from approx_build.training import loss_scale, run
from approx_build.training.model import ModelSpec
from approx_build.training.progress import Progress, Watcher, ignore_progress
from approx_build.training.state import TrainingState
from tests.training.models import material_of, tiny_model

MOST_STEPS, MOST_CALLS = 8, 50
"""Of a sitting, until its death."""
LONGEST_S = 0.02
"""From its last step to its death."""
GROW_AFTER = 9
"""Steps until a loss scale grows: often enough to be killed around it."""


def run_session(
    model: ModelSpec, material: Material, out: Path, watch: Watcher = ignore_progress
) -> None:
    """Train as far as it goes, keeping the state after every step and at the end too."""
    from approx_build.training.callbacks import Resources
    from approx_build.training.loop import train

    with (
        mock.patch.object(run, "SAVE_EVERY_S", 0.0),
        mock.patch.object(loss_scale, "GROW_AFTER", GROW_AFTER),
        mock.patch.object(TrainingState, "remove"),
    ):
        train(model, material, out, Resources(progress=watch))


def die_at_call(number: int) -> None:
    """Kill this process at the given call, from now, that changes the disk: before or after it."""
    left = [number]

    def deadly(call: Any) -> Any:
        def made(*given: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] == 0 and number % 2:
                os.kill(os.getpid(), signal.SIGKILL)
            try:
                return call(*given, **named)
            finally:
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        return made

    for name in ("replace", "unlink", "fsync"):
        # Nothing is lost that a sync would save: the system lives on.
        call = (lambda handle: None) if name == "fsync" else getattr(os, name)
        setattr(os, name, deadly(call))


def killed_sitting(session: int, chance: random.Random, *what: Any) -> bool:
    """One sitting in a fork; whether it was killed before it had done everything."""
    after_s, steps = chance.uniform(0, LONGEST_S), chance.randint(1, MOST_STEPS)
    calls = chance.randint(1, MOST_CALLS) if session % 2 else 1 << 30
    ours, theirs = os.pipe()
    if (process := os.fork()) == 0:
        die_at_call(calls)

        def made(progress: Progress, seen: list[int] = []) -> None:  # noqa: B006
            os.write(theirs, b".")
            seen.append(progress.step)
            if not session % 2 and len(seen) > steps + 2:
                signal.pause()  # on a busy machine death comes late

        run_session(*what, watch=made)
        os._exit(0)
    os.close(theirs)
    if not session % 2:
        while steps and os.read(ours, 1):
            steps -= 1
        time.sleep(after_s)
        os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    os.close(ours)
    assert status in (0, signal.SIGKILL), status
    return status != 0


def main(task: dict[str, Any]) -> None:
    """Everything that is asked for; prints how often each training was killed, as JSON."""
    folder, told = Path(task["folder"]), {}
    for name, text in task["models"].items():
        model, chance = tiny_model(folder, text), random.Random(name)
        material = material_of(model, folder / "tones")
        kills = 0
        while kills < task["kills"] and killed_sitting(
            kills, chance, model, material, folder / f"{name}-killed"
        ):
            kills += 1
        told[name] = kills
        for how in ("killed", "whole"):
            if (process := os.fork()) == 0:
                die_at_call(1 << 30)
                run_session(model, material, folder / f"{name}-{how}")
                os._exit(0)
            assert os.waitpid(process, 0)[1] == 0
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()))
