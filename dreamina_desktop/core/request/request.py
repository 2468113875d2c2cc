"""A request for POST /images (docs/api.md, section 2), and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass

from dreamina_desktop.core.request.models import MOST_PROMPT, Catalog, takers
from dreamina_desktop.core.text.accounts import account_of

PATH = "/images"


@dataclass(frozen=True, slots=True)
class Generation:
    """`references`: assetRefs, in the order of their slots; "" leaves a field out."""

    prompt: str = ""
    model: str = ""
    ratio: str = ""
    resolution: str = ""
    references: tuple[str, ...] = ()

    def body(self) -> dict[str, str]:
        """As it is sent, without what is not said."""
        named = {
            "prompt": self.prompt,
            "model": self.model,
            "ratio": self.ratio,
            "resolution": self.resolution,
        }
        return {name: value for name, value in named.items() if value} | reference_fields(
            self.references
        )


def reference_fields(references: tuple[str, ...]) -> dict[str, str]:
    """`imageRef_1` … without a gap."""
    return {f"imageRef_{slot}": each for slot, each in enumerate(references, 1)}


def problems(generation: Generation, catalog: Catalog) -> list[str]:
    """Why the API would refuse it, in words; nothing is known of a model that is not listed."""
    found = []
    model = catalog.get(generation.model)
    if len(accounts(generation.references)) > 1:
        found.append("The references are of several accounts, which do not mix.")
    if len(generation.prompt) > MOST_PROMPT:
        found.append(f"The prompt has {len(generation.prompt):,} characters; {MOST_PROMPT:,} go.")
    if not generation.prompt.strip() and not generation.references:
        found.append("It needs a prompt or references.")
    if model is None:
        return found
    count = len(generation.references)
    if count > model.references:
        most = f"{model.name} takes {model.references}"
        others = [name for name in takers(catalog, count) if name != model.name]
        more = f"; {', '.join(others)} take {count}." if others else "."
        found.append(f"{most} of these {count} references{more}")
    if model.needs_prompt and not generation.prompt.strip():
        found.append(f"{model.name} needs a prompt.")
    if generation.ratio and generation.ratio not in model.all_ratios:
        found.append(f"{model.name} takes the ratios {', '.join(model.all_ratios)}.")
    if (
        generation.resolution
        and model.resolutions
        and (generation.resolution not in model.resolutions)
    ):
        found.append(f"{model.name} takes the resolutions {', '.join(model.resolutions)}.")
    return found


def accounts(references: tuple[str, ...]) -> list[str]:
    """Of which they are, each once."""
    return list(dict.fromkeys(filter(None, map(account_of, references))))
