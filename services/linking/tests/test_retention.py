"""How long linking keeps what (design.md, Persons and how long)."""

from typing import Any

from chassis.retention import Purger
from contracts.topics import DIRECTORY_CLIENTS
from services.linking.tests.test_audit import chain
from services.linking.tests.test_paper_forms import register
from services.linking.tests.world import World


async def purge(world: World) -> dict[str, int]:
    [purger] = [w for w in world.running.service.workers if isinstance(w, Purger)]
    return await purger.purge()


async def count(world: World, *tables: str) -> dict[str, int]:
    found: dict[str, Any] = {}
    for table in tables:
        [row] = await world.running.rows(f"SELECT count(*) n FROM {table}")
        found[table] = row["n"]
    return found


REQUEST = ("link_requests", "sendings", "recipients", "request_events")


async def test_a_request_goes_seven_years_after_its_decision(world: World) -> None:
    made = await world.asked()
    await world.act(made, "resend")
    await world.act(made, "cancel")
    await world.asked("100004")
    await world.running.rows(
        "UPDATE link_requests SET decided_at = clock_timestamp() - interval '7 years' + '1 hour'"
        " WHERE status = 'cancelled'"
    )
    assert (await purge(world))["link_requests"] == 0
    await world.running.rows(
        "UPDATE link_requests SET decided_at = decided_at - interval '2 hours'"
    )
    assert (await purge(world))["link_requests"] == 1
    assert await count(world, *REQUEST) == {
        "link_requests": 1,
        "sendings": 1,
        "recipients": 1,
        "request_events": 1,
    }


async def test_a_link_and_its_request_go_seven_years_after_the_links_end(world: World) -> None:
    link = await world.linked()
    form = (await register(world, tenant_id="100002")).json()
    await world.running.rows("UPDATE link_requests SET decided_at = '2001-01-01'")
    await world.running.rows("UPDATE links SET established_at = '2001-01-01'")
    assert (await purge(world))["link_requests"] == 0
    for one in (link, form):
        await world.http.post(f"/v1/links/{one['id']}/end", headers=world.user())
    assert (await purge(world))["links"] == 0
    await world.running.rows("UPDATE links SET ended_at = '2001-01-01'")
    gone = await purge(world)
    assert (gone["links"], gone["link_requests"]) == (2, 1)
    assert set((await count(world, *REQUEST, "links", "paper_forms")).values()) == {0}


async def test_a_deleted_client_goes_with_its_tombstone(world: World) -> None:
    await world.linked()
    await world.gone(DIRECTORY_CLIENTS, "100001", "clients", "tenant_id")
    assert (await purge(world))["clients"] == 0
    await world.running.rows("UPDATE clients SET deleted_at = deleted_at - interval '31 days'")
    assert (await purge(world))["clients"] == 1
    [link] = (await world.get("/v1/links"))["items"]
    assert (link["client_name"], link["status"]) == ("Nordkust Åkeri AB", "ended")
    assert (await world.ask()).json()["code"] == "CLIENT_NOT_FOUND"


async def test_the_trail_goes_after_seven_years_and_still_holds(world: World) -> None:  # D9
    made = await world.asked()
    await world.act(made, "cancel")
    await world.running.rows("UPDATE audit_entries SET at = '2001-01-01' WHERE seq = 1")
    assert (await purge(world))["audit_entries"] == 1
    assert [row["entry"]["seq"] for row in await chain(world)] == [2]
