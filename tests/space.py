"""A small project in a folder of its own: two tones, a tiny network, a piece of two movements.

`Space.run` runs a command in this process, actions included, so that nothing heavy is imported
twice; `Space.start` runs it as a user does, with processes of its own.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from approx_build.audio import wav
from approx_build.execution.executors.local import in_process

RATE = 8000
"""Of the network, the recordings and the piece, Hz: nothing is converted."""

MODEL = """\
model: tiny
family: wavenet
corpus: tones
network:
  sample_rate: 8000
  dilations: [1, 2, 4]
  residual_channels: 4
  dilation_channels: 4
  skip_channels: 8
training: { steps: 4, window: 256, batch: 1, held_out_s: 0.1, evaluate_windows: 1, seed: 3 }
checkpoints: [0, 2]
"""

WAVE = """\
model: wave
family: dance-diffusion
corpus: tones
network:
  sample_rate: 8000
  sound_channels: 2
  window: 512
  depth: 3
  level_channels: [8, 8, 16]
  attention_levels: 1
training: { steps: 4, window: 512, batch: 2, held_out_s: 0.1, evaluate_windows: 1, seed: 3 }
checkpoints: [0, 2]
sampling: { steps: 3 }
"""
"""A second model, of another family; a test writes it as `models/wave.yaml`."""

CONSENT = """\
consent: 1
corpus: tones
sound: sines, made by a test
agreed: everything
agreed_on: 2020-01-02
licence: CC0-1.0
scope: { models: null, pieces: null }
valid_until: null
contact: the test
"""

PIECE = """\
score: 1
piece: tide
seed: 3
output: { rate: 8000 }
gap_s: 0.25
takes:
  cry: { model: tiny, count: 3, length_s: 0.3 }
movements: [tide/1-foam.yaml, tide/2-sand.yaml]
"""

FOAM = """\
score: 1
movement: foam
length: 1.5
takes:
  early: { model: tiny, step: 0, count: 2, length_s: 0.2 }
parts:
  spray:
    pan: -0.3
    events:
      - { at: 0, salad: { from: [cry, early], length_s: 0.8, max_grain_s: 0.3 }, gain_db: -12 }
      - { at: 0.9, hold: { from: cry, clip: 2, rate_hz: 6, length_s: 0.5 }, gain_db: -12 }
  shore:
    gain_db: -6
    events:
      - { at: 0.2, play: { from: tones/low }, gain_db: -6, through: [ { harmonic: {} } ] }
cues: [ { at: 0.5, for: gull, text: cry } ]
"""

SAND = """\
score: 1
movement: sand
length: 1
parts:
  grain:
    events:
      - { at: 0.1, hold: { from: cry, rate_hz: 8, length_s: 0.3 }, gain_db: -6 }
      - { at: 0.6, id: last, scatter: { from: tones/high, length_s: 0.3 }, gain_db: -9 }
