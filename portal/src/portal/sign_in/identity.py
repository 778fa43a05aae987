"""Who a bearer token is about, for what the portal shows: the services verify it, not we."""

from datetime import UTC, datetime
from typing import Any

import jwt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

_LAST = 253_402_300_799
"""The last second of year 9999: there is no date after it."""


class NoIdentity(Exception):
    """The token is none of those that the services take."""


class Identity(BaseModel):
    """The claims that the services go by: see chassis.auth."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sub: str = Field(min_length=1)
    exp: int = Field(ge=0, le=_LAST)
    roles: tuple[str, ...] = ()
    bureau_id: str | None = None
    bureau_name: str | None = None
    name: str | None = None

    @property
    def ends_at(self) -> datetime:
        return datetime.fromtimestamp(self.exp, UTC)


def identity_of(token: str, **more: Any) -> Identity:
    """The identity in a token that comes from its issuer by a way of its own, so that nobody had
    it in hand: what is shown by it the services would refuse to anybody else. more: claims from
    elsewhere, where the token has none. Raises NoIdentity.
    """
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
        return Identity.model_validate({**more, **claims})
    except (jwt.PyJWTError, ValidationError, ValueError, OverflowError):
        raise NoIdentity from None
