"""A request as text that runs. The token is never in it: each reads the variable USEAPI_TOKEN."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from enum import StrEnum

from dreamina_desktop.core.request.request import PATH, Generation, reference_fields

TOKEN_VARIABLE = "USEAPI_TOKEN"


class Form(StrEnum):
    """What a request is copied as: what people call it."""

    LINES = "imageRef lines"
    JSON = "JSON body"
    CURL = "curl"
    PYTHON = "Python (httpx)"
    JAVASCRIPT = "JavaScript (fetch)"


def snippet(form: Form, generation: Generation, base_url: str) -> str:
    """`base_url`: of the API, without a slash at its end."""
    return _FORMS[form](generation, f"{base_url.rstrip('/')}{PATH}")


def _lines(generation: Generation, _url: str) -> str:
    fields = reference_fields(generation.references)
    return "\n".join(f"{name}: {value}" for name, value in fields.items())


def _json(generation: Generation, _url: str) -> str:
    return json.dumps(generation.body(), ensure_ascii=False, indent=2)


def _curl(generation: Generation, url: str) -> str:
    body = json.dumps(generation.body(), ensure_ascii=False)
    return "\n".join(
        (
            f"curl {_shell(url)} \\",
            f'  -H "Authorization: Bearer ${TOKEN_VARIABLE}" \\',
            "  -H 'Content-Type: application/json' \\",
            f"  --data-raw {_shell(body)}",
        )
    )


def _python(generation: Generation, url: str) -> str:
    return f"""\
import os

import httpx

body = {_literal(generation.body())}
answer = httpx.post(
    {json.dumps(url)},
    headers={{"Authorization": f"Bearer {{os.environ['{TOKEN_VARIABLE}']}}"}},
    json=body,
    timeout=60,
)
answer.raise_for_status()
print(answer.json()["jobid"])
"""


def _javascript(generation: Generation, url: str) -> str:
    return f"""\
const body = {_literal(generation.body())};
const answer = await fetch({json.dumps(url)}, {{
  method: "POST",
  headers: {{
    Authorization: `Bearer ${{process.env.{TOKEN_VARIABLE}}}`,
    "Content-Type": "application/json",
  }},
  body: JSON.stringify(body),
}});
if (!answer.ok) throw new Error(`${{answer.status}}: ${{await answer.text()}}`);
console.log((await answer.json()).jobid);
"""


def _literal(body: Mapping[str, str]) -> str:
    """Texts of JSON are texts of Python and JavaScript, too."""
    return json.dumps(body, ensure_ascii=False, indent=4)


def _shell(text: str) -> str:
    """In single quotes, in which everything is itself but the quote."""
    return "'" + text.replace("'", "'\\''") + "'"


_FORMS: Mapping[Form, Callable[[Generation, str], str]] = {
    Form.LINES: _lines,
    Form.JSON: _json,
    Form.CURL: _curl,
    Form.PYTHON: _python,
    Form.JAVASCRIPT: _javascript,
}