"""


@dataclass(frozen=True)
class Outcome:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    def ran(self) -> set[str]:
        """The targets that a render with --verbose made."""
        return set(re.findall(r"^ *\w+  (\S+)  \([\d.]+ s\)$", self.err, re.MULTILINE))


@dataclass
class Space:
    """A project at `root`."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)

    def write(self, path: str, text: str) -> Path:
        """Write a text file of the project."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return target

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace what stands once in a text file."""
        text = (self.root / path).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
        self.write(path, text.replace(old, new))

    def sound(
        self, path: str, data: NDArray[Any], rate: int = RATE, subtype: str = "PCM_16"
    ) -> Path:
        """Write samples [T] or [T, C] as a sound file."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        sf.write(target, data, rate, subtype=subtype)
        return target

    def run(self, *words: str, code: int | None = 0, **environment: str) -> Outcome:
        """Run a command here, from the project's folder, and expect its exit code, if one."""
        out, err, ended = io.StringIO(), io.StringIO(), 0
        with (
            contextlib.chdir(self.root),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            mock.patch.object(sys, "argv", ["approx-build", *words]),
            mock.patch.dict(os.environ, self.environ(environment)),
            mock.patch.object(os, "fsync", return_value=None),
            mock.patch("approx_build.execution.executors.local.Processes", in_process),
        ):
            ended = _main(err)
        return self._checked(Outcome(ended, out.getvalue(), err.getvalue()), code)

    def start(self, *words: str, code: int = 0, **environment: str) -> Outcome:
        """Run a command as a process of its own, and expect its exit code."""
        done = subprocess.run(
            self.command(*words),
            cwd=self.root,
            env=self.environ(environment),
            capture_output=True,
            text=True,
            check=False,
        )
        return self._checked(Outcome(done.returncode, done.stdout, done.stderr), code)

    def process(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        """Start a command as a process group of its own, to be stopped on its way."""
        return subprocess.Popen(
            self.command(*words),
            cwd=self.root,
            env=self.environ(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def command(self, *words: str) -> list[str]:
        """The command line."""
        return [sys.executable, "-m", "approx_build", *words]

    def environ(self, more: Mapping[str, str] = {}) -> dict[str, str]:
        """This process's environment, in which the package is found."""
        home = str(Path(__file__).parent.parent)
        path = os.pathsep.join([home, os.environ.get("PYTHONPATH", "")])
        config = str(self.root.parent / "config" / "config.yaml")
        return {
            **os.environ,
            "PYTHONPATH": path,
            "APPROX_CONFIG": config,
            **self.environment,
            **more,
        }

    def render(self, *words: str, code: int = 0) -> Outcome:
        """Render the piece here, saying each action."""
        return self.run("render", "pieces/tide.yaml", "--verbose", *words, code=code)

    def fails(self, *words: str, code: int = 1) -> str:
        """What a command that must fail says, without a traceback."""
        return self.run(*words, code=code).err.strip()

    def check(self) -> str:
        """What `check` says is wrong."""
        return self.fails("check", "pieces/tide.yaml")

    def lock(self) -> dict[str, Any]:
        """The lock of the piece."""
        read: dict[str, Any] = json.loads((self.root / "pieces" / "tide.lock").read_text())
        return read

    def digests(self) -> dict[str, str]:
        """The digest of each target of the lock."""
        lock = self.lock()
        sections = ("checkpoints", "takes", "stems", "movements")
        return {name: pin["digest"] for section in sections for name, pin in lock[section].items()}

    def ints(self, path: str) -> NDArray[np.int32]:
        """The samples of a rendered file [C, T]."""
        return wav.read_pcm24_ints(self.root / "renders" / path)

    def copy(self, root: Path) -> Space:
        """The project as it is, elsewhere."""
        shutil.copytree(self.root, root, symlinks=True)
        return Space(root, dict(self.environment))

    def _checked(self, outcome: Outcome, code: int | None) -> Outcome:
        said = f"{outcome.out}\n{outcome.err}"
        assert code in (None, outcome.code), f"exit code {outcome.code}, not {code}:\n{said}"
        assert "Traceback" not in outcome.err, said
        return outcome


def tone(freq_hz: float, length_s: float, rate: int = RATE) -> NDArray[np.float64]:
    """A sine at a third of full scale [T]."""
    samples = np.arange(round(length_s * rate))
    return np.asarray(np.sin(2 * np.pi * freq_hz * samples / rate) / 3)


def project(root: Path) -> Space:
    """The project without its network's checkpoints."""
    space = Space(root)
    space.write("models/tiny.yaml", MODEL)
    space.write("models/corpora/tones/consent.yaml", CONSENT)
    space.sound("models/corpora/tones/low.wav", tone(200, 0.8))
    space.sound("models/corpora/tones/high.wav", tone(500, 0.8))
    space.write("pieces/tide.yaml", PIECE)
    space.write("pieces/tide/1-foam.yaml", FOAM)
    space.write("pieces/tide/2-sand.yaml", SAND)
    return space


def train(space: Space) -> None:
    """Train the network and ship its checkpoints with the project."""
    from approx_build.training.ledger.record import COPY_NAME
    from approx_build.training.model import load_model
    from tests.training.models import trained

    models = space.root / "models"
    spec = load_model(models / "tiny.yaml", "models/tiny.yaml")
    corpus = shutil.copytree(models / "corpora" / "tones", space.root / "tmp" / "tones")
    trained(spec, corpus, models / "checkpoints" / "tiny")
    (models / "checkpoints" / ".tiny.lock").unlink()
    (models / "checkpoints" / "tiny" / COPY_NAME).unlink()
    shutil.rmtree(space.root / "tmp")


def _main(err: io.StringIO) -> int:
    from approx_build.__main__ import main

    try:
        main()
    except SystemExit as ended:
        return int(ended.code or 0)
    except Exception:
        traceback.print_exc(file=err)
        return -1
    return 0
