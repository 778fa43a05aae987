"""Links: they begin in the activation list, and when they end everything by them ends."""

from sqlalchemy.ext.asyncio import AsyncSession

from activation.directory import named, numbered
from activation.link_steps import Known, Step, on_ended, on_established
from activation.storage import directory, linked_clients, permissions
from activation.tables import LinkedClient
from chassis.outbox import Outbox
from contracts.events.activation import ClientDelisted, ClientEvent, ClientListed
from contracts.events.linking import LinkEnded, LinkEstablished


async def establish(session: AsyncSession, outbox: Outbox, event: LinkEstablished) -> None:
    """Puts the client in the bureau's activation list; a later link starts without grants (D8)."""
    link = await linked_clients.lock_pair(session, event.bureau_id, event.tenant_id)
    step = on_established(_known(link), event.link_id, event.version)
    if step is Step.NOTHING:
        return
    if step is Step.NOTE and link is not None:
        link.version = event.version
        return
    await directory.note_client(
        session,
        {
            "tenant_id": event.tenant_id,
            **named(event.client_name, event.tenant_id),
            **numbered(event.client_org_number),
            "from_directory": False,
        },
    )
    said: list[ClientEvent] = []
    if link is None:
        link = _new(event, status="active")
        session.add(link)
    else:
        said += await _end(session, link, event.version) if step is Step.RELIST else []
        await permissions.remove_all(session, link)
    _begin(link, event)
    said.append(ClientListed(**await next_event(session, link)))
    await outbox.add(session, said)


async def end(session: AsyncSession, outbox: Outbox, event: LinkEnded) -> None:
    """Takes the client off both lists; remembers the end even of a link never heard of."""
    link = await linked_clients.lock_pair(session, event.bureau_id, event.tenant_id)
    step = on_ended(_known(link), event.version)
    if step is Step.NOTHING:
        return
    said: list[ClientEvent] = []
    if link is None:
        link = _new(event, status="ended")
        session.add(link)
    elif step is Step.DELIST:
        said += await _end(session, link, event.version)
    link.link_id, link.version, link.route = event.link_id, event.version, event.route
    link.status, link.ended_at = "ended", event.ended_at
    await outbox.add(session, said)


async def next_event(session: AsyncSession, link: LinkedClient) -> dict[str, object]:
    """What every event of a pair says; counts its revision."""
    link.revision += 1
    return {
        "bureau_id": link.bureau_id,
        "tenant_id": link.tenant_id,
        "version": link.version,
        "link_id": link.link_id,
        "revision": link.revision,
        "at": await linked_clients.now(session),
    }


def _known(link: LinkedClient | None) -> Known | None:
    return None if link is None else Known(link.link_id, link.version, link.is_active)


def _new(event: LinkEstablished | LinkEnded, status: str) -> LinkedClient:
    return LinkedClient(
        bureau_id=event.bureau_id,
        tenant_id=event.tenant_id,
        link_id=event.link_id,
        version=event.version,
        status=status,
        route=event.route,
    )


def _begin(link: LinkedClient, event: LinkEstablished) -> None:
    link.link_id, link.version, link.route = event.link_id, event.version, event.route
    link.status, link.ended_at = "active", None
    link.linked_at = event.established_at
    link.accepted_by = event.accepted_by.model_dump() if event.accepted_by else None
    link.activated_at = link.activated_by = None


async def _end(session: AsyncSession, link: LinkedClient, version: int) -> list[ClientEvent]:
    await permissions.remove_all(session, link)
    link.version = version
    return [ClientDelisted(**await next_event(session, link))]
