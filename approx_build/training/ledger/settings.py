"""The settings of a run that its columns show, read from the manifest of its model.

A manifest is a log: sections and fields that a family or an older manifest lacks are null.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from approx_build.corpus.consent import Consent


class Settings(BaseModel):
    """What was set; null where the family has no such thing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    augmentation: str | None = None
    sample_rate: int | None = None
    filter_width: int | None = None
    initial_filter_width: int | None = None
    learning_rate: float | None = None
    sample_size: int | None = None
    silence_threshold: float | None = None
    l2: float | None = None
    momentum: float | None = None
    optimizer: str | None = None
    batch: int | None = None


def settings_of(manifest: Mapping[str, Any], augmentation: str | None = None) -> Settings:
    """The settings in a manifest, `augmentation` as words when it is given."""
    network, training = _section(manifest, "network"), _section(manifest, "training")
    optimizers = _optimizers(training)
    # A network that hears codes ignores `initial_filter_width`.
    is_scalar_input = network.get("scalar_input", True)
    return Settings(
        augmentation=augmentation or _as_text(_section(manifest, "augmentation")),
        sample_rate=network.get("sample_rate"),
        filter_width=network.get("filter_width"),
        initial_filter_width=network.get("initial_filter_width") if is_scalar_input else None,
        learning_rate=_common(optimizers, "learning_rate"),
        sample_size=training.get("window", network.get("window")),
        silence_threshold=_threshold(_section(manifest, "preparation")),
        l2=training.get("l2"),
        momentum=_common(optimizers, "momentum"),
        optimizer=_names(optimizers),
        batch=training.get("batch"),
    )


def _optimizers(training: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The optimiser of each player by its name; of a network that learns as one, the only one."""
    players = _section(training, "players") or {"": training}
    return {name: _section(_section(players, name), "optimizer") for name in players}


def _common(optimizers: Mapping[str, Mapping[str, Any]], setting: str) -> Any:
    """A setting that all optimisers share; None where they differ."""
    values = [one.get(setting) for one in optimizers.values()]
    return values[0] if all(value == values[0] for value in values) else None


def _names(optimizers: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The name of the optimiser, or of each player's where they differ."""
    names = {player: one.get("name") for player, one in optimizers.items()}
    if len(set(names.values())) == 1:
        return next(iter(names.values()))
    return ", ".join(f"{player} {name}" for player, name in names.items())


def people(consent: Consent) -> tuple[str, ...]:
    """Whose sound a corpus is: its performers, or the makers of its sources."""
    return tuple(
        [one.name for one in consent.performers] or [one.made_by for one in consent.sources]
    )


def _section(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = of.get(name)
    return found if isinstance(found, Mapping) else {}


def _threshold(preparation: Mapping[str, Any]) -> float | None:
    """The silence threshold, wherever the section keeps it."""
    for name, value in _leaves(preparation):
        # In Python a bool is an int, too.
        if "silence" in name and isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
    return None


def _as_text(section: Mapping[str, Any]) -> str | None:
    """What is switched on in a section, by name."""
    return ", ".join(f"{name} {_value(value)}" for name, value in _leaves(section)) or None


def _value(value: object) -> str:
    if isinstance(value, list | tuple):
        return " to ".join(f"{item:g}" if isinstance(item, float) else str(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _leaves(section: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a section that is switched on, by the names that lead to it."""
    for name, value in section.items():
        path = f"{above} {name}".strip()
        if isinstance(value, Mapping):
            yield from _leaves(value, path)
        elif value not in (None, False, 0, 0.0, [], ""):
            yield path, value
