"""Who may see a page and whose form is taken: dependencies of every route."""

from typing import Annotated

from fastapi import Depends, Request

from portal import forms
from portal.forms import Form
from portal.visit import Visit


class SessionGone(Exception):
    """Nobody is signed in any more. form: what she wanted to send from `step`."""

    def __init__(self, step: str, form: Form | None = None) -> None:
        super().__init__(step)
        self.step = step
        self.form = form


class WrongRole(Exception):
    """Somebody is signed in who has nothing to do with this page."""


class Forged(Exception):
    """A form without the guard that this session's forms have. step: the page where it stands."""

    def __init__(self, step: str) -> None:
        super().__init__(step)
        self.step = step


def _visit(request: Request) -> Visit:
    return Visit(request, request.app.state.portal)


Anyone = Annotated[Visit, Depends(_visit)]


async def _form(visit: Anyone) -> Form:
    """The form of a POST; SessionGone or Forged where it can't be taken."""
    if forms.is_foreign(visit.request, visit.portal.settings.public_url):
        raise Forged("/")
    form = await Form.of(visit.request)
    step = visit.step = forms.local(form.raw(forms.STEP))
    if visit.session is None:
        raise SessionGone(step, form)
    if not forms.matches(form, visit.session.csrf):
        if forms.is_surely_ours(visit.request) and forms.is_of(form, visit.session.sub):
            # Signed in anew in another tab, this page is from before: shown again, to be sent.
            raise SessionGone(step, form)
        raise Forged(step)
    return form


Posted = Annotated[Form, Depends(_form)]
"""What a form of ours holds. It stands before the visit in a handler, so that what was typed is
kept when nobody is signed in."""


def _signed_in(visit: Anyone) -> Visit:
    if visit.session is None:
        raise SessionGone(visit.step)
    return visit


def _checked(visit: Visit, allowed: bool) -> Visit:
    if not allowed:
        raise WrongRole
    return visit


SignedIn = Annotated[Visit, Depends(_signed_in)]


def _bureau(visit: SignedIn) -> Visit:
    return _checked(visit, visit.who.is_bureau)


def _bureau_admin(visit: SignedIn) -> Visit:
    return _checked(visit, visit.who.is_bureau_admin)


def _support(visit: SignedIn) -> Visit:
    return _checked(visit, visit.who.is_support)


Bureau = Annotated[Visit, Depends(_bureau)]
BureauAdmin = Annotated[Visit, Depends(_bureau_admin)]
Support = Annotated[Visit, Depends(_support)]
