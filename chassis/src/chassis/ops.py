"""What operators ask every service: live, ready, metrics, status."""

from typing import Any

from aiokafka.errors import KafkaError
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel
from sqlalchemy import func, select

from chassis import dead_letter_api
from chassis.acts import OnAct, unkept
from chassis.api_document import with_examples
from chassis.app import Service
from chassis.dead_letter_desk import Desk
from chassis.http import GuardedRoute, allow, public
from chassis.schema import ChassisTables


class OutboxStatus(BaseModel):
    """Events not published yet. parked: how many of them can't ever be sent."""

    backlog: int
    parked: int
    oldest_seconds: float


class ServiceStatus(BaseModel):
    """consumer_lag: records not taken yet, by topic; null while the broker is away.

    relay_holder: who publishes, null for nobody. dead_letters: how many wait for somebody.
    """

    model_config = with_examples(
        {
            "service": "search",
            "ready": True,
            "consumer_lag": {"directory.clients.v1": 0, "linking.bureaus.v1": 0},
            "outbox": {"backlog": 0, "parked": 0, "oldest_seconds": 0.0},
            "relay_holder": "search-relay-7c9d:1",
            "dead_letters": 0,
        }
    )

    service: str
    ready: bool
    consumer_lag: dict[str, int] | None
    outbox: OutboxStatus
    relay_holder: str | None
    dead_letters: int


def install(app: FastAPI, service: Service, tables: ChassisTables, on_act: OnAct = unkept) -> None:
    """Adds /healthz, /readyz, /metrics, /v1/ops/SERVICE/status and …/dead-letters."""
    _install_dead_letters(app, service, tables, on_act)
    _measure_outbox(service, tables)
    router = APIRouter(route_class=GuardedRoute)

    @router.get("/healthz", include_in_schema=False)
    @public
    async def healthz() -> JSONResponse:
        hangs = service.hangs
        return JSONResponse({"status": hangs or "ok"}, 503 if hangs else 200)

    @router.get("/readyz", include_in_schema=False)
    @public
    async def readyz() -> JSONResponse:
        wrong = await service.ready()
        return JSONResponse(
            {"status": "not ready" if wrong else "ok", **wrong}, 503 if wrong else 200
        )

    @router.get("/metrics", include_in_schema=False)
    @public
    async def metrics() -> Response:
        return PlainTextResponse(await service.measured(), media_type=CONTENT_TYPE_LATEST)

    @router.get(
        f"/v1/ops/{service.name}/status",
        tags=["ops"],
        operation_id=f"{service.name}Status",
        summary=f"How {service.name} is",
    )
    @allow("ops")
    async def status(request: Request) -> ServiceStatus:
        """Consumer lag by topic, outbox backlog and age, who relays, dead letters."""
        return ServiceStatus.model_validate(await _status(service, tables))

    app.include_router(router)


def _install_dead_letters(
    app: FastAPI, service: Service, tables: ChassisTables, on_act: OnAct
) -> None:
    if service.consumer is None:
        return
    desk = Desk(
        tables.dead_letters,
        tables.dead_letter_acts,
        service.consumer.handlers,
        service.consumer.applier,
    )
    dead_letter_api.install(app, service.name, service.database, desk, on_act)

    async def count() -> None:
        async with service.database.transaction() as session:
            found = await desk.counted(session)
        gauge = service.metrics.dead_letters
        gauge.clear()
        for (topic, status), number in found.items():
            gauge.labels(service.name, topic, status).set(number)

    service.measures.append(count)


def _measure_outbox(service: Service, tables: ChassisTables) -> None:
    """Asked of the database at each look: a relay that was relieved, or hangs, would go on telling
    what it saw last."""
    outbox, metrics = tables.outbox.c, service.metrics

    async def count() -> None:
        waits = func.min(outbox.created_at).filter(outbox.parked_at.is_(None))
        age = func.extract("epoch", func.clock_timestamp() - waits)
        question = select(func.count(), age, func.count(outbox.parked_at))
        async with service.database.connection() as connection:
            found = await connection.execute(question.where(outbox.published_at.is_(None)))
        backlog, oldest, parked = found.one()
        metrics.outbox_backlog.labels(service.name).set(backlog)
        metrics.outbox_oldest.labels(service.name).set(oldest or 0)
        metrics.outbox_parked.labels(service.name).set(parked)

    service.measures.append(count)


async def _lag(service: Service) -> dict[str, int] | None:
    try:
        return await service.consumer.lag() if service.consumer else {}
    except (KafkaError, TimeoutError):
        return None


async def _status(service: Service, tables: ChassisTables) -> dict[str, Any]:
    outbox, lease, dead = tables.outbox.c, tables.relay_lease.c, tables.dead_letters.c
    now = func.clock_timestamp()
    async with service.database.connection() as connection:
        backlog, oldest, parked = (
            await connection.execute(
                select(
                    func.count(),
                    func.extract("epoch", now - func.min(outbox.created_at)),
                    func.count(outbox.parked_at),
                ).where(outbox.published_at.is_(None))
            )
        ).one()
        holder = (
            await connection.execute(select(lease.holder).where(lease.until > now))
        ).scalar_one_or_none()
        letters = (
            await connection.execute(
                select(func.count()).where(dead.status == "open").select_from(tables.dead_letters)
            )
        ).scalar_one()
    return {
        "service": service.name,
        "ready": not await service.ready(),
        "consumer_lag": await _lag(service),
        "outbox": {
            "backlog": backlog,
            "parked": parked,
            "oldest_seconds": round(float(oldest or 0), 1),
        },
        "relay_holder": holder,
        "dead_letters": letters,
    }
