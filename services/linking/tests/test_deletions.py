"""A bureau or a client is deleted: nothing pending, nothing linked is left over (D11)."""

import asyncio

from contracts.events.linking import LinkEnded, LinkRequestCancelled
from contracts.topics import DIRECTORY_BUREAUS, DIRECTORY_CLIENTS
from koppla.waiting import until
from services.linking.tests.test_paper_forms import register
from services.linking.tests.world import EVA, NORD, World, client


async def test_a_deleted_clients_requests_are_cancelled_and_its_links_ended(world: World) -> None:
    link = await world.linked()
    pending = await world.ask(headers=world.user("cia", "syd"))
    token = world.sign(pending.json()["id"], "eva", EVA.email)
    await world.gone(DIRECTORY_CLIENTS, "100001", "clients", "tenant_id")
    [cancelled] = await world.published(LinkRequestCancelled, 1)
    assert (cancelled.bureau_id, cancelled.reason) == ("syd", "client_deleted")
    assert cancelled.decided_by is None
    assert {one.user_id for one in cancelled.recipients} == {"eva", "fia", "gun"}
    [ended] = await world.published(LinkEnded, 1)
    assert (str(ended.link_id), ended.reason, ended.ended_by) == (
        *(link["id"], "client_deleted", None),
    )
    assert [one.user_id for one in ended.bureau_admins] == ["ada"]
    assert ended.client_admins == ()
    shown = await world.get(f"/v1/links/{link['id']}")
    assert (shown["status"], shown["reason"], shown["ended_by"]) == (
        "ended",
        "client_deleted",
        None,
    )
    late = await world.accept(token)
    assert (late.status_code, late.json()["code"]) == (409, "ALREADY_DECIDED")
    page = await world.page(token, {"accept": "text/html"})
    assert (page.status_code, "Klienten finns inte längre" in page.text) == (200, True)
    assert (await world.ask()).json()["code"] == "CLIENT_NOT_FOUND"


async def test_a_deleted_bureaus_requests_are_cancelled_and_its_links_ended(world: World) -> None:
    link = await world.linked("100004")
    made = await world.asked()
    token = (await world.mailed(made))["eva"]
    await world.gone(DIRECTORY_BUREAUS, "nord", "bureaus", "bureau_id")
    [cancelled] = await world.published(LinkRequestCancelled, 1)
    assert (cancelled.reason, cancelled.requester) == ("bureau_deleted", None)
    [ended] = await world.published(LinkEnded, 1)
    assert (str(ended.link_id), ended.reason, ended.bureau_admins) == (
        *(link["id"], "bureau_deleted", ()),
    )
    assert [one.user_id for one in ended.client_admins] == ["eva"]
    late = await world.accept(token)
    assert (late.status_code, late.json()["request_status"]) == (409, "cancelled")
    assert (await world.ask("100002")).json()["code"] == "FORBIDDEN"
    assert (await register(world)).json()["errors"][0]["field"] == "bureau_id"


async def test_deleting_again_ends_nothing_twice_and_a_return_starts_anew(world: World) -> None:
    await world.linked()
    await world.gone(DIRECTORY_CLIENTS, "100001", "clients", "tenant_id")
    await world.published(LinkEnded, 1)
    await world.gone(DIRECTORY_CLIENTS, "100001", "clients", "tenant_id")
    await world.directory(client("100001", "Åter AB", EVA))
    again = await world.linked()
    assert again["client_name"] == "Åter AB"
    assert await world.outbox("LinkEnded") == 1


async def orphans(world: World) -> list[dict[str, object]]:
    """What is pending or active with who is deleted; there must never be any."""
    return await world.running.rows(
        "SELECT 'request' kind, r.tenant_id FROM link_requests r"
        " LEFT JOIN clients c USING (tenant_id) LEFT JOIN bureaus b USING (bureau_id)"
        " WHERE r.status = 'pending' AND (c.deleted_at IS NOT NULL OR b.deleted_at IS NOT NULL)"
        " UNION ALL SELECT 'link', l.tenant_id FROM links l"
        " LEFT JOIN clients c USING (tenant_id) LEFT JOIN bureaus b USING (bureau_id)"
        " WHERE l.status = 'active' AND (c.deleted_at IS NOT NULL OR b.deleted_at IS NOT NULL)"
    )


async def test_a_deletion_racing_creates_and_accepts_leaves_no_orphan(world: World) -> None:  # D11
    tenants = [f"7000{number:02}" for number in range(12)]
    await world.directory(*[client(tenant, f"Klient {tenant}", EVA) for tenant in tenants])
    asked = [await world.asked(tenant) for tenant in tenants[::2]]
    tokens = [world.sign(made["id"], "eva", EVA.email) for made in asked]

    async def delete(tenant: str) -> None:
        await world.broker.publish_raw(DIRECTORY_CLIENTS, tenant.encode(), None)

    answers = await asyncio.gather(
        *[world.accept(token) for token in tokens],
        *[world.ask(tenant) for tenant in tenants[1::2]],
        *[delete(tenant) for tenant in tenants],
        return_exceptions=True,
    )
    for answer in answers:
        if answer is not None:
            assert not isinstance(answer, BaseException)
            assert answer.status_code in (200, 201, 403, 404, 409), answer.text

    async def all_gone() -> bool:
        question = "SELECT count(*) n FROM clients WHERE deleted_at IS NOT NULL"
        return (await world.running.rows(question))[0]["n"] == len(tenants)

    await until(all_gone)
    assert await orphans(world) == []


async def test_a_bureaus_deletion_racing_its_creates_leaves_no_orphan(world: World) -> None:  # D11
    tenants = [f"7100{number:02}" for number in range(10)]
    await world.directory(*[client(tenant, f"Klient {tenant}", EVA) for tenant in tenants])

    async def delete() -> None:
        await world.gone(DIRECTORY_BUREAUS, "nord", "bureaus", "bureau_id")

    await asyncio.gather(*[world.ask(tenant) for tenant in tenants], delete())
    assert await orphans(world) == []
    await world.directory(NORD.model_copy(update={"name": "Nord igen"}))
    assert (await world.ask(tenants[0])).status_code == 201
