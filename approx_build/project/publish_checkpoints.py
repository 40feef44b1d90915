"""Shipping: a finished run's checkpoints and record put into the project, to be committed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from approx_build.errors import ModelError
from approx_build.files import writing
from approx_build.store.disk import make_folder, store_errors, sync_folder
from approx_build.training.ledger.record import RECORD_NAME, record_of

if TYPE_CHECKING:
    from approx_build.store.records import Record
    from approx_build.store.store import Store


def ship(store: Store, run: Record, manifest: Mapping[str, Any], folder: Path) -> None:
    """Make `folder` hold the run that `run` records, and keep what else is in it.

    The new folder is whole beside the old one before it takes its place; what an interrupted
    shipping left is put right first. ModelError when the run is of another manifest.
    """
    try:
        record = record_of(store.objects.read(run.outputs.get("record", run.digest)))
    except ModelError as error:
        raise ModelError(f"{folder}: the run in the store: {error.message}") from None
    # The model may have been edited since it was trained.
    if not record.is_of(manifest):
        raise ModelError(
            f"{folder}: the run in the store belongs to another model; train this model first"
        )
    new, old = (folder.with_name(f".{folder.name}.{word}") for word in ("new", "old"))
    with store_errors(folder):
        _undo_interrupted(folder, new, old)
        make_folder(new)
        for stored in record.checkpoints:
            store.objects.materialise(stored.digest, new / stored.file)
        record.write(new)
        if folder.is_dir():
            for path in folder.iterdir():
                # The files of the previous run go; a README or a licence stays.
                if not (path.name == RECORD_NAME or path.name.startswith("step-")):
                    writing.copy(path, new / path.name)
            # A folder that is not empty cannot be replaced by a rename in one step.
            writing.replace(folder, old)
        writing.replace(new, folder)
        # Before the old folder is removed: a power cut must leave one of the two.
        sync_folder(folder.parent)
        writing.remove_tree(old)


def _undo_interrupted(folder: Path, new: Path, old: Path) -> None:
    """Undo what a shipping did that did not come to its end."""
    if new.exists():
        writing.remove_tree(new)
    if old.exists():
        if folder.exists():
            writing.remove_tree(old)
        else:
            writing.replace(old, folder)
