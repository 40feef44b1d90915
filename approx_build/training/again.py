"""Checkpoints whose files are lost are made again: the training steps up to the last of them anew.

That happens in a folder of its own, from an older state or from the first step. In the same
numeric environment the bits are those that were lost. In another they may not be: then what was
made again takes the place of the whole training, which goes on from there.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from approx_build.files import writing
from approx_build.files.opening import read_whole
from approx_build.store.delivery import write
from approx_build.training.checkpoint import is_right, with_name
from approx_build.training.kept import AGAIN, Found, Kept
from approx_build.training.ledger.record import StoredStep
from approx_build.training.run import Run
from approx_build.training.sitting import Training
from approx_build.training.state import TrainingState, load_state


def make_again(training: Training, kept: Kept, found: Found) -> None:
    """Make the missing checkpoints again; where they come out otherwise, begin the training anew.

    All processes of a training call it. Raises what `train` raises while it steps.
    """
    steps = [stored.step for stored in found.missing]
    # A state after the first lost checkpoint could not make it again.
    older = load_state(kept.folder, kept.manifest, training.means.device, most=min(steps))
    scratch = Kept(kept.folder / AGAIN, kept.manifest, training.means)
    left = _left(scratch, steps)
    # Only steps from the first weights keep a checkpoint of step 0 in the scratch folder.
    is_anew = left.checkpoints[0].step == 0 if left else older is None
    run = _stepped(training, scratch, left or _bare(older), found)
    is_same = _is_same(scratch, found)
    if not (is_same or is_anew):
        # Not even the older state led there: what lies between was made elsewhere.
        _remove(scratch)
        run = _stepped(training, scratch, None, found)
        is_same = _is_same(scratch, found)
    if not training.means.share.writes:
        return
    if is_same:
        _adopt(scratch, kept, found)
        return
    # Checkpoints of two environments must not be mixed in one training.
    aside = kept.replace()
    training.means.callback.remarked(
        f"{_names(found)} differ from before: {_why(found, run)}; the training continues from the "
        f"new step {run.state.step}; the old files are in {aside}"
    )


def _bare(state: TrainingState | None) -> TrainingState | None:
    """A state without the checkpoints before it, which lie elsewhere."""
    return replace(state, checkpoints=[]) if state else None


def _left(scratch: Kept, steps: list[int]) -> TrainingState | None:
    """The state of an earlier attempt that was interrupted; None where it is of no use."""
    found = scratch.found()
    state = found.state
    made = {stored.step for stored in state.checkpoints} if state else set()
    # An attempt that passed a lost checkpoint without making it is of no use.
    if state and not found.missing and made >= {step for step in steps if step <= state.step}:
        return state
    _remove(scratch)
    return None


def _stepped(training: Training, scratch: Kept, state: TrainingState | None, found: Found) -> Run:
    """Step up to the last missing checkpoint."""
    last = found.missing[-1].step
    if training.means.share.writes:
        first = f"step {state.step}" if state else "the first step"
        training.means.callback.remarked(f"repeated from {first} on: {_names(found)}")
    return training.sit(scratch.folder, state, last)


def _is_same(scratch: Kept, found: Found) -> bool:
    """Whether all that was missing came out as it was; the same in every process."""
    scratch.means.share.meet()
    is_same = all(_made(scratch, stored, found) is not None for stored in found.missing)
    # The first process may remove the files only when all have compared them.
    scratch.means.share.meet()
    return is_same


def _made(scratch: Kept, stored: StoredStep, found: Found) -> bytes | None:
    """A checkpoint that was made again; None when it is not the one that was lost."""
    path = scratch.folder / stored.file
    if is_right(path, stored.digest):
        return read_whole(path)
    if not path.exists():
        return None
    # The lost file may be of a version that wrote the model's name into it.
    named = with_name(path, _model(found))
    return named if sha256(named).hexdigest() == stored.digest else None


def _model(found: Found) -> str:
    """The name that was written into the checkpoints of a training before 0.3.0."""
    if found.record:
        return found.record.model
    return str(found.state.about.get("model", "")) if found.state else ""


def _adopt(scratch: Kept, kept: Kept, found: Found) -> None:
    """Put what was made again where it belongs."""
    for stored in found.missing:
        content = _made(scratch, stored, found)
        assert content is not None
        write(kept.folder / stored.file, content)
    writing.remove_tree(scratch.folder)
    # An unfinished training goes on, and reports then.
    if found.record:
        kept.means.callback.mended(found.record)


def _remove(scratch: Kept) -> None:
    if scratch.means.share.writes:
        writing.remove_tree(scratch.folder)
    scratch.means.share.meet()


def _names(found: Found) -> str:
    return ", ".join(stored.file for stored in found.missing)


def _why(found: Found, run: Run) -> str:
    """What is another than when the checkpoints were made first, in words."""
    kept = found.record or found.state
    before, here = kept.environments if kept else [], run.state.environments[-1]
    if here in before or not before:
        return "although the numeric environment is the same"
    names = sorted(before[-1].keys() | here.keys())
    pairs = ((name, before[-1].get(name, "none"), here.get(name, "none")) for name in names)
    changes = ", ".join(f"{name}: {old} -> {new}" for name, old, new in pairs if old != new)
    return f"the numeric environment is another ({changes})"
