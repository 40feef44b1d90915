"""The étude's networks trained for a few steps, by these sources and by those of the file.

Models whose training now has another manifest, or whose family is new, are not compared.
Weights are those of one numeric environment, so nothing can be pinned: both train here and now.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection
from hashlib import sha256
from pathlib import Path

import numpy as np
import soundfile
from safetensors.numpy import load_file

from approx_build.kernels.compiled import Library
from tests.copied import assert_is_found, environment_of
from tests.etude.sources import Tree
from tests.etude.study import ROOT
from tests.etude.units import PACKAGE, Bits, of_training

MANIFEST = """import sys; from pathlib import Path
from approx_build.families.base import FAMILIES
from approx_build.training.model import load_model
path, family = sys.argv[1:]
print(load_model(Path(path)).manifest("") if family in FAMILIES else "no such family")"""
STEPS, FINETUNING, SECOND_PHASE = 24, 8, 16
MODELS = tuple(path.stem for path in sorted((ROOT / "models").glob("etude-*.yaml")))


def is_of(unit: str) -> bool:
    """Whether a unit is of training: its bits are shown by training, and not by the étude."""
    return unit.startswith("training ") or unit == "kernel training"


def differences(tree: Tree, old: Bits) -> list[str]:
    """The networks that train otherwise than by what the file describes, or why nobody knows."""
    for commit in _commits():
        with tempfile.TemporaryDirectory(prefix="etude-") as folder:
            then = _checked_out(commit, Path(folder))
            if _is_described(then, old):
                give_kernels(tree, then)
                return compared(then.package.parent, ROOT)
    return ["no commit has the sources of training that the file describes; raise their version"]


def _commits() -> list[str]:
    """The commits that may have the sources that the file describes, the last one first."""
    found = ["HEAD"]
    for words in (["-n", "1"], ["--full-history", "-n", "20"]):
        command = ["git", "log", *words, "--format=%H", "--", "tests/golden/bits.json"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        found += [commit for commit in done.stdout.split() if commit not in found]
    return found


def _checked_out(commit: str, folder: Path) -> Tree:
    """The package of a commit; an empty one when there is no such commit."""
    command = ["git", "archive", commit, "approx_build", "CMakeLists.txt"]
    archive = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if archive.returncode == 0:
        subprocess.run(["tar", "x"], cwd=folder, input=archive.stdout, check=True)
    return Tree(folder / "approx_build")


def _is_described(then: Tree, old: Bits) -> bool:
    """Whether the sources of training are those of the file, or whether all sources are."""
    if not then.package.is_dir():
        return False
    try:
        found = {n: then.digest_of(list(one.files)) for n, one in of_training(then).items()}
        if all(old.units.get(name, ("", ""))[1] == one for name, one in found.items()):
            return True
    except OSError:  # a module that was added or moved since
        pass
    try:
        return all(then.digest(file) == one for file, one in old.files.items())
    except OSError:
        return False


def compared(before: Path, after: Path, models: Collection[str] = MODELS) -> list[str]:
    """The models that a package at `after` trains to other weights than one at `before`."""
    assert_is_found(before)
    assert_is_found(after)
    return [
        f"{model}: trained to other weights than by the sources before"
        for model in models
        if _manifest(before, model) == _manifest(after, model)
        and _digest(before, model) != _digest(after, model)
    ]


def give_kernels(tree: Tree, then: Tree) -> None:
    """Give earlier sources their kernels: those that are here, or built where C has changed."""
    if all(tree.digest_of(tree.kernel(one)) == then.digest_of(then.kernel(one)) for one in Library):
        # A library knows the digest of its very sources, comments too.
        for folder in list(then.package.rglob("csrc")):
            shutil.rmtree(folder)
        for folder in list(PACKAGE.rglob("csrc")):
            shutil.copytree(folder, then.package / folder.relative_to(PACKAGE))
        for library in (PACKAGE / "kernels").glob("lib*.*"):
            shutil.copy(library, then.package / "kernels")
        return
    for words in (["-S", ".", "-B", "build", "-DCMAKE_BUILD_TYPE=Release"], ["--build", "build"]):
        subprocess.run(["cmake", *words], cwd=then.package.parent, check=True, capture_output=True)


def _manifest(home: Path, model: str) -> str:
    """What fixes the weights of a model by the package at `home`; nothing of a family it lacks."""
    path = ROOT / "models" / f"{model}.yaml"
    found = re.search(r"^family: ([\w-]+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None
    command = [sys.executable, "-c", MANIFEST, str(path), found[1]]
    done = subprocess.run(
        command, cwd=home, env=environment_of(home), check=True, capture_output=True, text=True
    )
    return done.stdout


def _write_corpus(folder: Path, model: str) -> None:
    """The recordings at the rate and with the channels of a network, and their consent.

    How recordings are converted is no matter of training: preparation has a version of its own.
    """
    rates = re.findall(r"^  sample_rate: (\d+)|rates: \[[\d, ]*?(\d+)\]", model, re.MULTILINE)
    [rate] = (int(one or last) for one, last in rates)
    stated = re.search(r"^  sound_channels: (\d+)", model, re.MULTILINE)
    channels = int(stated[1]) if stated else 1
    folder.mkdir(parents=True)
    for path in sorted((ROOT / "models/corpora/etude").iterdir()):
        if path.suffix == ".yaml":
            shutil.copy(path, folder)
            continue
        sound, recorded = soundfile.read(path, always_2d=True)
        mixed = sound
        if sound.shape[1] != channels:
            mixed = np.repeat(sound.mean(axis=1, keepdims=True), channels, axis=1)
        places = np.arange(len(mixed) * rate // recorded) * (recorded / rate)
        slow = [np.interp(places, np.arange(len(mixed)), one) for one in mixed.T]
        soundfile.write(folder / f"{path.stem}.wav", np.stack(slow, axis=1), rate, subtype="FLOAT")


def _digest(home: Path, model: str) -> str:
    """The digest of the last weights of a model, trained by the package at `home`.

    Of the weights alone: what else a file says of them may change.
    """
    text = (ROOT / "models" / f"{model}.yaml").read_text(encoding="utf-8")
    text = re.sub(r"^  steps: \d+", f"  steps: {STEPS}", text, flags=re.MULTILINE)
    text = re.sub(r"finetune_steps: \d+", f"finetune_steps: {FINETUNING}", text)
    gap = STEPS // (len(re.findall(r"from_step: \d+", text)) + 1)
    starts = iter([SECOND_PHASE] if gap == STEPS // 2 else range(gap, STEPS, gap))
    text = re.sub(r"from_step: \d+", lambda _: f"from_step: {next(starts)}", text)
    text = re.sub(r"^checkpoints: .*", "checkpoints: [0]", text, flags=re.MULTILINE)
    with tempfile.TemporaryDirectory(prefix="etude-") as folder:
        models = Path(folder) / "models"
        _write_corpus(models / "corpora/etude", text)
        (models / f"{model}.yaml").write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "approx_build", "train", model, "--ship", "--quiet"]
        subprocess.run(
            command, cwd=folder, env=environment_of(home), check=True, capture_output=True
        )
        last = models / "checkpoints" / model / f"step-{STEPS:06}.safetensors"
        digest = sha256()
        for name, weights in sorted(load_file(last).items()):
            digest.update(name.encode() + weights.tobytes())
        return digest.hexdigest()
