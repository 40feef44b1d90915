"""`train`: bring a model's training run up to date, going on where it stopped."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from approx_build.cli.building import build_targets
from approx_build.cli.exits import interrupted
from approx_build.cli.options import Options
from approx_build.cli.outcome import learnt
from approx_build.cli.places import named_from
from approx_build.cli.progress import duration
from approx_build.errors import UsageError


def train(model: str, options: Options) -> None:
    """Train; says where the run stands, and its last losses."""
    from approx_build.cli.reach import permit
    from approx_build.plan.catalog import Catalog
    from approx_build.plan.graph import Graph
    from approx_build.plan.networks import Networks
    from approx_build.store.store import Store

    name, root = named_model(model)
    graph, catalog = Graph(), Catalog(root, date.today())
    with named_from(root):
        permit(catalog, catalog.model(name).corpus, name)
        target = Networks(graph, catalog).run(name, None)
    store = Store(options.store_at(root))
    try:
        built = build_targets(graph, [target], store, root, options)
    except KeyboardInterrupt:
        interrupted(f"its state is kept; `approx-build train {model}` goes on from there")
    built.check()
    record = built.records[target]
    print("".join(f"{line}\n" for line in learnt(target, record)), end="")
    where = "shipped with the model" if record.facts.get("is_shipped") else "in the store"
    print(f"{name}: {record.facts['steps']} checkpoints {where}, key {record.key[:12]}")
    if built.ran and not record.facts.get("is_shipped"):
        print(f"trained in {duration(record.seconds)}")


def named_model(model: str) -> tuple[str, Path]:
    """A model's name and the folder of its project, from its name or its file."""
    path = Path(model)
    if path.suffix == ".yaml":
        if not path.is_file():
            raise UsageError(f"there is no model file {model}")
        return path.stem, path.absolute().parent.parent
    root = Path.cwd()
    if not (root / "models" / f"{model}.yaml").is_file():
        known = ", ".join(sorted(one.stem for one in (root / "models").glob("*.yaml"))) or "none"
        raise UsageError(f"there is no model {model!r} in models/; there are: {known}")
    return model, root
