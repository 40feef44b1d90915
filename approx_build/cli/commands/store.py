"""`store`: print what a store holds, what is damaged in it, and what is removed from it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from approx_build.cli.amounts import age_s, row, size_of
from approx_build.cli.arguments import Jobs, Json, OutDir, Quiet, StoreDir
from approx_build.cli.exit_codes import Exit
from approx_build.cli.messages import say_json
from approx_build.cli.output import say
from approx_build.units import counted, size

if TYPE_CHECKING:
    from approx_build.project.project import Project
    from approx_build.project.store import GcOptions, StoreCheck
    from approx_build.store.census import Amount
    from approx_build.store.fault import Fault
    from approx_build.upkeep.collection import Collection
    from approx_build.upkeep.sizes import Run, Sizes

store = typer.Typer(
    help="Check and repair the store, say what it holds, and remove what no project needs.",
    no_args_is_help=True,
    add_completion=False,
)


@store.command()
def check(
    repair: Annotated[
        bool, typer.Option("--repair", help="Set aside what is damaged, and restore what can be.")
    ] = False,
    store: StoreDir = None,
    out: OutDir = None,
    jobs: Jobs = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Read everything in the store and all that was delivered, and say what is damaged."""
    from approx_build.cli.meter import meter

    project = _here(store, out, jobs)
    found = project.store.check(repair, meter(quiet or json))
    if json:
        say_json(found.as_json())
    else:
        _say_check(project, found, quiet)
    if not found.is_right:
        sys.exit(Exit.FAILED)


@store.command("sizes")
def sizes_(store: StoreDir = None, json: Json = False, quiet: Quiet = False) -> None:
    """Say what the store holds, by kind and by piece, and what `store gc` would free."""
    from approx_build.cli.meter import meter
    from approx_build.project.store import sizes_json

    project = _here(store)
    found = project.store.sizes(meter(quiet or json))
    if json:
        say_json(sizes_json(found))
        return
    _say_table("objects, by what made them", found.objects)
    _say_table("other files", found.others)
    if found.runs:
        say("trainings")
        for run in found.runs:
            say(f"  {_run(run)}")
    _say_shares(project, found)
    say(f"in all {size(found.total)}; {_freed(project, found)}")


@store.command()
def gc(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    older_than: Annotated[
        str, typer.Option("--older-than", help="Keep what is younger.", metavar="AGE")
    ] = "14d",
    keep_size: Annotated[
        str | None,
        typer.Option("--keep-size", help="Remove no more than this size asks.", metavar="SIZE"),
    ] = None,
    unfinished: Annotated[
        bool, typer.Option("--unfinished", help="Also trainings that did not come to their end.")
    ] = False,
    forget: Annotated[
        Path | None,
        typer.Option("--forget", help="A project that needs the store no more.", metavar="DIR"),
    ] = None,
    store: StoreDir = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Remove what no piece, lock or model of the projects that use the store needs."""
    from approx_build.cli.meter import meter
    from approx_build.project.store import GcOptions, collection_json

    kept = None if keep_size is None else size_of(keep_size)
    options = GcOptions(age_s(older_than), kept, unfinished, forget, dry_run)
    project = _here(store)
    found = project.store.gc(options, meter(quiet or json))
    if json:
        say_json(collection_json(found, dry_run))
    elif not quiet:
        _say_collection(project, found, options)


def _here(store: Path | None, out: Path | None = None, jobs: int | None = None) -> Project:
    from approx_build.project.project import Project
    from approx_build.project.settings import Settings

    return Project.open(Path.cwd(), Settings.of(store, out, jobs))


def _seen(project: Project, text: str) -> str:
    from approx_build.project.paths import seen_from

    return seen_from(project.root, text)


def _say_check(project: Project, checked: StoreCheck, is_quiet: bool) -> None:
    found, problems = checked.found, checked.problems
    for place, fault in enumerate(found.faults):
        say(_seen(project, _fault_line(fault)))
        if problems is None:
            say(f"  with --repair: {fault.remedy or 'nothing; restore it yourself'}")
        else:
            problem = problems[place]
            say(f"  {f'not repaired: {problem}' if problem else fault.remedy}")
    if is_quiet:
        return
    for note in found.notes:
        say(_seen(project, note))
    read = (
        f"{counted(found.objects.count, 'object')} ({size(found.objects.size)}), "
        f"{counted(found.records, 'record')} and {counted(found.files, 'file')} read"
    )
    say(f"{read}: {_ended(found.faults, problems)}")


def _ended(faults: Sequence[Fault], problems: Sequence[str] | None) -> str:
    if not faults:
        return "all are right"
    if problems is None:
        return f"{len(faults)} damaged"
    left = sum(map(bool, problems))
    rest = f"{left} not repaired" if left else "all repaired; render again"
    return f"{len(faults)} damaged, {rest}"


def _fault_line(fault: Fault) -> str:
    belongs = f" ({fault.belongs})" if fault.belongs else ""
    return f"{fault.path}: {fault.kind} {fault.problem}{belongs}"


def _say_collection(project: Project, found: Collection, options: GcOptions) -> None:
    from approx_build.project.store import removed

    for note in found.notes:
        say(_seen(project, note))
    kinds = removed(found)
    would = "would go" if options.dry_run else "removed"
    if not kinds:
        say(f"nothing {would}: all that is there is needed or young")
    else:
        say(f"{would}:")
        width = max(map(len, kinds))
        for kind, amount in kinds.items():
            say(row(kind, amount, width))
    for run in found.runs:
        say(f"  training {run.run or run.folder.name}: {run.status}; its checkpoints and states")
    left = found.plan.total - found.freed
    holds = "would hold" if options.dry_run else "holds"
    frees = "would free" if options.dry_run else "freed"
    say(f"{frees} {size(found.freed)}; the store {holds} {size(left)}")
    if options.keep_bytes is not None and left > options.keep_bytes:
        kept = size(options.keep_bytes)
        say(f"that is more than {kept}: the rest is needed, or younger than asked")


def _say_table(title: str, amounts: Mapping[str, Amount]) -> None:
    say(title)
    width = max(map(len, amounts), default=0)
    for name, amount in sorted(amounts.items(), key=lambda one: -one[1].size):
        say(row(name, amount, width))


def _say_shares(project: Project, found: Sizes) -> None:
    if not found.shares:
        return
    say("objects, by piece and model (what several hold is counted with each, and once in all)")
    width = max(len(share.name) for share in found.shares)
    for share in sorted(found.shares, key=lambda one: -one.objects.size):
        shared = f"  {size(share.shared.size)} shared" if share.shared.size else ""
        problem = f"  has faults: {_seen(project, share.problem)}" if share.problem else ""
        say(row(share.name, share.objects, width, shared + problem))
    say(row("none of them", found.unneeded, width))


def _run(run: Run) -> str:
    kept = run.kept
    name = f"{kept.run or kept.folder.name}: {kept.status}"
    declared = "" if run.is_declared else ", no model is declared like this now"
    return f"{name}{declared}; {kept.amount.count} files, {size(kept.amount.size)}"


def _freed(project: Project, found: Sizes) -> str:
    if found.freed is None:
        return f"`store gc` would be refused: {_seen(project, found.refusal)}"
    return f"`store gc` would free {size(found.freed)}"
