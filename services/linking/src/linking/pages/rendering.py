"""The pages as HTML."""

from html.parser import HTMLParser
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from contracts.fields import PROGRAMS, Locale
from contracts.problem_codes import Code
from linking.pages.again import Again
from linking.pages.jinja import rendered
from linking.pages.negotiation import language
from linking.pages.shapes import InvitationOut, ManagedOut
from linking.requests import Standing, Status
from linking.service.invitations import Opened
from linking.service.managing import Managed
from linking.words import words

_TONES = {
    "link_request_accepted": "good",
    "link_registered": "good",
    "link_request_declined": "bad",
    "link_ended": "bad",
    "link_requested": "wait",
    "link_request_resent": "wait",
}
"""How acts are marked in the history."""
_FIRST = Again()


class Pages:
    """Renders them. support_email: whom to ask, named on each page; None where that is not told."""

    def __init__(self, support_email: str | None) -> None:
        self._support_email = support_email

    def page(
        self,
        request: Request,
        token: str,
        opened: Opened,
        code: Code | None,
        again: Again = _FIRST,
    ) -> HTMLResponse:
        """The page of a link. code: why it refuses, which gives its status; None is a 200."""
        locale = language(request)
        return self._render(
            "link.html",
            locale,
            200 if code is None else code.status,
            view=_view(opened),
            it=InvitationOut.of(opened),
            ended_at=opened.ended_at,
            said=opened.said,
            linked_again=opened.linked_again,
            may_end=opened.is_admin and opened.ended_at is None,
            token=token,
            again=again,
            programs=PROGRAMS,
        )

    def managed(
        self,
        request: Request,
        token: str,
        shown: Managed,
        code: Code | None = None,
        again: Again = _FIRST,
    ) -> HTMLResponse:
        """The page of a link that is or was. code: why ending it was refused; None is a 200."""
        locale = language(request)
        return self._render(
            "managed.html",
            locale,
            200 if code is None else code.status,
            it=ManagedOut.of(shown),
            is_cut=shown.is_cut,
            token=token,
            again=again,
            tones=_TONES,
        )

    def _render(
        self, template: str, locale: Locale, status: int, *, token: str, **given: Any
    ) -> HTMLResponse:
        html = rendered(
            template, locale, f"/l/{token}", token=token, support_email=self._support_email, **given
        )
        return HTMLResponse(html, status, {"Content-Language": locale})


def words_of(page: HTMLResponse) -> str:
    """What somebody reads on a page: the text of its main part, its white space made even."""
    reader = _Reader()
    reader.feed(bytes(page.body).decode())
    return " ".join("".join(reader.read).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._inside = self._inside or tag == "main"
        self.read.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "main"
        self.read.append(" ")

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.read.append(data)


def _view(opened: Opened) -> str:
    """Which text the page has: open, yours_accepted, yours_declined, expired, asked_again,
    superseded, not_resent, not_an_admin, or how it was decided; with _ended where that gives
    access no more."""
    return _outcome(opened) + ("" if opened.ended_at is None else "_ended")


def _outcome(opened: Opened) -> str:
    if opened.standing is Standing.YOURS:
        return f"yours_{opened.status.value}"
    if opened.standing is Standing.DECIDED:
        reason = f"{opened.status.value}_{opened.request.reason}"
        return reason if words("sv").has(f"page.{reason}_lead") else opened.status.value
    if opened.standing is Standing.EXPIRED and opened.status is Status.PENDING:
        if opened.has_newer:
            return "superseded"
        return "not_resent" if opened.is_admin else "not_an_admin"
    if opened.standing is Standing.EXPIRED and opened.has_newer:
        return "asked_again"
    return opened.standing.value
