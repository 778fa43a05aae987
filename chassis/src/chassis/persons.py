"""One person's data in one service: shown as a whole, and erased where nothing keeps it.

A service says where it has what, as statements over `:user_id`; the chassis knows its own tables.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.acts import OnAct, unkept
from chassis.api_document import with_examples
from chassis.auth import Principal
from chassis.database import Database
from chassis.http import Caller, GuardedRoute, allow
from chassis.problems import Refused, invalid
from contracts.fields import IDENTIFIER, plain_text
from contracts.problem_codes import Code

OnErased = Callable[[AsyncSession, Principal, Request, str, Mapping[str, int]], Awaitable[None]]
"""(session, who asked, her request, reason, rows by what they are about): keeps that somebody was
erased."""


@dataclass(frozen=True, slots=True)
class Question:
    """name: what it is about. statement: for showing, one JSON value a row; for erasing, how many
    rows it changed."""

    name: str
    statement: str


@dataclass(frozen=True, slots=True)
class Persons:
    """listed: whether the directory still names her, as one boolean."""

    listed: str
    shown: Sequence[Question]
    erased: Sequence[Question]


# In the JSON of events a person is named so, in others' with space after the colon, too. By bytes,
# for a dead letter may be no text at all; ids hold nothing that JSON would escape.
_NAMED = (
    "(position(convert_to('\"user_id\":\"' || :user_id || '\"', 'UTF8') in value) > 0"
    " OR position(convert_to('\"user_id\": \"' || :user_id || '\"', 'UTF8') in value) > 0)"
)
_SHOWN = (
    Question(
        "outbox",
        "SELECT jsonb_build_object('type', type, 'created_at', created_at,"
        f" 'event', convert_from(value, 'UTF8')::jsonb) FROM outbox WHERE {_NAMED}",
    ),
    Question(
        "dead_letters",
        "SELECT jsonb_build_object('id', id, 'topic', topic, 'status', status, 'created_at',"
        f" created_at) FROM dead_letters WHERE {_NAMED}",
    ),
    Question(
        "dead_letter_acts",
        "SELECT jsonb_build_object('letter_id', letter_id, 'at', at, 'action', action,"
        " 'outcome', outcome) FROM dead_letter_acts WHERE by = :user_id",
    ),
    Question(
        "idempotency_keys",
        "SELECT jsonb_build_object('created_at', created_at, 'answer', body)"
        " FROM idempotency_keys WHERE starts_with(scope, :user_id || ':')",
    ),
)
_ERASED = (
    Question(
        "dead_letters",
        "WITH gone AS (UPDATE dead_letters SET value = NULL, status = 'discarded',"
        " reason = 'the person was erased', settled_at = clock_timestamp()"
        f" WHERE {_NAMED} RETURNING 1) SELECT count(*) FROM gone",
    ),
    Question(
        "idempotency_keys",
        "WITH gone AS (DELETE FROM idempotency_keys"
        " WHERE starts_with(scope, :user_id || ':') RETURNING 1) SELECT count(*) FROM gone",
    ),
)


class PersonHeld(BaseModel):
    """listed: whether the directory names her now. held: each thing as kept, by what it is."""

    model_config = with_examples(
        {"user_id": "eva", "listed": False, "held": {"recipients": [{"name": "Eva Åberg"}]}}
    )

    user_id: str
    listed: bool
    held: dict[str, list[dict[str, Any] | None]]


class ErasureIn(BaseModel):
    """reason: for the audit trail; nothing personal."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "Begäran 2026-17"}]}
    )

    reason: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
        AfterValidator(plain_text),
    ]


class ErasureOut(BaseModel):
    """erased: rows changed, by what they are about."""

    model_config = with_examples({"erased": {"recipients": 2, "idempotency_keys": 0}})

    erased: dict[str, int]


def install(
    app: FastAPI,
    name: str,
    database: Database,
    persons: Persons,
    on_erased: OnErased | None = None,
    on_act: OnAct = unkept,
) -> None:
    """Adds GET /v1/ops/NAME/persons/{user_id} and POST …/erase."""
    router = APIRouter(route_class=GuardedRoute, tags=["ops"])
    path = f"/v1/ops/{name}/persons/{{user_id}}"

    @router.get(path, operation_id=f"{name}ExportPerson", summary=f"What {name} holds of a person")
    @allow("ops")
    async def export_person(user_id: str, caller: Caller, request: Request) -> PersonHeld:
        """Everything that names one person, as it is kept."""
        _check(user_id)
        async with database.transaction() as session:
            held = {
                question.name: list(await session.scalars(text(question.statement), _of(user_id)))
                for question in (*persons.shown, *_SHOWN)
            }
            listed = await session.scalar(text(persons.listed), _of(user_id))
            await on_act(session, caller, request, "person_exported", "person")
        return PersonHeld(user_id=user_id, listed=bool(listed), held=held)

    @router.post(
        f"{path}/erase", operation_id=f"{name}ErasePerson", summary=f"Erase a person in {name}"
    )
    @allow("ops")
    async def erase_person(
        user_id: str, body: ErasureIn, caller: Caller, request: Request
    ) -> ErasureOut:
        """Erases what no law keeps, once the directory no longer names the person. Repeating it is
        harmless."""
        _check(user_id)
        async with database.transaction() as session:
            if await session.scalar(text(persons.listed), _of(user_id)):
                raise invalid("user_id", "is still in the directory: remove the person there first")
            erased = {
                question.name: int(
                    await session.scalar(text(question.statement), _of(user_id)) or 0
                )
                for question in (*persons.erased, *_ERASED)
            }
            if any(erased.values()) and on_erased is not None:
                await on_erased(session, caller, request, body.reason, erased)
        return ErasureOut(erased=erased)

    app.include_router(router)


def _check(user_id: str) -> None:
    if not IDENTIFIER.fullmatch(user_id):
        raise Refused(Code.NOT_FOUND)


def _of(user_id: str) -> dict[str, str]:
    return {"user_id": user_id}
