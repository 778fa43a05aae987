"""Publishing again: events that the outbox still keeps, or what is so now, as new events.

Consumers drop what they have taken in, by the event's id or by its version; so this is safe at any
time. Why so: docs/decisions/0016.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, FastAPI, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import Table, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.acts import OnAct, unkept
from chassis.api_document import with_examples
from chassis.database import Database
from chassis.http import Caller, GuardedRoute, allow
from chassis.outbox import Outbox, Publishable
from chassis.problems import invalid
from contracts.fields import Moment, plain_text
from contracts.topics import TOPICS

log = structlog.get_logger(__name__)
_Plain = AfterValidator(plain_text)
_PAGE = 500
_EVENTS = "events"
_PLACE = re.compile(r"([0-9]{1,18}):([0-9]{1,18})", re.ASCII)
# States are said as they are now, under their lock: an older one that came after a newer one would
# be all that compaction leaves.
_NEVER = tuple(
    topic.name
    for topic in TOPICS
    if topic.config.get("cleanup.policy") == "compact" or topic.name.startswith("dead-letters.")
)


@dataclass(frozen=True, slots=True)
class Page:
    """events: what is so now. next: where the next page begins, None after the last."""

    events: Sequence[Publishable]
    next: str | None


PageOf = Callable[[AsyncSession, str | None, str | None, int], Awaitable[Page]]
"""(session, after, key, limit): what is so now, behind `after`, of all keys or of one. It locks
what it tells of, so that nobody else says something newer first."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something that a service can tell anew. name: in cursors. states: its topic is compacted."""

    name: str
    page: PageOf
    states: bool = False


class ReplayIn(BaseModel):
    """since: events written since then; all that are kept where it is left out. key: of one record
    key. snapshot: what is so now, as new events, instead of what was said."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"since": "2026-03-02T09:00:00Z"},
                {"snapshot": True, "key": "b-1:100001"},
            ]
        },
    )

    since: Moment | None = None
    key: Annotated[str, StringConstraints(min_length=1, max_length=200), _Plain] | None = None
    snapshot: bool = False
    cursor: Annotated[str, StringConstraints(max_length=300), _Plain] | None = Field(
        default=None, description="The `next_cursor` of the answer before."
    )


class ReplayOut(BaseModel):
    """events: how many the relay publishes now. next_cursor: ask again with it until it is null."""

    model_config = with_examples({"events": 500, "next_cursor": "links:b-1:100499"})

    events: int
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Replay:
    """What one service can publish again."""

    table: Table
    outbox: Outbox
    parts: Sequence[Part] = ()

    async def step(self, session: AsyncSession, asked: ReplayIn) -> ReplayOut:
        """One page. Raises Refused INVALID_INPUT for a cursor that is none."""
        steps = [part.name for part in self.parts if asked.snapshot or part.states]
        steps += [] if asked.snapshot else [_EVENTS]
        if not steps:
            return ReplayOut(events=0, next_cursor=None)
        name, _, after = (asked.cursor or f"{steps[0]}:").partition(":")
        if name not in steps:
            raise invalid("cursor", "is not a cursor of this replay")
        if name == _EVENTS:
            said, further = await self._again(session, asked.since, asked.key, after)
        else:
            said, further = await self._anew(session, name, asked.key, after)
        if further is None:
            later = steps[steps.index(name) + 1 :]
            return ReplayOut(events=said, next_cursor=f"{later[0]}:" if later else None)
        return ReplayOut(events=said, next_cursor=f"{name}:{further}")

    async def _anew(
        self, session: AsyncSession, name: str, key: str | None, after: str
    ) -> tuple[int, str | None]:
        part = next(part for part in self.parts if part.name == name)
        page = await part.page(session, after or None, key, _PAGE)
        await self.outbox.add(session, page.events, snapshot=True)
        return len(page.events), page.next

    async def _again(
        self, session: AsyncSession, since: datetime | None, key: str | None, after: str
    ) -> tuple[int, str | None]:
        columns = self.table.c
        place = _PLACE.fullmatch(after or "0:0")
        if place is None:
            raise invalid("cursor", "is not a cursor of this replay")
        begin, end = int(place[1]), int(place[2])
        if not after:
            # What is written from now on is published anyway.
            end = await session.scalar(select(func.coalesce(func.max(columns.id), 0))) or 0
        said = columns.published_at.is_not(None) & columns.topic.not_in(_NEVER)
        # One that could not be sent was not said at all, and holds up all later ones of its key:
        # whatever its topic, it is tried again.
        asked = [columns.id > begin, columns.id <= end, said | columns.parked_at.is_not(None)]
        asked += [] if since is None else [columns.created_at >= since]
        asked += [] if key is None else [columns.key == key]
        found = await session.scalars(
            select(columns.id).where(*asked).order_by(columns.id).limit(_PAGE)
        )
        if not (ids := found.all()):
            return 0, None
        await session.execute(
            update(self.table)
            .where(columns.id.in_(ids))
            .values(published_at=None, parked_at=None, error=None)
        )
        await session.execute(text("SELECT pg_notify('outbox', '')"))
        return len(ids), f"{ids[-1]}:{end}" if len(ids) == _PAGE else None


def install(
    app: FastAPI, name: str, database: Database, replay: Replay, on_act: OnAct = unkept
) -> None:
    """Adds POST /v1/ops/NAME/replay."""
    router = APIRouter(route_class=GuardedRoute, tags=["ops"])

    @router.post(
        f"/v1/ops/{name}/replay",
        operation_id=f"{name}Replay",
        summary=f"Publish again what {name} said",
    )
    @allow("ops")
    async def publish_again(body: ReplayIn, caller: Caller, request: Request) -> ReplayOut:
        """A page of events, under the ids they had, in the order of their keys; or what is so now,
        as new events that nobody is mailed about. Consumers drop what they know already."""
        async with database.transaction() as session:
            done = await replay.step(session, body)
            if body.cursor is None or done.events:
                # Each page that publishes: a cursor may be made up.
                await on_act(session, caller, request, "events_replayed", "outbox", **_facts(body))
        log.info(
            "replayed", service=name, by=caller.sub, snapshot=body.snapshot, events=done.events
        )
        return done

    app.include_router(router)


def _facts(asked: ReplayIn) -> dict[str, Any]:
    return asked.model_dump(mode="json", include={"since", "key", "snapshot"})
