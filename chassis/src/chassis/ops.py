"""What operators ask every service: live, ready, metrics, status."""

from typing import Any

from aiokafka.errors import KafkaError
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import func, select

from chassis.app import Service
from chassis.http import GuardedRoute, allow, public
from chassis.schema import ChassisTables


def install(app: FastAPI, service: Service, tables: ChassisTables) -> None:
    """Adds /healthz, /readyz, /metrics and /v1/ops/SERVICE/status."""
    router = APIRouter(route_class=GuardedRoute)

    @router.get("/healthz", include_in_schema=False)
    @public
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

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
        return PlainTextResponse(
            generate_latest(service.metrics.registry), media_type=CONTENT_TYPE_LATEST
        )

    @router.get(f"/v1/ops/{service.name}/status", tags=["ops"])
    @allow("ops")
    async def status(request: Request) -> dict[str, Any]:
        """Consumer lag by topic (null while the broker is away), outbox backlog and age in seconds,
        who relays, dead letters."""
        return await _status(service, tables)

    app.include_router(router)


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
