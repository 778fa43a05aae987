"""Operators' calls to a running system: where it is, and with which token.

On the machine of `koppla up` both come from the data folder. Elsewhere KOPPLA_URL names the gateway
and KOPPLA_TOKEN, or the file that KOPPLA_TOKEN_FILE names, is a bearer token of the issuer with the
role ops.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from chassis.settings import SettingError, secret
from koppla.embedded.folder import read_run
from koppla.issuer import DevelopmentIssuer
from koppla.profile import names_a_real_issuer


class NotRunning(Exception):
    """One line that says where nothing answers."""


class OpsRefused(Exception):
    """One line that says what the service answered instead."""


class OpsClient:
    """Calls of one command. Raises NotRunning where there is no system to call."""

    def __init__(self, data: Path) -> None:
        url = os.environ.get("KOPPLA_URL")
        if url is None:
            run = read_run(data)
            if run is None:
                raise NotRunning(f"nothing runs in {data}: start `koppla up`, or set KOPPLA_URL")
            url = str(run["url"])
        self._url = url.rstrip("/")
        self._token = _token(data)

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """The JSON answer. Raises NotRunning, or OpsRefused for an answer that is no success."""
        return self._call("GET", path, params=query)

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """As `get`."""
        return self._call("POST", path, json=body)

    def pages(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """The answers of a list, page by page."""
        asked = dict(query)
        while True:
            page = self.get(path, **asked)
            yield page
            if page["next_cursor"] is None:
                return
            asked["cursor"] = page["next_cursor"]

    def _call(self, method: str, path: str, **given: Any) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self._token}"}
        try:
            answer = httpx.request(method, self._url + path, headers=headers, timeout=30, **given)
        except httpx.HTTPError as error:
            raise NotRunning(f"{self._url} does not answer: {type(error).__name__}") from None
        try:
            said = answer.json()
        except ValueError:
            said = {}
        if not answer.is_success:
            wrong = [f"{one['field']}: {one['message']}" for one in said.get("errors", ())]
            why = ", ".join(wrong) or said.get("detail") or said.get("title") or "no reason given"
            raise OpsRefused(f"{said.get('code', answer.status_code)}: {why}")
        return dict(said)


def _token(data: Path) -> str:
    try:
        given = secret("KOPPLA_TOKEN")
    except SettingError as error:
        raise NotRunning(str(error)) from None
    if given:
        return given
    if names_a_real_issuer():
        raise NotRunning("KOPPLA_JWKS_URL names a real issuer: set KOPPLA_TOKEN to a token of it")
    return DevelopmentIssuer(data).token("koppla-ops", ["ops"], name="koppla", ttl=300)
