"""One request of one person: who she is, her language, her calls, and how she is answered."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.client_address import UNKNOWN
from chassis.design import languages
from portal import forms
from portal.forms import Form
from portal.gateway.client import Calls
from portal.navigation import home, navigation
from portal.notes import NOTES
from portal.session import Session
from portal.shared import Portal

_NOTE = "koppla_note"
_KEPT = timedelta(days=365)
"""How long a browser remembers the language."""


class Visit:
    """portal: the parts that all requests share. session: None for nobody."""

    def __init__(self, request: Request, portal: Portal) -> None:
        self.request = request
        self.portal = portal
        self.session: Session | None = portal.sessions.of(request)
        self._draft: Form | None = None
        self._note = portal.sessions.own_name(_NOTE)
        self.locale = languages.language(request)
        # Where the page stands that this request is of: of a form, the page that it was on.
        self.step = forms.address(request)

    @property
    def who(self) -> Session:
        """Whoever is signed in, where a page has made sure that somebody is."""
        assert self.session is not None
        return self.session

    @property
    def own(self) -> dict[str, str]:
        """What a list is asked for on a bureau's page: her bureau's, also where she is an agent of
        customer service, too, who may read any."""
        return {"bureau_id": self.who.bureau_id or ""}

    @property
    def calls(self) -> Calls:
        """What she asks of the gateway."""
        return self.portal.gateway.by(self.who.token, self.address)

    @property
    def address(self) -> str | None:
        """Hers in the network; None where it can't be told."""
        address = self.portal.addresses.of(self.request)
        return None if address == UNKNOWN else address

    def draft(self) -> Form | None:
        """What she typed on this page before the session was gone; shown once."""
        self._draft = self.portal.drafts.of(self.request, self.who.sub)
        return self._draft

    def page(
        self, template: str, status: int = 200, *, note: str | None = None, **about: Any
    ) -> Response:
        """The page. note: a key of the catalogue, for what has just been done; else that of the
        redirect which led here. about: what the template needs."""
        kept = self.request.cookies.get(self._note)
        given = {**self._frame(), "note": note or _known_note(kept), **about}
        response = HTMLResponse(self.portal.pages.render(template, self.locale, given), status)
        if kept:
            self.portal.sessions.drop_cookie(response, self._note)
        if self._draft is not None:
            self.portal.drafts.drop(response)
        return self._finish(response)

    def to(
        self,
        path: str,
        *,
        note: str | None = None,
        query: Mapping[str, str] | None = None,
        part: str | None = None,
    ) -> RedirectResponse:
        """303 to a page of ours, which says `note` once (POST, redirect, GET). part: the id of what
        to look at there."""
        asked = (f"?{urlencode(query)}" if query else "") + (f"#{part}" if part else "")
        response = RedirectResponse(path + asked, 303)
        if note is not None:
            assert note in NOTES
            self.portal.sessions.put_cookie(response, self._note, note)
        self._finish(response)
        return response

    def to_sign_in(self, step: str, form: Form | None = None) -> RedirectResponse:
        """To the page to sign in, and from there back to `step` with what was typed; where that
        can't be kept, the page says so."""
        response = RedirectResponse(f"/logga-in?till={quote(step, safe='')}", 303)
        if form is not None and not self.portal.drafts.keep(response, step, form):
            self.portal.sessions.put_cookie(response, self._note, "note.not_kept")
        self._finish(response)
        return response

    def _frame(self) -> dict[str, Any]:
        """What the frame around every page needs."""
        return {
            "visit": self,
            "session": self.session,
            "navigation": navigation(self.session, self.request.url.path),
            "development": self.portal.footer,
            "csrf": self.session.csrf if self.session else "",
            "step": self.step,
            "home": home(self.session) if self.session else "/",
            "notes": NOTES,
            "body_class": "work",
            "languages": self._languages(),
        }

    def _languages(self) -> list[tuple[str, str, str]]:
        """This page in each language: none for what answers a form, which another address would
        show without what was typed."""
        if self.request.method == "POST":
            return []
        return [(code, name, self._in(code)) for code, name in languages.NAMES.items()]

    def _in(self, code: str) -> str:
        """This page in a language."""
        return self.step + ("&" if "?" in self.step else "?") + f"lang={code}"

    def _finish(self, response: Response) -> Response:
        response.headers["Content-Language"] = self.locale
        if languages.chosen(self.request) is not None:
            self.portal.sessions.put_cookie(response, languages.COOKIE, self.locale, _KEPT)
        return response


def _known_note(name: str | None) -> str | None:
    return name if name in NOTES else None
