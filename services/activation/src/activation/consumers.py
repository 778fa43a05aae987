"""What activation listens to."""

from sqlalchemy.ext.asyncio import AsyncSession

from activation import directory, links
from chassis.consumer import Consumer
from chassis.outbox import Outbox
from contracts.events.directory import BureauRecord, ClientRecord
from contracts.events.linking import LinkEnded, LinkEstablished


def subscribe(consumer: Consumer, outbox: Outbox) -> None:
    async def established(session: AsyncSession, event: LinkEstablished) -> None:
        await links.establish(session, outbox, event)

    async def ended(session: AsyncSession, event: LinkEnded) -> None:
        await links.end(session, outbox, event)

    consumer.on_state(BureauRecord, directory.take_bureaus)
    consumer.on_state(ClientRecord, directory.take_clients)
    consumer.on(LinkEstablished, established)
    consumer.on(LinkEnded, ended)
