"""How long activation keeps what (design.md, Persons and how long)."""

from chassis.retention import Purger
from contracts.topics import DIRECTORY_CLIENTS
from services.activation.tests.bureau import Activation, client, ended, linked


async def purge(service: Activation) -> dict[str, int]:
    [purger] = [w for w in service.running.service.workers if isinstance(w, Purger)]
    return await purger.purge()


async def test_who_accepted_goes_with_the_accounting_records_and_the_version_stays(
    service: Activation,
) -> None:
    link = linked()
    await service.publish(client("100001", "Åkeri AB"), link)
    await service.activate()
    await service.publish(ended(link))
    assert (await purge(service))["linked_clients"] == 0
    await service.running.rows("UPDATE linked_clients SET ended_at = '2001-01-01'")
    assert (await purge(service))["linked_clients"] == 1
    [row] = await service.running.rows(
        "SELECT version, accepted_by, activated_by FROM linked_clients"
    )
    assert row == {"version": 3, "accepted_by": None, "activated_by": None}
    await service.publish(link)
    assert await service.listed(path="/v1/activation-list") == []


async def test_a_deleted_client_goes_unless_a_links_row_needs_its_name(service: Activation) -> None:
    await service.publish(client("100001", "Åkeri AB"), client("100002", "Olänkad AB"), linked())
    for tenant_id in ("100001", "100002"):
        await service.harness.broker.publish_raw(DIRECTORY_CLIENTS, tenant_id.encode(), None)
    await service.taken(2)
    assert (await purge(service))["clients"] == 0
    await service.running.rows("UPDATE clients SET deleted_at = deleted_at - interval '31 days'")
    assert (await purge(service))["clients"] == 1
    assert await service.running.rows("SELECT tenant_id FROM clients") == [{"tenant_id": "100001"}]
