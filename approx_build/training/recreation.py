"""Recreates lost checkpoints: repeats the training steps up to the last missing one.

The steps run in a separate folder, from an older state or from the first step. In the same numeric
environment the result has the same bits. In another environment it may differ: then the repeated
steps replace the whole training, which continues from there.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from approx_build.files import writing
from approx_build.files.opening import read_whole
from approx_build.store.delivery import write
from approx_build.training.checkpoint import is_intact, with_name
from approx_build.training.ledger.record import StoredStep
from approx_build.training.run import Run
from approx_build.training.run_folder import RECREATION, Contents, RunFolder
from approx_build.training.session import Training
from approx_build.training.state import TrainingState, load_state


def recreate_checkpoints(training: Training, kept: RunFolder, found: Contents) -> None:
    """Recreate the missing checkpoints; if they differ, the repeated steps replace the training.

    All processes of a training call it. Raises the same errors as `train`.
    """
    steps = [stored.step for stored in found.missing]
    # A state after the first lost checkpoint could not make it again.
    older = load_state(kept.folder, kept.manifest, training.resources.device, most=min(steps))
    scratch = RunFolder(kept.folder / RECREATION, kept.manifest, training.resources)
    left = _left(scratch, steps)
    # Only steps from the first weights keep a checkpoint of step 0 in the scratch folder.
    is_from_start = left.checkpoints[0].step == 0 if left else older is None
    run = _stepped(training, scratch, left or _bare(older), found)
    is_same = _is_same(scratch, found)
    if not (is_same or is_from_start):
        # Even the older state gives other bits: steps in between ran in another environment.
        _remove(scratch)
        run = _stepped(training, scratch, None, found)
        is_same = _is_same(scratch, found)
    if not training.resources.share.writes:
        return
    if is_same:
        _adopt(scratch, kept, found)
        return
    # Checkpoints of two environments must not be mixed in one training.
    aside = kept.replace()
    training.resources.callback.remarked(
        f"{_names(found)} differ from before: {_why(found, run)}; the training continues from the "
        f"new step {run.state.step}; the old files are in {aside}"
    )


def _bare(state: TrainingState | None) -> TrainingState | None:
    """A state without the earlier checkpoints, which are in another folder."""
    return replace(state, checkpoints=[]) if state else None


def _left(scratch: RunFolder, steps: list[int]) -> TrainingState | None:
    """The state of an earlier attempt that was interrupted; None if it cannot be used."""
    found = scratch.found()
    state = found.state
    made = {stored.step for stored in state.checkpoints} if state else set()
    # An attempt that passed a lost checkpoint without making it is of no use.
    if state and not found.missing and made >= {step for step in steps if step <= state.step}:
        return state
    _remove(scratch)
    return None


def _stepped(
    training: Training, scratch: RunFolder, state: TrainingState | None, found: Contents
) -> Run:
    """Step up to the last missing checkpoint."""
    last = found.missing[-1].step
    if training.resources.share.writes:
        first = f"step {state.step}" if state else "the first step"
        training.resources.callback.remarked(f"repeated from {first} on: {_names(found)}")
    return training.run_session(scratch.folder, state, last)


def _is_same(scratch: RunFolder, found: Contents) -> bool:
    """Whether all missing checkpoints were recreated with equal bits; the same in every process."""
    scratch.resources.share.barrier()
    is_same = all(_made(scratch, stored, found) is not None for stored in found.missing)
    # The first process may remove the files only when all have compared them.
    scratch.resources.share.barrier()
    return is_same


def _made(scratch: RunFolder, stored: StoredStep, found: Contents) -> bytes | None:
    """A recreated checkpoint; None if it differs from the lost one."""
    path = scratch.folder / stored.file
    if is_intact(path, stored.digest):
        return read_whole(path)
    if not path.exists():
        return None
    # The lost file may be of a version that wrote the model's name into it.
    named = with_name(path, _model(found))
    return named if sha256(named).hexdigest() == stored.digest else None


def _model(found: Contents) -> str:
    """The name that was written into the checkpoints of a training before 0.3.0."""
    if found.record:
        return found.record.model
    return str(found.state.about.get("model", "")) if found.state else ""


def _adopt(scratch: RunFolder, kept: RunFolder, found: Contents) -> None:
    """Move the recreated checkpoints into the folder of the training."""
    for stored in found.missing:
        content = _made(scratch, stored, found)
        assert content is not None
        write(kept.folder / stored.file, content)
    writing.remove_tree(scratch.folder)
    # An unfinished training continues, and reports later.
    if found.record:
        kept.resources.callback.repaired(found.record)


def _remove(scratch: RunFolder) -> None:
    if scratch.resources.share.writes:
        writing.remove_tree(scratch.folder)
    scratch.resources.share.barrier()


def _names(found: Contents) -> str:
    return ", ".join(stored.file for stored in found.missing)


def _why(found: Contents, run: Run) -> str:
    """The differences between the numeric environments then and now, as text."""
    kept = found.record or found.state
    before, here = kept.environments if kept else [], run.state.environments[-1]
    if here in before or not before:
        return "although the numeric environment is the same"
    names = sorted(before[-1].keys() | here.keys())
    pairs = ((name, before[-1].get(name, "none"), here.get(name, "none")) for name in names)
    changes = ", ".join(f"{name}: {old} -> {new}" for name, old, new in pairs if old != new)
    return f"the numeric environment is another ({changes})"
