"""GET /inbox: what a mail client would show; GET /inbox/messages: the same for programs."""

from html import escape
from typing import Annotated, Any

from fastapi import FastAPI, Query
from fastapi.responses import HTMLResponse, Response

from chassis.http import new_app, public
from chassis.problems import Refused
from chassis.telemetry import Metrics
from contracts.problem_codes import Code
from koppla.inbox.mailbox import Mail, Mailbox

_STYLE = """:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0}main{max-width:52rem;margin:0 auto;padding:1rem}
ul{list-style:none;padding:0}li{border-bottom:1px solid #8884;padding:.6rem 0}
a{color:inherit}small{opacity:.7;display:block}iframe{width:100%;height:70vh;border:1px solid #8884}
pre{white-space:pre-wrap;overflow-wrap:anywhere}"""
_PAGE = """<!doctype html><html lang="sv"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>{title}</title>
<link rel="stylesheet" href="/inbox/style.css"></head><body><main>{body}</main></body></html>"""
_CSP = "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'none'; base-uri 'none'"
# The mail itself may use inline styles, and its links open outside of the frame.
_MAIL_CSP = "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups allow-top-navigation-by-user-activation"  # noqa: E501


def new_inbox(mailbox: Mailbox) -> FastAPI:
    app = new_app("Koppla inbox", None, Metrics("inbox"))
    app.openapi_url = None

    @app.get("/inbox", include_in_schema=False)
    @public
    async def inbox() -> HTMLResponse:
        rows = "".join(_row(mail) for mail in mailbox.newest(None, 200))
        body = f"<h1>Inkorg</h1><ul>{rows or '<li>Inga mejl än.</li>'}</ul>"
        return _page("Inkorg", body)

    @app.get("/inbox/messages")
    @public
    async def messages(
        to: Annotated[str | None, Query(max_length=254)] = None,
        limit: Annotated[int, Query(ge=1, le=5000)] = 500,
    ) -> dict[str, Any]:
        return {"items": [mail.document() for mail in mailbox.newest(to, limit)]}

    @app.get("/inbox/style.css", include_in_schema=False)
    @public
    async def style() -> Response:
        return Response(_STYLE, media_type="text/css")

    @app.get("/inbox/{name}", include_in_schema=False)
    @public
    async def message(name: str) -> HTMLResponse:
        mail = _found(mailbox, name)
        about = "".join(
            f"<small>{label}: {escape(value)}</small>"
            for label, value in (("Till", mail.to), ("Från", mail.from_), ("Tid", mail.sent_at))
        )
        body = (
            f'<p><a href="/inbox">← Inkorg</a></p><h1>{escape(mail.subject)}</h1>{about}'
            f'<iframe title="Mejlet" src="/inbox/{name}/html"></iframe>'
            f"<details><summary>Som text</summary><pre>{escape(mail.text)}</pre></details>"
        )
        return _page(mail.subject, body)

    @app.get("/inbox/{name}/html", include_in_schema=False)
    @public
    async def html(name: str) -> HTMLResponse:
        content = _found(mailbox, name).html.replace("<head>", '<head><base target="_top">', 1)
        return HTMLResponse(content, headers={"Content-Security-Policy": _MAIL_CSP})

    return app


def _found(mailbox: Mailbox, name: str) -> Mail:
    mail = mailbox.get(name)
    if mail is None:
        raise Refused(Code.NOT_FOUND)
    return mail


def _row(mail: Mail) -> str:
    return (
        f'<li><a href="/inbox/{mail.id}">{escape(mail.subject)}</a>'
        f"<small>{escape(mail.to)}, {mail.sent_at}</small></li>"
    )


def _page(title: str, body: str) -> HTMLResponse:
    return HTMLResponse(
        _PAGE.format(title=escape(title), body=body),
        headers={"Content-Security-Policy": _CSP, "Referrer-Policy": "no-referrer"},
    )
