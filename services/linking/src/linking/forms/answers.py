"""Answers that anyone may keep: for an hour, and longer where nothing has changed since."""

from hashlib import sha256

from fastapi import Request
from fastapi.responses import Response

_KEPT = "public, max-age=3600"
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
HTML_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}


def cacheable(request: Request, body: bytes, media_type: str, headers: dict[str, str]) -> Response:
    """200 with the body and its ETag, or 304 to who has it already (RFC 9110, 13.1.2)."""
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    all_headers = {**headers, "Cache-Control": _KEPT, "ETag": tag}
    known = (each.strip() for each in request.headers.get("if-none-match", "").split(","))
    if any(each.removeprefix("W/") in (tag, "*") for each in known):
        return Response(status_code=304, headers=all_headers)
    return Response(body, media_type=media_type, headers=all_headers)
