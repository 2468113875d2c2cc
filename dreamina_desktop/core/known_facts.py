"""What a running job's record said and a later one leaves out or garbles: put back, so that no
answer takes away what is known.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from dreamina_desktop.core.answer import Found
from dreamina_desktop.core.record import JobRecord, parse_record, read_json

_PLACES = {  # in the record's JSON
    "type": ("type",),
    "model": ("model",),
    "created": ("created",),
    "prompt": ("request", "prompt"),
    "ratio": ("request", "ratio"),
    "resolution": ("request", "resolution"),
    "source_jobid": ("request", "jobid"),
    "source_index": ("request", "imageIndex"),
}


def completed(answer: Found, known: JobRecord) -> Found:
    """An answer with the facts of `known` that it lacks; as it came where it lacks none."""
    missing = {
        name: fact
        for name in _PLACES
        if getattr(answer.record, name) is None and (fact := getattr(known, name)) is not None
    }
    if not missing:
        return answer
    value = read_json(answer.raw)
    for name, fact in missing.items():
        _put(value, _PLACES[name], fact)
    return Found(parse_record(value), json.dumps(value).encode())


def _put(value: dict[str, Any], place: tuple[str, ...], fact: object) -> None:
    *folders, name = place
    for folder in folders:
        if not isinstance(value.get(folder), dict):
            value[folder] = {}
        value = value[folder]
    value[name] = fact.isoformat() if isinstance(fact, datetime) else fact
