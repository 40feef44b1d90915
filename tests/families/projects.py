"""Projects with one model of a family and a piece of one movement."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from tests.space import CONSENT, Space

SCORE = "pieces/p.yaml"
PIECE = "score: 1\npiece: p\nseed: 3\noutput: {rate: 8000}\nmovements: [p/one.yaml]\n"


class FamilyProject(Space):
    """A project with a model, the corpus `tones`, and a movement."""

    movement: str

    @classmethod
    def create(
        cls, folder: Path, model: str, movement: str, sounds: Mapping[str, NDArray[np.float64]]
    ) -> FamilyProject:
        """The project in a folder; `sounds` are the recordings by name."""
        project = cls(folder)
        project.movement = movement
        name = model.splitlines()[0].removeprefix("model: ")
        project.write(f"models/{name}.yaml", model)
        project.write("models/corpora/tones/consent.yaml", CONSENT)
        for recording, sound in sounds.items():
            project.sound(f"models/corpora/tones/{recording}.wav", sound)
        project.write(SCORE, PIECE)
        project.write("pieces/p/one.yaml", movement)
        return project

    def check_with(self, old: str, new: str) -> str:
        """What `check` prints after a change of the movement, which is then undone."""
        assert old in self.movement
        self.write("pieces/p/one.yaml", self.movement.replace(old, new))
        done = self.run("check", SCORE, code=None)
        self.write("pieces/p/one.yaml", self.movement)
        return done.out + done.err

    def rendered(self) -> NDArray[np.float64]:
        """The sound of the movement, rendered and verified."""
        self.run("render", SCORE)
        self.run("verify", SCORE)
        sound, _ = soundfile.read(next((self.root / "renders").rglob("one.wav")))
        return sound

    def transferred(self, model: str, *options: str) -> NDArray[np.float64]:
        """A take of a second that transfers the recording `low`, by the command `take`."""
        words = ["take", model, "--length-s", "1", "--transfer", "tones/low@0.5", *options]
        self.run(*words, "--out", "drawn")
        [path] = (self.root / "drawn").rglob("*.wav")
        assert "transferred" in path.name
        sound, rate = soundfile.read(path)
        assert rate == 8000
        return sound
