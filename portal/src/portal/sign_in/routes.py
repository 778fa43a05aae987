"""Signing in and out: pages of their own, since whoever comes here has no session yet."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import groupby

import structlog
from fastapi import APIRouter, HTTPException
from starlette.responses import RedirectResponse, Response

from portal import errors, forms
from portal.forms import Form
from portal.gateway import operations as calls
from portal.gateway.refusals import GatewayError
from portal.guards import Anyone, Forged
from portal.navigation import home
from portal.session import Session, TooLarge, new_csrf
from portal.sign_in.demo import Demo, DemoPerson
from portal.sign_in.identity import identity_of
from portal.sign_in.oidc import (
    CALLBACK,
    Attempt,
    IssuerUnavailable,
    OpenIdConnect,
    SignedIn,
    SignInFailed,
)
from portal.visit import Visit

log = structlog.get_logger(__name__)
_ATTEMPT_TTL = timedelta(minutes=15)
_PLACEHOLDER = "/"


def router(demo: Demo | None, oidc: OpenIdConnect | None) -> APIRouter:
    """demo: only where there is no issuer to sign in at."""
    pages = APIRouter()

    @pages.get("/")
    async def start(visit: Anyone) -> Response:
        return visit.to(home(visit.session)) if visit.session else await _choose(visit, "/")

    @pages.get("/logga-in")
    async def choose(visit: Anyone, till: str = _PLACEHOLDER) -> Response:
        onwards = forms.local(till)
        return visit.to(onwards) if visit.session else await _choose(visit, onwards)

    async def people_to_be() -> Sequence[DemoPerson]:
        # In a thread: they are read from a file, which may be long.
        return [] if demo is None else await asyncio.to_thread(demo.people)

    async def _choose(visit: Visit, onwards: str) -> Response:
        people = await people_to_be()
        return visit.page(
            "sign_in.html",
            onwards=onwards,
            has_issuer=oidc is not None,
            has_demo=demo is not None,
            groups=[
                (bureau, list(group))
                for bureau, group in groupby(
                    people, lambda one: (one.bureau_id, one.bureau_name, one.kind)
                )
            ],
            interrupted=onwards != _PLACEHOLDER,
        )

    @pages.post("/logga-in/demo")
    async def be_somebody(visit: Anyone) -> Response:
        if demo is None:
            raise HTTPException(404)
        _check_own(visit)
        form = await Form.of(visit.request)
        wanted = form.text("sub")
        chosen = next((one for one in await people_to_be() if one.sub == wanted), None)
        if chosen is None:
            return visit.to("/logga-in")
        about = chosen.model_dump(include={"bureau_id", "name", "email"})
        token = demo.token(chosen.sub, chosen.roles, **about)
        who = identity_of(token, bureau_name=chosen.bureau_name)
        given = SignedIn(token, who, refresh=None, proof=None)
        return await _signed_in(visit, given, forms.local(form.text("till")))

    @pages.get("/logga-in/start")
    async def to_issuer(visit: Anyone, till: str = _PLACEHOLDER) -> Response:
        if oidc is None:
            raise HTTPException(404)
        attempt = Attempt.new()
        try:
            response = RedirectResponse(await oidc.address(attempt), 303)
        except IssuerUnavailable:
            return errors.page(visit, "issuer_unavailable", 503, back=visit.step)
        kept = visit.portal.attempts.close({**asdict(attempt), "onwards": forms.local(till)})
        visit.portal.sessions.put_cookie(
            response, _cookie(visit, attempt.state), kept, _ATTEMPT_TTL
        )
        return response

    @pages.get(CALLBACK)
    async def from_issuer(
        visit: Anyone, state: str = "", code: str = "", error: str = ""
    ) -> Response:
        if oidc is None:
            raise HTTPException(404)
        cookie = visit.request.cookies.get(_cookie(visit, state), "")
        kept = visit.portal.attempts.open(cookie, _ATTEMPT_TTL) if cookie else None
        if error and not state:
            # It tells why nobody was let in, and not of which attempt.
            return _refused(visit, error)
        if kept is None or kept["state"] != state:
            return errors.page(visit, "sign_in_stale", 400, back="/logga-in")
        onwards = str(kept.pop("onwards"))
        if error or not code:
            return _refused(visit, error)
        try:
            given = await oidc.redeem(Attempt(**kept), code)
        except IssuerUnavailable:
            return errors.page(visit, "issuer_unavailable", 503, back="/logga-in")
        except SignInFailed as failed:
            log.warning("sign_in_failed", reason=str(failed))
            return errors.page(visit, "sign_in_failed", 403, back="/logga-in")
        response = await _signed_in(visit, given, onwards)
        visit.portal.sessions.drop_cookie(response, _cookie(visit, state))
        return response

    @pages.post("/logga-ut")
    async def sign_out(visit: Anyone) -> Response:
        _check_own(visit)
        if visit.session is not None:
            form = await Form.of(visit.request)
            if not forms.matches(form, visit.session.csrf):
                raise Forged("/")
        former = visit.portal.sessions.former(visit.request)
        elsewhere = oidc and former and await oidc.end_address(former.id_token)
        note = "note.signed_out_here" if oidc and not elsewhere else "note.signed_out"
        response = visit.to(elsewhere or "/", note=note)
        if former is None:
            visit.portal.sessions.end(response)
        else:
            visit.portal.sessions.sign_out(response, former)
        return response

    return pages


def _refused(visit: Visit, error: str) -> Response:
    log.info("sign_in_refused", error=error[:64])
    return errors.page(visit, "sign_in_refused", 403, back="/logga-in")


async def _signed_in(visit: Visit, given: SignedIn, onwards: str) -> Response:
    who = given.who
    former = visit.portal.sessions.former(visit.request)
    same = former is not None and former.sub == who.sub
    session = Session(
        token=given.access,
        refresh_token=given.refresh,
        id_token=given.proof,
        sub=who.sub,
        name=who.name or who.sub,
        roles=who.roles,
        bureau_id=who.bureau_id,
        bureau_name=who.bureau_name,
        # Pages that she has open go on working when it is she who comes back.
        csrf=former.csrf if same and former else new_csrf(who.sub),
        began_at=datetime.now(UTC),
        ends_at=visit.portal.sessions.latest_end(),
        token_ends_at=who.ends_at,
    )
    if session.is_bureau:
        session = session.model_copy(update=await _entry_points(visit, session))
    response = visit.to(home(session) if onwards == _PLACEHOLDER else onwards)
    try:
        visit.portal.sessions.put(response, session)
    except TooLarge as error:
        log.error("session_too_large", reason=str(error))
        return errors.page(visit, "sign_in_too_large", 403)
    return response


async def _entry_points(visit: Visit, session: Session) -> dict[str, tuple[str, ...]]:
    """Those of the bureau; both where they can't be had, since the pages themselves do no harm."""
    try:
        about = await visit.portal.gateway.by(session.token, visit.address)(calls.SHOW_ELIGIBILITY)
    except GatewayError:
        return {}
    return {"entry_points": tuple(about.entry_points)}


def _check_own(visit: Visit) -> None:
    if forms.is_foreign(visit.request, visit.portal.settings.public_url):
        raise Forged("/")


def _cookie(visit: Visit, state: str) -> str:
    mark = "".join(c for c in state[:12] if c.isalnum())
    return visit.portal.sessions.own_name(f"koppla_sign_in_{mark}")
