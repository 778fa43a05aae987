"""Dead letters over HTTP, for operators: GET and POST below /v1/ops/SERVICE/dead-letters."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, FastAPI, Query, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from chassis.acts import OnAct, unkept
from chassis.api_document import with_examples
from chassis.database import Database
from chassis.dead_letter_desk import UNSETTLED, By, Desk, Row
from chassis.http import Caller, GuardedRoute, allow, answers, refuses
from chassis.problems import Refused, invalid
from contracts.fields import Moment, plain_text
from contracts.problem_codes import Code
from contracts.redaction import redacted

Status = Literal["open", "waiting", "retried", "superseded", "discarded"]
_Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(plain_text),
]
_ITEM: dict[str, Any] = {
    "id": "0193a5d2-1c07-7a07-8c4d-5e6f708192a3",
    "topic": "directory.clients.v1",
    "partition": 3,
    "offset": 1742,
    "key": "100001",
    "type": "ClientRecord",
    "event_id": "0193a5d2-1c06-7a06-8c4d-5e6f708192a3",
    "error": "ClientRecord name: Field required",
    "status": "open",
    "attempts": 1,
    "created_at": "2026-03-02T09:15:00Z",
    "settled_at": None,
    "settled_by": None,
    "reason": None,
}
_WHOLE: dict[str, Any] = {
    **_ITEM,
    "headers": [["ce_type", "ClientRecord"]],
    "value": '{"tenant_id": "100001", "org_number": "900101-****"}',
    "value_bytes": 52,
    "acts": [],
}
_RETRIED: dict[str, Any] = {
    **_WHOLE,
    "status": "retried",
    "settled_at": "2026-03-02T10:00:00Z",
    "settled_by": "olle",
    "reason": "Rättat i 1.4.2",
    "acts": [
        {
            "at": "2026-03-02T10:00:00Z",
            "action": "retry",
            "by": "olle",
            "reason": "Rättat i 1.4.2",
            "outcome": "retried",
            "error": None,
        }
    ],
}
_DISCARDED: dict[str, Any] = {
    **_RETRIED,
    "status": "discarded",
    "acts": [{**_RETRIED["acts"][0], "action": "discard", "outcome": "discarded"}],
}


class LetterQuery(BaseModel):
    """status: `unsettled`, which is open and waiting, unless said otherwise."""

    status: Status | Literal["unsettled", "all"] = "unsettled"
    topic: Annotated[str, StringConstraints(max_length=249)] | None = None
    limit: int = Field(default=50, ge=1, le=200)
    cursor: Annotated[str, StringConstraints(max_length=40)] | None = None

    def statuses(self) -> Sequence[str]:
        if self.status == "all":
            return (*UNSETTLED, "retried", "superseded", "discarded")
        return UNSETTLED if self.status == "unsettled" else (self.status,)

    def before(self) -> int | None:
        """Raises Refused INVALID_INPUT."""
        if self.cursor is None:
            return None
        if not self.cursor.isascii() or not self.cursor.isdecimal() or len(self.cursor) > 18:
            raise invalid("cursor", "is not a cursor of this list")
        return int(self.cursor)


class LetterItem(BaseModel):
    """A record that could not be taken. type, event_id: by its headers, as far as they say.

    status: open; waiting, behind an older one of its key; retried; superseded by a newer record of
    its key; discarded. attempts: how often it was tried. error: why it failed the last time.
    """

    id: UUID
    topic: str
    partition: int
    offset: int
    key: str | None
    type: str | None
    event_id: str | None
    error: str
    status: Status
    attempts: int
    created_at: Moment
    settled_at: Moment | None
    settled_by: str | None
    reason: str | None

    @classmethod
    def fields_of(cls, row: Row) -> dict[str, Any]:
        named = dict(pair[:2] for pair in row["headers"])
        return {
            **row,
            "key": _text(row["key"]),
            "type": _shown(named.get("ce_type")),
            "event_id": _shown(named.get("ce_id")),
            "error": redacted(row["error"]),
        }


class LetterPage(BaseModel):
    model_config = with_examples({"items": [_ITEM], "next_cursor": None})

    items: list[LetterItem]
    next_cursor: str | None


class LetterAct(BaseModel):
    """What somebody did: action retry, discard; release of what waited behind it; or supersede of
    what was older. outcome: the status that came of it, or failed."""

    at: Moment
    action: str
    by: str
    reason: str | None
    outcome: str
    error: str | None


class LetterOut(LetterItem):
    """The letter with its record. Sole traders' numbers and links' tokens are masked.

    headers: [name, value]; a value that is no text as {base64}. value: as text, what is no UTF-8
    replaced; value_bytes: how long it is as it came; null for a record without one.
    """

    model_config = with_examples(_WHOLE)

    headers: list[tuple[str, str | dict[str, str] | None]]
    value: str | None
    value_bytes: int | None
    acts: list[LetterAct]

    @classmethod
    def of(cls, row: Row, acts: Sequence[Row]) -> "LetterOut":
        value = row["value"]
        return cls.model_validate(
            {
                **cls.fields_of(row),
                "headers": [[name, _redacted(said)] for name, said in row["headers"]],
                "value": None if value is None else redacted(_text(value) or ""),
                "value_bytes": None if value is None else len(value),
                "acts": [
                    {**act, "error": None if act["error"] is None else redacted(act["error"])}
                    for act in acts
                ],
            }
        )


class RetryIn(BaseModel):
    """reason: for those who look at the letter later; may be left out."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "Rättat i 1.4.2"}]}
    )

    reason: _Reason | None = None


