"""Calls to the gateway, one method for all of them: see `operations` for what there is."""

from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import structlog
from pydantic import BaseModel, ValidationError

from chassis.telemetry import current_traceparent
from portal.gateway import refusals
from portal.gateway.operations import Operation
from portal.gateway.refusals import Unavailable

log = structlog.get_logger(__name__)
A = TypeVar("A", bound=BaseModel)

TIMEOUT = httpx.Timeout(10.0, connect=3.0)
"""Seconds. Longer than the gateway's own patience with a service that is being restarted."""


class Gateway:
    """url: the gateway's. Closed by whoever opened it."""

    def __init__(self, url: str) -> None:
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=20)
        # Plain HTTP to a name inside: no proxy of the environment has a part in it.
        self._http = httpx.AsyncClient(
            base_url=url, timeout=TIMEOUT, limits=limits, trust_env=False, follow_redirects=False
        )

    async def close(self) -> None:
        await self._http.aclose()

    def by(self, token: str, address: str | None = None) -> "Calls":
        """The calls of one person. token: her bearer token. address: hers in the network, for the
        audit trail."""
        return Calls(self._http, token, address)


class Calls:
    """What one person asks of the gateway. Raises Refused and Unavailable."""

    def __init__(self, http: httpx.AsyncClient, token: str, address: str | None) -> None:
        self._http = http
        self._token = token
        self._address = address

    async def __call__(
        self,
        operation: Operation[A],
        body: BaseModel | None = None,
        *,
        query: Mapping[str, object] | None = None,
        key: str | None = None,
        **path: str,
    ) -> A:
        """query: None values and empty text are left out. key: the idempotency key."""
        try:
            answer = await self._http.request(
                operation.method,
                operation.path.format(
                    **{name: quote(value, safe="") for name, value in path.items()}
                ),
                params={name: str(value) for name, value in (query or {}).items() if value},
                json=None if body is None else body.model_dump(mode="json", exclude_none=True),
                headers=self._headers(key),
            )
        except httpx.HTTPError as error:
            log.warning("gateway_unavailable", part=operation.part, error=type(error).__name__)
            raise Unavailable(operation.part, type(error).__name__) from None
        if not answer.is_success:
            raise refusals.of(answer, operation.part)
        try:
            return operation.answer.model_validate_json(answer.content)
        except ValidationError as error:
            log.error("gateway_answer_unknown", path=operation.path, wrong=error.error_count())
            raise Unavailable(operation.part, "answers in another shape") from None

    def _headers(self, key: str | None) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self._token}", "accept": "application/json"}
        if self._address:
            headers["x-forwarded-for"] = self._address
        if key:
            headers["idempotency-key"] = key
        if (traceparent := current_traceparent()) is not None:
            headers["traceparent"] = traceparent
        return headers
