"""Short forms: controls of generation that a take may set outside its `sampling`.

Off the path of a sample: it reads what families declare.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Union

from pydantic.fields import FieldInfo

from approx_build.families.base import FAMILIES
from approx_build.families.parameters import SHORT_FORM


@dataclass(frozen=True)
class ShortForm:
    """A control of generation, as declared by the families that have it."""

    fields: tuple[FieldInfo, ...]

    @property
    def annotation(self) -> Any:
        """The type of its values, with bounds.

        If bounds differ between families, those of any family are accepted here; the family of the
        take's model checks the value later.
        """
        kinds = [Annotated[field.annotation, *field.metadata] for field in self.fields]
        return Union[tuple(kinds)]

    @property
    def default(self) -> Any:
        """Its value if neither take nor model sets one."""
        return self.fields[0].default

    @property
    def description(self) -> str:
        """Its description."""
        return self.fields[0].description or ""


@cache
def short_forms() -> Mapping[str, ShortForm]:
    """The controls that families mark as short forms, by name."""
    found: dict[str, tuple[FieldInfo, ...]] = {}
    for family in FAMILIES:
        for name, field in family.sampling_model.model_fields.items():
            if SHORT_FORM in field.metadata:
                found[name] = (*found.get(name, ()), field)
    return {name: ShortForm(fields) for name, fields in found.items()}
