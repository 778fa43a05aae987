"""One batch of records in one transaction: inbox, handlers, dead letters."""

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.dead_letters import DeadLetters
from chassis.handlers import Change, Handlers
from chassis.inbox import Inbox
from chassis.positions import NO_LOGS, Logs, Positions
from chassis.taken import Record, Taken
from chassis.telemetry import trace
from contracts.events.event import Event

Outcomes = Counter[tuple[str, str]]
"""How many records of a topic came to which end: applied, duplicate, unknown_type, dead_letter,
waiting, overtaken."""

BEHIND = "an older record of its key is a dead letter"


class Applier:
    """Applies records for a consumer. name: the inbox's. on_next: told of each step of a batch."""

    def __init__(
        self,
        name: str,
        handlers: Handlers,
        inbox: Inbox,
        positions: Positions,
        dead_letters: DeadLetters,
    ) -> None:
        self._name = name
        self._handlers = handlers
        self._inbox = inbox
        self._positions = positions
        self._dead_letters = dead_letters
        self.on_next: Callable[[], None] = lambda: None

    async def apply(
        self, session: AsyncSession, records: Sequence[Record], logs: Logs = NO_LOGS
    ) -> Outcomes:
        """Applies all that is new; what can't be one of our events becomes a dead letter.

        Raises Doubtful where states come from before what was taken in, and logs don't say why.
        """
        outcomes: Outcomes = Counter()
        records = await self._not_overtaken(session, records, logs, outcomes)
        taken = self._take(records, outcomes)
        new = await self._inbox.claim(
            session, self._name, [t.envelope.id for t in taken if t.envelope is not None]
        )
        # By topic, in one order always: a batch brings the topics mixed, and rows locked now in
        # this order and now in that deadlock with others' transactions. Within a topic the
        # order stays; between topics Kafka promises none.
        taken.sort(key=lambda t: t.record.topic)
        for topic, run in itertools.groupby(taken, key=lambda t: t.record.topic):
            self.on_next()
            if self._handlers.is_state(topic):
                outcomes += await self._apply_states(session, topic, list(run))
            else:
                outcomes += await self._apply_events(session, topic, list(run), new)
        return outcomes

    async def bury(
        self, session: AsyncSession, record: Record, error: str, logs: Logs = NO_LOGS
    ) -> Outcomes:
        """Keeps a record whose handler failed for good. Raises Doubtful as `apply` does."""
        outcomes: Outcomes = Counter()
        if not await self._not_overtaken(session, [record], logs, outcomes):
            return outcomes
        taken = self._handlers.take(record)
        if taken is not None and taken.envelope is not None:
            await self._inbox.claim(session, self._name, [taken.envelope.id])
        await self._dead_letters.add(session, self._name, record, error)
        return Counter({(record.topic, "dead_letter"): 1})

    async def again(self, session: AsyncSession, record: Record) -> str | None:
        """Applies a dead letter's record; why it still can't be taken, None when it was.

        It is this letter's to apply even where the inbox knows its event: burying claimed it.
        """
        taken = self._handlers.take(record)
        if taken is None:
            return "nobody here listens to its type"
        if taken.rejected is not None:
            return taken.rejected
        if self._handlers.is_state(record.topic):
            change = Change(record.key.decode(), taken.event)
            await self._handlers.apply_states(session, record.topic, [change])
            return None
        await self._inbox.claim(
            session, self._name, [taken.envelope.id] if taken.envelope is not None else []
        )
        await self._apply_event(session, taken)
        return None

    async def _not_overtaken(
        self, session: AsyncSession, records: Sequence[Record], logs: Logs, outcomes: Outcomes
    ) -> Sequence[Record]:
        """Without states that somebody has taken in already; events are the inbox's affair."""
        states = [record for record in records if self._handlers.is_state(record.topic)]
        new = set(map(id, await self._positions.advance(session, self._name, states, logs)))
        for record in states:
            if id(record) not in new:
                outcomes[record.topic, "overtaken"] += 1
        return [r for r in records if id(r) in new or not self._handlers.is_state(r.topic)]

    def _take(self, records: Sequence[Record], outcomes: Outcomes) -> list[Taken]:
        known = []
        for record in records:
            taken = self._handlers.take(record)
            if taken is None:
                outcomes[record.topic, "unknown_type"] += 1
            else:
                known.append(taken)
        return known

    async def _apply_states(
        self, session: AsyncSession, topic: str, run: Sequence[Taken]
    ) -> Outcomes:
        newest: dict[bytes, Change] = {}
        rejected: dict[bytes | None, list[Taken]] = {}
        overtaken: list[Taken] = []
        outcomes: Outcomes = Counter()
        for taken in run:
            raw = taken.record.key
            if taken.rejected is not None:
                rejected.setdefault(raw, []).append(taken)
                continue
            if _is_overtaken(taken.event, newest.get(raw)):
                continue
            newest.pop(raw, None)
            newest[raw] = Change(raw.decode(), taken.event)
            overtaken += rejected.pop(raw, ())
            outcomes[topic, "applied"] += 1
        # Locked before anything that the handler locks, as whoever retries a letter does.
        await self._dead_letters.supersede(session, topic, list(newest))
        for letter in overtaken:
            await self._reject(session, letter, status="superseded")
        for letter in itertools.chain(*rejected.values()):
            await self._reject(session, letter)
        buried = len(overtaken) + sum(map(len, rejected.values()))
        if buried:
            outcomes[topic, "dead_letter"] += buried
        if newest:
            await self._handlers.apply_states(session, topic, list(newest.values()))
        return outcomes

    async def _apply_events(
        self, session: AsyncSession, topic: str, run: Sequence[Taken], new: set[UUID]
    ) -> Outcomes:
        outcomes: Outcomes = Counter()
        in_order = self._handlers.is_in_order(topic)
        stuck: set[bytes | None] = set()
        if in_order:
            keys = [taken.record.key for taken in run if taken.record.key is not None]
            stuck |= await self._dead_letters.unsettled_keys(session, topic, keys)
        for taken in run:
            self.on_next()
            if taken.envelope is not None and taken.envelope.id not in new:
                outcomes[topic, "duplicate"] += 1
                continue
            if taken.envelope is not None:
                # A second copy in the same batch is a duplicate too.
                new.discard(taken.envelope.id)
            if taken.rejected is not None:
                await self._reject(session, taken)
                outcomes[topic, "dead_letter"] += 1
                stuck.add(taken.record.key)
            elif in_order and taken.record.key is not None and taken.record.key in stuck:
                await self._dead_letters.add(
                    session, self._name, taken.record, BEHIND, status="waiting"
                )
                outcomes[topic, "waiting"] += 1
            else:
                await self._apply_event(session, taken)
                outcomes[topic, "applied"] += 1
        return outcomes

    async def _apply_event(self, session: AsyncSession, taken: Taken) -> None:
        event, envelope = taken.event, taken.envelope
        # An event that was not rejected has both.
        assert event is not None
        assert envelope is not None
        with trace(envelope.traceparent, event_id=str(envelope.id)):
            await self._handlers.apply_event(session, taken.record.topic, event, envelope)

    async def _reject(self, session: AsyncSession, taken: Taken, status: str = "open") -> None:
        reason = taken.rejected or "no event"
        await self._dead_letters.add(session, self._name, taken.record, reason, status=status)


def _is_overtaken(event: Event | None, known: Change | None) -> bool:
    """Whether a state that carries a version comes after a newer one of its key."""
    version = getattr(event, "version", None)
    newer = getattr(known.state, "version", None) if known is not None else None
    return version is not None and newer is not None and version <= newer
