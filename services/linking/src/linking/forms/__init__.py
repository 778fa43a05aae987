"""The other route's public part: guidance and forms to download (R7, R8), for anyone."""

from fastapi import FastAPI

from chassis.design.refusals import RefusalPages
from linking.forms.guidance import ADDRESS
from linking.forms.refused import refused
from linking.forms.routes import router
from linking.pages.jinja import ASSETS


def install(app: FastAPI, support_email: str | None) -> None:
    """Adds /blanketter and what is below it, and the style sheet of all of linking's pages.

    support_email: where signed forms go, if told.
    """
    app.include_router(router(support_email))
    app.include_router(ASSETS.router())
    app.add_middleware(RefusalPages, below=ADDRESS, page=refused)
