"""What the API's description says of the link pages and FastAPI can't know: bodies that are read by
hand, and answers that are pages."""

from typing import Any

_FORM = "application/x-www-form-urlencoded"
_WORDS = {"type": "string", "maxLength": 500, "description": "No web address in it."}
_FIELDS: dict[str, tuple[dict[str, Any], Any]] = {
    "confirm": ({"type": "boolean"}, True),
    "message": (_WORDS, "Vi byter byrå först efter bokslutet."),
    "reason": (_WORDS, "Vi har bytt byrå."),
}
"""By name: its schema in JSON, and an example."""
_BOX = ({"type": "string", "enum": ["on", "yes", "true", "1"]}, "on")
"""`confirm` in a form."""

_PAGE = (
    '<!doctype html><html lang="sv"><title>Byrån vill ha åtkomst till er – Koppla</title>…</html>'
)
_HTML = {"text/html": {"schema": {"type": "string"}, "example": _PAGE}}
PAGE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "What the link stands before; a page unless `Accept` names JSON first.",
        "content": _HTML,
    }
}
BACK: dict[int | str, dict[str, Any]] = {
    200: {"description": "Done, for a program. A browser that may not is shown a page with why."},
    303: {
        "description": "Done, for a browser: back to the page.",
        "headers": {"Location": {"description": "The page.", "schema": {"type": "string"}}},
    },
}
LANGUAGE = {
    "parameters": [
        {
            "name": "lang",
            "in": "query",
            "required": False,
            "description": "The page's language, `sv` or `en`; else `Accept-Language` decides,"
            " and Swedish stands for any other.",
            "schema": {"type": "string"},
            "example": "en",
        }
    ]
}


def body(*names: str) -> dict[str, Any]:
    """The request body with these fields, none of which must be there, as JSON or as a form."""
    in_json = {name: _FIELDS[name] for name in names}
    in_form = {name: _BOX if name == "confirm" else field for name, field in in_json.items()}
    content = {"application/json": _content(in_json), _FORM: _content(in_form)}
    return {**LANGUAGE, "requestBody": {"content": content}}


def _content(fields: dict[str, tuple[dict[str, Any], Any]]) -> dict[str, Any]:
    return {
        "schema": {
            "type": "object",
            "properties": {name: schema for name, (schema, _) in fields.items()},
            "additionalProperties": False,
        },
        "example": {name: example for name, (_, example) in fields.items()},
    }
