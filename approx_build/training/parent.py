"""The parent of a training: the weights of another run, kept as a file of the project.

`models/parents/RUN-step-N.safetensors` holds weights, their average and, when the run was
stopped there, the optimiser's tensors. It is committed with the model that goes on from it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from approx_build.errors import ModelError, argument, reason
from approx_build.families.base import Shapes
from approx_build.files.opening import read_whole
from approx_build.store.delivery import write
from approx_build.store.objects import Objects
from approx_build.training.checkpoint import HEADER_KEY, read_checkpoint, whole_file
from approx_build.training.ledger.ledger import FOLDER as LEDGER
from approx_build.training.ledger.ledger import read_ledger
from approx_build.training.ledger.record import manifest_digest
from approx_build.training.parameters import Parent
from approx_build.training.previous_runs import EarlierRun
from approx_build.training.state import GROUPS, load_state

if TYPE_CHECKING:
    from torch import Tensor

Groups = dict[str, dict[str, "Tensor"]]

FOLDER = "models/parents"


def parent_path(parent: Parent) -> str:
    """The file of a parent, relative to the project."""
    return f"{FOLDER}/{parent.run}-step-{parent.step}.safetensors"


def write_parent(path: Path, groups: Mapping[str, Mapping[str, Tensor]], about: Any) -> None:
    """Keep the tensors of a run, by group and name, as a parent."""
    import torch
    from safetensors.torch import save

    tensors = {
        # safetensors refuses tensors that share memory, as weights and average may.
        f"{group}/{name}": tensor.clone(memory_format=torch.contiguous_format)
        for group, named in groups.items()
        for name, tensor in named.items()
    }
    write(path, save(tensors, metadata={HEADER_KEY: json.dumps(about, sort_keys=True)}))


def keep_parent(
    root: Path, run: EarlierRun, shapes: Shapes, corpus: str, objects: Objects
) -> Parent:
    """Keep in the project at `root` what an earlier run has come to, as a parent.

    Of a finished run that is its last checkpoint; of another its newest state. Where that is
    damaged it is the newest that is whole. `corpus` is what the run learnt from, where the ledger
    does not know better; `objects` may have copies. ModelError when nothing is whole.
    """
    groups, step = _newest_tensors(run, shapes, objects)
    parent = Parent(run=run.name, step=step)
    entry = read_ledger(root / LEDGER).get(run.name)
    about = {
        "model": run.model,
        "run": run.name,
        "step": step,
        "corpus": entry.corpus if entry else corpus,
        "manifest": run.manifest,
    }
    write_parent(root / parent_path(parent), groups, about)
    return parent


def _newest_tensors(run: EarlierRun, shapes: Shapes, objects: Objects) -> tuple[Groups, int]:
    """The newest tensors of a run that are whole, by group, and their step."""
    import torch

    # A finished run has no state: its last checkpoint is what it came to.
    state = None if run.record else load_state(run.folder, manifest_digest(run.manifest))
    if state is not None:
        return {name: getattr(state, name) for name in GROUPS}, state.step
    for stored in reversed(run.checkpoints):
        path = whole_file(run.folder / stored.file, stored.digest, objects)
        if path is not None:
            arrays = read_checkpoint(path, shapes)
            weights = {name: torch.from_numpy(array) for name, array in arrays.items()}
            return {"weights": weights, "average": weights}, stored.step
        # The files of a shipped run can be restored from version control.
        if run.is_shipped:
            raise ModelError(
                f"{run.folder / stored.file}: this checkpoint of the training run is missing or "
                "damaged; restore it"
            )
    raise ModelError(
        f"{run.folder}: every checkpoint and state of run {run.name} is damaged; "
        f"start a new training with {argument('choice', 'NEW')}"
    )


def read_parent(path: Path, shapes: Shapes, device: str, drawn: Shapes | None = None) -> Groups:
    """Weights, average and perhaps optimiser of a parent, in the order of `shapes`.

    All tensors of the training, or `drawn`, those that a checkpoint holds. ModelError when the
    file is missing, damaged, or of another network.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        tensors = load(read_whole(path))
    except (OSError, SafetensorError) as error:
        raise ModelError(
            f"{path}: the parent's weights cannot be read ({reason(error)}); restore the file, "
            "or take `parent` out of the model to train from new weights"
        ) from None
    groups: Groups = {"weights": {}, "average": {}, "optimizer": {}}
    for name, tensor in tensors.items():
        group, _, rest = name.partition("/")
        groups.setdefault(group, {})[rest] = tensor.to(device)
    for group in ("weights", "average"):
        found = {name: tuple(tensor.shape) for name, tensor in groups[group].items()}
        if found not in (shapes, drawn or shapes):
            odd = sorted(set(found.items()) ^ set(shapes.items()))
            raise ModelError(
                f"{path}: the parent has another network (first difference: {odd[0][0]}); "
                "a run can continue only with the network that it started with"
            )
        groups[group] = {name: groups[group][name] for name in shapes if name in found}
    return groups
