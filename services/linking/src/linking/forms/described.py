"""What the API's description says of the guidance page and the forms."""

from typing import Annotated, Any

from fastapi import Path

Kind = Annotated[
    str,
    Path(
        description="`link_client` to link an existing client, `change_bureau` to change bureau.",
        examples=["link_client"],
    ),
]
"""Any text, so that another form is a 404."""
PAGE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The guidance page.",
        "content": {
            "text/html": {
                "example": '<!doctype html><html lang="sv"><title>Blanketter</title>…</html>'
            }
        },
    },
    304: {"description": "The page that `If-None-Match` names is still the one."},
}
FORM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The form: one A4 page that can be filled in on a screen.",
        "content": {
            "application/pdf": {
                "schema": {"type": "string", "format": "binary"},
                "example": "%PDF-1.4 …",
            }
        },
    },
    304: {"description": "The form that `If-None-Match` names is still the one."},
    404: {
        "description": "NOT_FOUND: there is no such form.",
        "content": {"application/problem+json": {}},
    },
}
LANGUAGE: dict[str, Any] = {
    "parameters": [
        {
            "name": "lang",
            "in": "query",
            "required": False,
            "description": "The language, `sv` or `en`; any other value counts as none.",
            "schema": {"type": "string"},
            "example": "en",
        }
    ]
}
