"""The other route's public part: guidance and forms to download (R7, R8), for anyone."""

from fastapi import FastAPI

from linking.forms.routes import router


def install(app: FastAPI, support_email: str | None) -> None:
    """Adds /blanketter and what is below it. support_email: where signed forms go, if told."""
    app.include_router(router(support_email))
