"""What a service holds, in a form in which two services can be compared: `koppla reconcile`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, FastAPI, Query
from pydantic import AfterValidator, BaseModel, Field, StringConstraints
from sqlalchemy import text

from chassis.api_document import with_examples
from chassis.database import Database
from chassis.http import GuardedRoute, allow
from chassis.problems import Refused
from contracts.fields import plain_text
from contracts.problem_codes import Code


@dataclass(frozen=True, slots=True)
class Holding:
    """name: what it is of. statement: rows of key, record_key, version and state, all but version
    text."""

    name: str
    statement: str


class HeldQuery(BaseModel):
    limit: int = Field(default=1000, ge=1, le=1000)
    cursor: Annotated[str, StringConstraints(max_length=300), AfterValidator(plain_text)] | None = (
        None
    )


class HeldItem(BaseModel):
    """key: what both sides know it by. record_key: of the records that tell of it. version: None
    where it has none."""

    key: str
    record_key: str
    version: int | None
    state: str


class HeldPage(BaseModel):
    model_config = with_examples(
        {
            "items": [
                {
                    "key": "b-1:100001",
                    "record_key": "b-1:100001",
                    "version": 2,
                    "state": "active 0193a5d2-1c02-7a02-8c4d-5e6f708192a3",
                }
            ],
            "next_cursor": None,
        }
    )

    items: list[HeldItem]
    next_cursor: str | None


def install(app: FastAPI, name: str, database: Database, holdings: Sequence[Holding]) -> None:
    """Adds GET /v1/ops/NAME/held/{holding}."""
    router = APIRouter(route_class=GuardedRoute, tags=["ops"])
    known = {holding.name: holding for holding in holdings}

    @router.get(
        f"/v1/ops/{name}/held/{{holding}}",
        operation_id=f"{name}ListHeld",
        summary=f"What {name} holds, to be compared",
    )
    @allow("ops")
    async def list_held(holding: str, asked: Annotated[HeldQuery, Query()]) -> HeldPage:
        """By key. `links`, `pairs` and `bureaus` of linking, `links` of activation, `bureaus` of
        search; `mails` of linking and of the notifier: those of pending requests."""
        found = known.get(holding)
        if found is None:
            raise Refused(Code.NOT_FOUND)
        question = text(
            f"SELECT key, record_key, version, state FROM ({found.statement}) held"  # noqa: S608 (ours)
            ' WHERE key COLLATE "C" > :after ORDER BY key COLLATE "C" LIMIT :most'
        )
        given = {"after": asked.cursor or "", "most": asked.limit + 1}
        async with database.transaction() as session:
            rows = (await session.execute(question, given)).mappings().all()
        items = [HeldItem.model_validate(dict(row)) for row in rows[: asked.limit]]
        more = len(rows) > asked.limit
        return HeldPage(items=items, next_cursor=items[-1].key if more else None)

    app.include_router(router)
