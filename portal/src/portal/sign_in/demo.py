"""Signing in for development: a page of people to be, and tokens of the development issuer."""

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Literal

import jwt
from pydantic import BaseModel, ConfigDict, ValidationError

from chassis.settings import SettingError

TOKEN_TTL_S = 8 * 3600
Kind = Literal["bureau", "excluded", "multi_company", "support"]


class DemoPerson(BaseModel):
    """Somebody to be. kind: what is special about her bureau, or that she is of none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sub: str
    name: str
    email: str
    kind: Kind
    roles: tuple[str, ...]
    bureau_id: str | None = None
    bureau_name: str | None = None


class SigningKey(BaseModel):
    """Of the development issuer. key: private, in PEM. kid: its name in the issuer's JWKS."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    issuer: str
    audience: str
    kid: str
    key: str


class Demo(ABC):
    """Where people and tokens come from."""

    def __init__(self, signing: SigningKey) -> None:
        self._signing = signing

    @abstractmethod
    def people(self) -> Sequence[DemoPerson]:
        """In the order in which they are shown."""

    def token(
        self,
        sub: str,
        roles: Sequence[str],
        *,
        bureau_id: str | None = None,
        name: str | None = None,
        email: str | None = None,
        ttl: int = TOKEN_TTL_S,
    ) -> str:
        """A bearer token that the services accept. ttl: in seconds."""
        now = int(time.time())
        about: dict[str, Any] = {"bureau_id": bureau_id, "name": name, "email": email}
        payload = {
            "iss": self._signing.issuer,
            "aud": self._signing.audience,
            "sub": sub,
            "roles": list(roles),
            "iat": now,
            "exp": now + ttl,
            **{claim: value for claim, value in about.items() if value is not None},
        }
        header = {"kid": self._signing.kid}
        return jwt.encode(payload, self._signing.key, algorithm="EdDSA", headers=header)


class _Document(SigningKey):
    people: tuple[DemoPerson, ...]


class DocumentDemo(Demo):
    """People and key from one document, as a deployment for development has it in a file.

    `{"issuer", "audience", "kid", "key", "people": [DemoPerson]}` in JSON. Raises SettingError.
    """

    def __init__(self, text: str) -> None:
        try:
            document = _Document.model_validate(json.loads(text))
            super().__init__(document)
            self.token("nobody", [])
        except (ValidationError, ValueError, TypeError, jwt.PyJWTError):
            raise SettingError("KOPPLA_PORTAL_DEMO: is no list of people with a key") from None
        self._people = document.people

    def people(self) -> Sequence[DemoPerson]:
        return self._people
