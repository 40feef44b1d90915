"""`train`: bring a model's training run up to date, going on where it stopped."""

from __future__ import annotations

import shlex
import sys
from datetime import date
from pathlib import Path

from approx_build.cli.exit_codes import interrupted
from approx_build.cli.messages import lost_files, say
from approx_build.errors import UsageError
from approx_build.files.readlog import ReadLog
from approx_build.plan.catalog import Catalog
from approx_build.plan.graph import Graph
from approx_build.plan.takes import Networks
from approx_build.project.build import build_targets
from approx_build.project.dependents import permit
from approx_build.project.paths import named_from
from approx_build.project.publish_checkpoints import ship
from approx_build.project.remarks import learnt
from approx_build.project.resume import Choice, settle
from approx_build.project.settings import Options, check_processes
from approx_build.store.store import Store
from approx_build.training.previous_runs import run_of
from approx_build.units import duration


def train(model: str, options: Options, choice: Choice, ships: bool) -> None:
    """Train; says where the run stands, and its last losses."""
    name, root = named_model(model)
    graph, catalog = Graph(), Catalog(root, date.today())
    with named_from(root):
        permit(catalog, catalog.model(name).corpus, name)
        check_processes(options.processes, options.device, catalog.model(name).training.batch)
        store = Store(options.store_at(root))
        if words := settle(catalog, name, store, choice):
            say(options, words)
            catalog = Catalog(root, date.today())
        target = Networks(graph, catalog).run(name, None)
    try:
        built = build_targets(graph, [target], store, root, options, log=catalog.log)
    except KeyboardInterrupt:
        interrupted(_where_it_stopped(catalog, name, store.root))
    built.check()
    record = built.records[target]
    lines = [*lost_files(target, record), *learnt(target, record)]
    print("".join(f"{line}\n" for line in lines), end="")
    where = "shipped with the model" if record.facts.get("is_shipped") else "in the store"
    print(f"{name}: {record.facts['steps']} checkpoints {where}, key {record.key[:12]}")
    if built.ran and not record.facts.get("is_shipped"):
        print(f"trained in {duration(record.seconds)}")
    if ships and not record.facts.get("is_shipped"):
        with named_from(root):
            ship(store, record, catalog.manifest(name), root / catalog.shipped_path(name))
        print(f"shipped to {catalog.shipped_path(name)}; commit it")


def _where_it_stopped(catalog: Catalog, model: str, store: Path) -> str:
    """At which step a training was interrupted, and the command that goes on."""
    words = [word for word in sys.argv[1:] if word not in (Choice.NEW.value, Choice.CONTINUE.value)]
    again = shlex.join(["approx-build", *words])
    run = run_of(store, catalog.manifest(model))
    if run is None:
        return f"before its first step; `{again}` begins again"
    return f"at step {run.step} of {run.steps}, its state is kept; `{again}` goes on from there"


def named_model(model: str) -> tuple[str, Path]:
    """A model's name and the folder of its project, from its name or its file."""
    path = Path(model)
    if path.suffix == ".yaml":
        if not path.is_file():
            raise UsageError(f"there is no model file {model}")
        return path.stem, path.absolute().parent.parent
    root = Path.cwd()
    if not (root / "models" / f"{model}.yaml").is_file():
        files = map(Path, ReadLog().files_in(root / "models"))
        known = ", ".join(one.stem for one in files if one.suffix == ".yaml") or "none"
        raise UsageError(f"there is no model {model!r} in models/; there are: {known}")
    return model, root
