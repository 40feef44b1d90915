"""`store check`: read everything, say what is damaged, and repair it if asked."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from approx_build.cli.exit_codes import Exit
from approx_build.cli.store.amounts import listed, shown
from approx_build.cli.store.meter import meter
from approx_build.cli.store.place import root, seen_from_here, store_here
from approx_build.project.paths import seen_from
from approx_build.project.settings import Options
from approx_build.units import counted

if TYPE_CHECKING:
    from approx_build.store.fault import Fault
    from approx_build.upkeep.check import Checked


def check(options: Options, repairs: bool, as_json: bool) -> None:
    """Print what is damaged; exits with 1 when some of it is not repaired."""
    from approx_build.upkeep.check import check as checked
    from approx_build.upkeep.check import repaired

    with seen_from_here():
        store, watch = store_here(options), meter(options)
        try:
            found = checked(store, root(), options.out_at(root()).absolute(), options.jobs, watch)
            outcome = repaired(store, found.faults, watch) if repairs else []
        finally:
            watch.end()
    problems = [problem for _, problem in outcome]
    if as_json:
        print(json.dumps(_json(found, problems, repairs), indent=2, ensure_ascii=False))
    else:
        _say(found, problems, repairs, options.quiet)
    if any(problems) or (found.faults and not repairs):
        sys.exit(Exit.FAILED)


def _say(found: Checked, problems: Sequence[str], repairs: bool, is_quiet: bool) -> None:
    for place, fault in enumerate(found.faults):
        print(seen_from(root(), _told(fault)))
        if repairs:
            problem = problems[place]
            print(f"  {f'not repaired: {problem}' if problem else fault.remedy}")
        else:
            print(f"  with --repair: {fault.remedy or 'nothing; restore it yourself'}")
    if is_quiet:
        return
    for note in found.notes:
        print(seen_from(root(), note))
    read = (
        f"{counted(found.objects.count, 'object')} ({shown(found.objects.size)}), "
        f"{counted(found.records, 'record')} and {counted(found.files, 'file')} read"
    )
    left = sum(map(bool, problems)) if repairs else len(found.faults)
    ended = "all are right" if not found.faults else f"{len(found.faults)} damaged"
    if found.faults and repairs:
        ended += f", {left} not repaired" if left else ", all repaired; render again"
    print(f"{read}: {ended}")


def _told(fault: Fault) -> str:
    belongs = f" ({fault.belongs})" if fault.belongs else ""
    return f"{fault.path}: {fault.kind} {fault.problem}{belongs}"


def _json(found: Checked, problems: Sequence[str], repairs: bool) -> dict[str, object]:
    faults = [
        {
            "kind": fault.kind,
            "path": str(fault.path),
            "problem": fault.problem,
            "belongs": fault.belongs,
            "remedy": fault.remedy,
            "is_repaired": repairs and not problems[place],
            "reason": problems[place] if repairs else "",
        }
        for place, fault in enumerate(found.faults)
    ]
    read = {"objects": listed(found.objects), "records": found.records, "files": found.files}
    return {"faults": faults, "notes": list(found.notes), "read": read}
