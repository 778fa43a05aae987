"""Idempotency keys: the same POST twice is done once, and answered twice alike.

The key's row is inserted in the transaction of the work. A twin in flight waits on the unique key
until the first commits (then it gets that answer) or rolls back (then it does the work itself), so
only successes are kept. Source: draft-ietf-httpapi-idempotency-key-header.
"""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Header
from fastapi.responses import JSONResponse
from sqlalchemy import Table, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.problems import Refused, invalid
from contracts.problem_codes import Code

KEPT = "24 hours"
HEADER = "Idempotency-Key"
_LONGEST_SCOPE = 500
_KEY = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)

KeyHeader = Annotated[
    str | None,
    Header(
        alias=HEADER,
        description="Chosen by the client, 1 to 200 visible ASCII characters. The same POST with"
        f" the same key within {KEPT} is done once and answered alike; only successes are kept."
        " With another body it is refused.",
        examples=["5f0c9a52-0d7e-4b7e-9a44-3d1c8a0e6f11"],
    ),
]
"""The header of a POST that creates or sends."""


class IdempotencyKeys:
    """The keys of one service."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def once(
        self,
        session: AsyncSession,
        scope: str,
        key: str | None,
        body: str,
        work: Callable[[], Awaitable[JSONResponse]],
    ) -> JSONResponse:
        """The answer of `work`, or the one that it gave the first time.

        scope: caller and route. key: the header's value, None to do the work anyway. body: what
        must be the same; another one under the key raises IDEMPOTENCY_KEY_REUSED.
        """
        if key is None:
            return await work()
        if not _KEY.fullmatch(key):
            raise invalid(HEADER, "must be 1 to 200 visible ASCII characters")
        if len(scope) > _LONGEST_SCOPE:  # for who makes up a path; an index has its bounds
            scope = hashlib.sha256(scope.encode()).hexdigest()
        digest = hashlib.sha256(body.encode()).hexdigest()
        kept = await self._claim(session, scope, key, digest)
        if kept is not None:
            return kept
        answer = await work()
        mine = (self._table.c.scope == scope, self._table.c.key == key)
        if not 200 <= answer.status_code < 300:
            await session.execute(delete(self._table).where(*mine))
            return answer
        await session.execute(
            update(self._table)
            .where(*mine)
            .values(
                status=answer.status_code,
                headers={n: v for n, v in answer.headers.items() if n == "location"},
                body=json.loads(bytes(answer.body)),
            )
        )
        return answer

    async def _claim(
        self, session: AsyncSession, scope: str, key: str, digest: str
    ) -> JSONResponse | None:
        columns = self._table.c
        now = func.clock_timestamp()
        old = columns.created_at < now - text(f"interval '{KEPT}'")
        row = {"scope": scope, "key": key, "body_digest": digest}
        claimed = await session.execute(
            insert(self._table)
            .values(row)
            .on_conflict_do_update(
                index_elements=[columns.scope, columns.key],
                set_={"body_digest": digest, "status": None, "created_at": now},
                where=old,
            )
            .returning(columns.key)
        )
        if claimed.scalar_one_or_none() is not None:
            return None
        first = (
            (
                await session.execute(
                    select(self._table).where(columns.scope == scope, columns.key == key)
                )
            )
            .mappings()
            .one()
        )
        if first["body_digest"] != digest:
            raise Refused(Code.IDEMPOTENCY_KEY_REUSED)
        headers: dict[str, Any] = first["headers"] or {}
        return JSONResponse(first["body"], first["status"], headers)
