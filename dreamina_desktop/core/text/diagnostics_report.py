"""What a bug report needs, as text without secrets: put together from facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dreamina_desktop.core.text.redaction import redact, without_links

LOG_LINES = 200


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values, in the order in which they are shown."""

    versions: Mapping[str, str]
    settings: Mapping[str, str]
    counts: Mapping[str, int]
    connection: Mapping[str, str]
    log_lines: Sequence[str]


def diagnostics_report(facts: Facts, homes: Sequence[str]) -> str:
    """All of it, with neither token nor address, link, signature or home folder."""
    counts = {name: f"{count:,}" for name, count in facts.counts.items()}
    parts = [
        "Dreamina Desktop, diagnostics",
        _part("Versions", facts.versions),
        _part("Settings", facts.settings),
        _part("Counts", counts),
        _part("Connection", facts.connection),
        "\n".join((f"Log, the last {LOG_LINES} lines", *facts.log_lines[-LOG_LINES:])),
    ]
    return redact(without_links("\n\n".join(parts)), homes) + "\n"


def _part(name: str, values: Mapping[str, str]) -> str:
    return "\n".join((name, *(f"  {key}: {value}" for key, value in values.items())))
