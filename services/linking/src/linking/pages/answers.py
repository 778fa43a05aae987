"""What the pages answer: the page or its JSON, a way back to it, or why not."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from chassis import problems
from chassis.bursts import Bursts
from chassis.client_address import ClientAddresses
from chassis.database import Database
from chassis.design.languages import chosen
from chassis.outbox import Outbox
from chassis.problems import Refused
from contracts.link_token import LinkKeys, LinkToken, LinkTokenError
from contracts.problem_codes import Code
from linking.pages.again import Again, again
from linking.pages.bodies import is_confirmed, words
from linking.pages.negotiation import language, names_html, wants_json
from linking.pages.rendering import Pages, words_of
from linking.pages.shapes import InvitationOut, ManagedOut
from linking.requests import Answer, Standing, refusal_of_page
from linking.service import answering, invitations, managing
from linking.service.auditing import Origin
from linking.service.invitations import Opened
from linking.service.managing import Managed

_ASKED_AGAIN = (Code.CONFIRMATION_MISSING, Code.INVALID_INPUT)


class Desk:
    """Does what a link's holder asks for, and answers in her language and form."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        keys: LinkKeys,
        addresses: ClientAddresses,
        attempts: Bursts,
        pages: Pages,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._keys = keys
        self._addresses = addresses
        self._attempts = attempts
        self._pages = pages

    def verified(self, token: str) -> LinkToken:
        try:
            return self._keys.verify(token)
        except LinkTokenError:
            # Cut by a mail client, made up, or signed by a key that is gone: all the same to us.
            raise Refused(Code.NOT_FOUND, "This link is damaged or was never sent") from None

    async def invitation(self, request: Request, token: str, verified: LinkToken) -> Response:
        opened = await self._opened(verified)
        code = refusal_of_page(opened.standing)
        if not wants_json(request):
            return self._pages.page(request, token, opened, code)
        invitations.check(opened, code)
        return _json(InvitationOut.of(opened))

    async def managed(self, request: Request, token: str, verified: LinkToken) -> Response:
        found = await self._managed(verified)
        if wants_json(request):
            return _json(ManagedOut.of(found))
        return self._pages.managed(request, token, found)

    async def answer(
        self,
        request: Request,
        token: str,
        verified: LinkToken,
        said: Answer,
        fields: dict[str, Any],
    ) -> Response:
        def shown(opened: Opened) -> str:
            if wants_json(request):
                return InvitationOut.of(opened).model_dump_json()
            return words_of(self._pages.page(request, "", opened, None))

        try:
            confirmed = is_confirmed(request, fields)
            message = words(fields, "message")
            async with self._database.transaction() as session:
                opened = await answering.answer(
                    *(session, self._outbox, verified, said, self._origin(request), shown),
                    confirmed=confirmed,
                    message=message,
                )
        except Refused as refused:
            if not names_html(request) or refused.code is Code.NOT_FOUND:
                raise
            # The page that tells what became of it, or asks again, with the refusal's status.
            missing = refused.code is Code.CONFIRMATION_MISSING
            asked = again(
                *(language(request), fields, "message", False),
                "page.unconfirmed" if missing else None,
            )
            if refused.code is Code.INVALID_INPUT and not asked.errors:
                raise
            opened = await self._opened(verified)
            if opened.standing is Standing.YOURS and opened.status.value == said.value:
                asked = replace(asked, errors=(), unsent=True)
            elif opened.standing is not Standing.OPEN:
                asked = replace(asked, errors=(), untaken=said)
            return self._pages.page(request, token, opened, refused.code, asked)
        if wants_json(request):
            return _json(InvitationOut.of(opened))
        if names_html(request) and message not in (None, opened.said):
            return self._pages.page(request, token, opened, None, _unsent(request, message))
        return _back(request, token)

    async def end(
        self,
        request: Request,
        token: str,
        verified: LinkToken,
        fields: dict[str, Any],
    ) -> Response:
        def shown(managed: Managed) -> str:
            if wants_json(request):
                return ManagedOut.of(managed).model_dump_json()
            return words_of(self._pages.managed(request, "", managed))

        try:
            confirmed = is_confirmed(request, fields)
            reason = words(fields, "reason")
            async with self._database.transaction() as session:
                managed = await managing.end_managed(
                    *(session, self._outbox, verified, self._origin(request), shown),
                    confirmed=confirmed,
                    reason=reason,
                )
        except Refused as refused:
            if not names_html(request) or refused.code not in _ASKED_AGAIN:
                raise
            ticked = is_confirmed(request, fields)
            asked = again(
                *(language(request), fields, "reason", ticked),
                None if ticked else "page.managed_end_unconfirmed",
            )
            managed = await self._managed(verified)
            if managed.link.status != "active":
                asked = replace(asked, errors=(), unsent=True)
            return self._pages.managed(request, token, managed, refused.code, asked)
        if wants_json(request):
            return _json(ManagedOut.of(managed))
        if names_html(request) and reason not in (None, managed.link.reason):
            return self._pages.managed(request, token, managed, None, _unsent(request, reason))
        return _back(request, token)

    async def answered(self, request: Request, work: Callable[[], Awaitable[Response]]) -> Response:
        """The answer, or the refusal, which browsers see as a page (`ProblemPages`).

        Too many attempts of one address, with whatever token, are refused before it is read.
        """
        try:
            self._attempts.check(self._addresses.counted(request))
            _check_site(request)
            response = await work()
        except Refused as refused:
            response = problems.response(refused)
        if request.method == "HEAD":
            response.body = b""  # content-length stays, as RFC 9110 has it
        return response

    def _origin(self, request: Request) -> Origin:
        return Origin(address=self._addresses.of(request))

    async def _opened(self, token: LinkToken) -> Opened:
        async with self._database.transaction() as session:
            return await invitations.open_link(session, token)

    async def _managed(self, token: LinkToken) -> Managed:
        async with self._database.transaction() as session:
            return await managing.open_managed(session, token)


def _check_site(request: Request) -> None:
    """An answer is given on our page, or by a program. The header is a browser's own, which no page
    can set (W3C Fetch Metadata); a form of ours sends same-origin in mail programs' browsers, too,
    and what doesn't send it is let through."""
    if request.method == "POST" and request.headers.get("sec-fetch-site") == "cross-site":
        raise Refused(Code.FORBIDDEN, "Another site's page has sent this")


def _json(shown: InvitationOut | ManagedOut) -> Response:
    return JSONResponse(shown.model_dump(mode="json"))


def _unsent(request: Request, text: str | None) -> Again:
    return replace(again(language(request), {"text": text}, "text", False, None), unsent=True)


def _back(request: Request, token: str) -> Response:
    """303 to the page, which a reload shows again without doing it again."""
    lang = chosen(request)
    return RedirectResponse(f"/l/{token}" + (f"?lang={lang}" if lang else ""), 303)
