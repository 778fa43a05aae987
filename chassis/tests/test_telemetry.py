"""Traces flow from a request into what it says."""

import httpx
import pytest
from fastapi import APIRouter

from chassis.http import GuardedRoute, new_app, public
from chassis.telemetry import current_traceparent, new_traceparent, trace
from contracts.envelope import Envelope
from koppla.waiting import until
from tests.support.harness import Broker
from tests.support.sample import NOTES, Noted, Sample

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


async def test_a_requests_trace_reaches_the_event_it_caused(sample: Sample, broker: Broker) -> None:
    app = new_app("Notes", None, sample.metrics)
    api = APIRouter(route_class=GuardedRoute)

    @api.post("/notes")
    @public
    async def say() -> None:
        await sample.say(Noted(about="a", text="said"))

    app.include_router(api)
    relay = sample.relay()
    await relay.start()
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://notes.test") as http:
        await http.post("/notes", headers={"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"})
    (record,) = await until(lambda: broker.records(NOTES))
    await relay.stop()
    assert (Envelope.of(record.headers).traceparent or "").split("-")[1] == TRACE


@pytest.mark.parametrize("incoming", [None, "", "00-x-y-01", f"00-{TRACE.upper()}-0-01", "\xff"])
def test_a_traceparent_that_is_none_starts_a_new_trace(incoming: str | None) -> None:
    assert TRACE not in new_traceparent(incoming).lower()
    assert len(new_traceparent(incoming)) == 55


def test_a_trace_ends_with_its_block() -> None:
    with trace(None) as outer:
        with trace(outer) as inner:
            assert inner[3:35] == outer[3:35]
        assert current_traceparent() == outer
    assert current_traceparent() is None
