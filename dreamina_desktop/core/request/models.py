"""What each model takes (docs/api.md, section 2), as data: models come and go."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

RATIOS = ("1:1", "3:4", "16:9", "4:3", "9:16", "2:3", "3:2", "21:9")
AUTO = "auto"
MOST_REFERENCES = 6
MOST_PROMPT = 1_600  # characters


@dataclass(frozen=True, slots=True)
class Model:
    """`references`: at most so many; `ratios`: without "auto"; `regions`: of accounts, or any."""

    name: str
    resolutions: tuple[str, ...] = ()
    references: int = MOST_REFERENCES
    ratios: tuple[str, ...] = RATIOS
    auto_ratio: bool = False
    needs_prompt: bool = False
    regions: tuple[str, ...] = ()

    @property
    def all_ratios(self) -> tuple[str, ...]:
        return (AUTO, *self.ratios) if self.auto_ratio else self.ratios


Catalog = Mapping[str, Model]


def read_catalog(text: str) -> Catalog:
    """By name, in the file's order. Raises ValueError with what is wrong."""
    try:
        read = json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    models = read.get("models") if isinstance(read, dict) else None
    if not isinstance(models, list):
        raise ValueError('it needs a list "models"')
    return {model.name: model for model in map(_model, models)}


def with_more(catalog: Catalog, more: Catalog) -> Catalog:
    """A user's models beside ours, and in place of those of the same name."""
    return {**catalog, **more}


def takers(catalog: Catalog, references: int) -> list[str]:
    """The models that take so many."""
    return [model.name for model in catalog.values() if model.references >= references]


def _model(value: Any) -> Model:
    if not isinstance(value, dict) or not isinstance(value.get("name"), str) or not value["name"]:
        raise ValueError('each model needs a "name"')
    references = value.get("references", MOST_REFERENCES)
    if not isinstance(references, int) or not 0 <= references <= 99:
        raise ValueError(f'{value["name"]}: "references" is a number from 0 to 99')
    return Model(
        name=value["name"],
        resolutions=_texts(value, "resolutions", ()),
        references=references,
        ratios=_texts(value, "ratios", RATIOS),
        auto_ratio=value.get("auto_ratio") is True,
        needs_prompt=value.get("needs_prompt") is True,
        regions=_texts(value, "regions", ()),
    )


def _texts(value: Mapping[str, Any], name: str, otherwise: Sequence[str]) -> tuple[str, ...]:
    found = value.get(name, list(otherwise))
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise ValueError(f'{value["name"]}: "{name}" is a list of texts')
    return tuple(found)
