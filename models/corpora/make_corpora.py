"""Makes the recordings of the corpora accordion, percussion and stage from sampled instruments.

    python models/corpora/make_corpora.py [FOLDER]

needs FluidSynth, FluidR3_GM.sf2 and Sonic Pi's samples (Debian: fluidsynth,
fluid-soundfont-gm, sonic-pi-samples). Seeded by the recordings' names: a second run writes
the same bytes. Nobody played these études: they are rendered from recorded samples.

Each recording is normalised by one gain: its loudest sample lies at -1 dBFS, that of the
soft ones (`SOFT`) at -9 dBFS. Mono, `stage` stereo; 44.1 kHz, 16 bits, FLAC.
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
from midi import RATE
from numpy.typing import NDArray

PEAK_DBFS, SOFT_PEAK_DBFS = -1.0, -9.0
SOFT = {"breaths", "chorale-soft"}
LENGTHS_S = {"accordion": 36.0, "percussion": 30.0, "stage": 42.0}
ETUDES = {"accordion": accordion_etudes, "percussion": percussion_etudes, "stage": stage_etudes}


def main(folder: Path) -> None:
    """Writes every recording of all corpora under `folder`."""
    for corpus, etudes in ETUDES.items():
        for name in sorted(etudes.GESTURES):
            _write(folder / corpus / f"{name}.flac", _normalised(name, _played(corpus, name)))
        print(f"{corpus}: {len(etudes.GESTURES)} recordings of {LENGTHS_S[corpus]} s")


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
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
