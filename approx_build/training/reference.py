"""The generated parts of docs/training.md: tables of what a model's YAML may say.

In the page `<!-- fields: Preparation -->` … `<!-- end -->` holds the table of a section, by the
name of its model. `python -m approx_build.training.reference` writes the page again.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from approx_build.families.base import FAMILIES
from approx_build.source.tables import Schema, Tables
from approx_build.training.model import declared

PAGE = Path("docs/training.md")
_BLOCK = re.compile(r"<!-- (fields: ([\w.-]+)) -->\n.*?<!-- end -->", re.DOTALL)
_TABLES = Tables()


def filled(page: str) -> str:
    """`page` with its generated parts written again."""
    models = schemas()

    def block(found: re.Match[str]) -> str:
        return f"<!-- {found[1]} -->\n{_TABLES.table(models[found[2]])}<!-- end -->"

    return _BLOCK.sub(block, page)


def schemas() -> dict[str, Schema]:
    """The sections of a model by name; those of a family as FAMILY.network and FAMILY.objective."""
    found: dict[str, Schema] = {}
    for name in FAMILIES.names():
        schema = declared(FAMILIES.get(name)).model_json_schema()
        defs = schema.pop("$defs")
        for section in ("network", "objective"):
            found[f"{name}.{section}"] = defs.pop(schema["properties"][section]["$ref"][8:])
        found |= {"Model": schema, **defs}
    return found


def main(path: Path = PAGE) -> None:
    """Write the page at `path` again."""
    path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:2]))
