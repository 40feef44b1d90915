"""The generated parts of docs/training.md: tables of the fields of a model's YAML.

In the page `<!-- fields: Preparation -->` … `<!-- end -->` holds the table of a section, by the
name of its model, and `<!-- objectives -->` the training objectives of each installed family.
`python -m approx_build.training.docs` writes the page again.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from approx_build.families.base import FAMILIES
from approx_build.training.model import declared
from approx_build.training.parameters import PhaseParameters, PlayerParameters
from approx_build.yaml_source.tables import Schema, Tables

PAGE = Path("docs/training.md")
_BLOCK = re.compile(r"<!-- (objectives|fields: ([\w.-]+)) -->\n.*?<!-- end -->", re.DOTALL)
_TABLES = Tables()


def filled(page: str) -> str:
    """`page` with its generated parts written again."""
    models = schemas()

    def block(found: re.Match[str]) -> str:
        text = _TABLES.table(models[found[2]]) if found[2] else _objectives(models)
        return f"<!-- {found[1]} -->\n{text}<!-- end -->"

    return _BLOCK.sub(block, page)


def built_in() -> list[str]:
    """The names of the families that come along."""
    own = f"{FAMILIES.package}."
    return [name for name in FAMILIES.names() if FAMILIES.get(name).__module__.startswith(own)]


def _objectives(models: dict[str, Schema]) -> str:
    """Of each family what its objective is, and its table."""
    found = ((name, models[f"{name}.objective"]) for name in built_in())
    return "\n".join(
        f"**`{name}`**: {' '.join(schema['description'].split())}\n\n{_TABLES.table(schema)}"
        for name, schema in found
    )


def schemas() -> dict[str, Schema]:
    """The sections of a model by name; those of a family as FAMILY.network and so on."""
    found: dict[str, Schema] = {}
    for shared in (PlayerParameters, PhaseParameters):
        schema = shared.model_json_schema()
        found |= {**schema.pop("$defs", {}), shared.__name__: schema}
    for name in FAMILIES.names():
        family = FAMILIES.get(name)
        schema = declared(family).model_json_schema()
        defs = schema.pop("$defs")
        for section in ("network", "objective", *(("training",) if family.players else ())):
            found[f"{name}.{section}"] = _taken(defs, schema["properties"][section])
        if family.players:
            players = _taken(defs, found[f"{name}.training"]["properties"]["players"])
            found[f"{name}.players"] = players
            for player, field in players["properties"].items():
                found[f"{name}.players.{player}"] = _taken(defs, field)
        found |= {"Model": schema, **defs}
    return found


def _taken(defs: dict[str, Schema], field: Schema) -> Schema:
    """The definition that a field refers to, taken out of all."""
    return defs.pop(field["$ref"].rpartition("/")[2])


def main(path: Path = PAGE) -> None:
    """Write the page at `path` again."""
    path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:2]))
