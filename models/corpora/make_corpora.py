"""Makes the recordings of all corpora of sampled instruments.

    python models/corpora/make_corpora.py [FOLDER [CORPUS/NAME ...]]

writes all of them, or those named, beside this file or under FOLDER. It needs FluidSynth,
FluidR3_GM.sf2, Sonic Pi's samples (Debian: fluidsynth, fluid-soundfont-gm, sonic-pi-samples)
and SciPy. Seeded by the recordings' names: a second run writes the same bytes. Nobody played
these études and studies: they are rendered from recorded samples.

The studies (squeezebox, struck, hall) are recorded in rooms (`in_rooms.py`); the études
(accordion, percussion, stage) are dry. Each recording is normalised by one gain: its loudest
sample is at -1 dBFS, that of the soft ones at -9 dBFS. Mono, `stage` and `hall` stereo;
44.1 kHz, 16 bits, FLAC.
"""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

import accordion_etudes
import numpy as np
import percussion_etudes
import soundfile as sf
import stage_etudes
from in_rooms import STUDIES, recorded
from midi import RATE
from numpy.typing import NDArray

PEAK_DBFS, SOFT_PEAK_DBFS = -1.0, -9.0
SOFT = {"breaths", "chorale-soft"}
LENGTHS_S = {"accordion": 36.0, "percussion": 30.0, "stage": 42.0}
ETUDES = {"accordion": accordion_etudes, "percussion": percussion_etudes, "stage": stage_etudes}


def main(folder: Path, wanted: list[str]) -> None:
    """Writes the recordings that are wanted, or every one, under `folder`."""
    corpora = {**{corpus: etudes.GESTURES for corpus, etudes in ETUDES.items()}, **STUDIES}
    for corpus, pieces in corpora.items():
        for name in sorted(pieces):
            if wanted and f"{corpus}/{name}" not in wanted:
                continue
            made = recorded if corpus in STUDIES else _etude
            _write(folder / corpus / f"{name}.flac", made(corpus, name))
            print(f"{corpus}/{name}")


def _etude(corpus: str, name: str) -> NDArray[np.float64]:
    return _normalised(name, _played(corpus, name))


def _played(corpus: str, name: str) -> NDArray[np.float64]:
    length_s = LENGTHS_S[corpus]
    samples = ETUDES[corpus].etude(name, Random(f"{corpus}/{name}"), length_s).play()
    whole = np.zeros((round(length_s * RATE), *samples.shape[1:]))
    kept = samples[: len(whole)]
    whole[: len(kept)] = kept
    return _faded(whole)


def _normalised(name: str, samples: NDArray[np.float64]) -> NDArray[np.float64]:
    peak_dbfs = SOFT_PEAK_DBFS if name in SOFT else PEAK_DBFS
    return samples * (10 ** (peak_dbfs / 20) / float(np.abs(samples).max()))


def _faded(samples: NDArray[np.float64], fade_s: float = 0.05) -> NDArray[np.float64]:
    """A short linear fade at the end, should a note still ring there."""
    fade = np.linspace(1.0, 0.0, round(fade_s * RATE))
    samples[-len(fade) :] *= fade.reshape(-1, *(1,) * (samples.ndim - 1))
    return samples


def _write(path: Path, samples: NDArray[np.float64]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    codes = np.clip(np.round(samples * 32768), -32768, 32767).astype(np.int16)
    sf.write(path, codes, RATE, format="FLAC", subtype="PCM_16", compression_level=1.0)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent, sys.argv[2:])