class DiscardIn(BaseModel):
    """reason: why its record need not take effect."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "Testdata från provkörning"}]}
    )

    reason: _Reason


def install(
    app: FastAPI, name: str, database: Database, desk: Desk, on_act: OnAct = unkept
) -> None:
    """Adds the list, one letter, retry and discard."""
    router = APIRouter(route_class=GuardedRoute, tags=["ops"])
    path = f"/v1/ops/{name}/dead-letters"

    @router.get(path, operation_id=f"{name}ListDeadLetters", summary=f"What {name} could not take")
    @allow("ops")
    async def list_dead_letters(asked: Annotated[LetterQuery, Query()]) -> LetterPage:
        """The newest first."""
        async with database.transaction() as session:
            rows = await desk.page(
                session, asked.statuses(), asked.topic, asked.before(), asked.limit + 1
            )
        shown = rows[: asked.limit]
        more = str(shown[-1]["arrival"]) if len(rows) > asked.limit else None
        items = [LetterItem.model_validate(LetterItem.fields_of(row)) for row in shown]
        return LetterPage(items=items, next_cursor=more)

    @router.get(
        f"{path}/{{letter_id}}",
        operation_id=f"{name}ShowDeadLetter",
        summary=f"One dead letter of {name}",
    )
    @allow("ops")
    async def show_dead_letter(letter_id: str) -> LetterOut:
        """The record as it came, why it failed, and what was done with it."""
        async with database.transaction() as session:
            found = await desk.letter(session, _id(letter_id))
            return LetterOut.of(found, await desk.acts(session, found["id"]))

    @router.post(
        f"{path}/{{letter_id}}/retry",
        operation_id=f"{name}RetryDeadLetter",
        summary=f"Retry a dead letter of {name}",
    )
    @allow("ops")
    @refuses(Code.LETTER_SETTLED, Code.OLDER_LETTER_OPEN)
    @answers(_RETRIED)
    async def retry_dead_letter(
        letter_id: str, caller: Caller, request: Request, body: RetryIn | None = None
    ) -> LetterOut:
        """Runs the record through its handler again, and what waited behind it.

        Look at `status`: `retried` where it took effect, `superseded` where a newer record of its
        key had, `open` with the new `error` where it failed again. Repeating it is harmless."""
        by = By(caller.sub, body.reason if body else None)
        async with database.transaction() as session:
            found = await desk.retry(session, _id(letter_id), by)
            facts = {"reason": by.reason, "status": found["status"]}
            await on_act(session, caller, request, "dead_letter_retried", _subject(found), **facts)
            return LetterOut.of(found, await desk.acts(session, found["id"]))

    @router.post(
        f"{path}/{{letter_id}}/discard",
        operation_id=f"{name}DiscardDeadLetter",
        summary=f"Discard a dead letter of {name}",
    )
    @allow("ops")
    @refuses(Code.LETTER_SETTLED)
    @answers(_DISCARDED)
    async def discard_dead_letter(
        letter_id: str, body: DiscardIn, caller: Caller, request: Request
    ) -> LetterOut:
        """Its record never takes effect; what waited behind it does. Repeating it is harmless."""
        async with database.transaction() as session:
            found = await desk.discard(session, _id(letter_id), By(caller.sub, body.reason))
            facts = {"reason": body.reason}
            await on_act(
                session, caller, request, "dead_letter_discarded", _subject(found), **facts
            )
            return LetterOut.of(found, await desk.acts(session, found["id"]))

    app.include_router(router)


def _subject(letter: Row) -> str:
    return f"letter:{letter['id']}"


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refused(Code.NOT_FOUND) from None


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "replace")


def _shown(header: Any) -> str | None:
    return redacted(header) if isinstance(header, str) else None


def _redacted(header: Any) -> Any:
    return redacted(header) if isinstance(header, str) else header
