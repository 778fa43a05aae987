"""The chassis's own tables, in a service's metadata. How a database comes to have them is said in
chassis/schema_versions.py."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

_now = func.clock_timestamp()
_moment = DateTime(timezone=True)
_unsettled = text("status IN ('open', 'waiting')")


class ChassisTables:
    """outbox, relay_lease, inbox, positions, dead_letters with dead_letter_acts, and
    idempotency_keys of one service.

    A dead letter's status: open; waiting, behind an older one of its key; or settled: retried,
    superseded by a newer state of its key, discarded. arrival: its place among all letters.

    A position: next_offset is behind the last state taken in of a partition, in the log that
    topic_id names; taken_from and taken_in are both as the last batch found them.
    """

    def __init__(self, metadata: MetaData) -> None:
        self.outbox = Table(
            "outbox",
            metadata,
            Column("id", BigInteger, Identity(always=True), primary_key=True),
            Column("event_id", Uuid, nullable=False, unique=True),
            Column("topic", Text, nullable=False),
            Column("key", Text),
            Column("type", Text, nullable=False),
            Column("headers", JSONB, nullable=False),
            Column("value", LargeBinary),
            Column("created_at", _moment, nullable=False, server_default=_now),
            Column("published_at", _moment),
            Column("parked_at", _moment),
            Column("error", Text),
            Index("outbox_unpublished", "id", postgresql_where=text("published_at IS NULL")),
            Index("outbox_published_at", "published_at"),
            Index("outbox_topic_key", "topic", "key"),
        )
        self.relay_lease = Table(
            "relay_lease",
            metadata,
            Column("name", Text, primary_key=True),
            Column("holder", Text, nullable=False),
            Column("token", BigInteger, nullable=False),
            Column("until", _moment, nullable=False),
        )
        self.inbox = Table(
            "inbox",
            metadata,
            Column("consumer", Text, primary_key=True),
            Column("event_id", Uuid, primary_key=True),
            Column("received_at", _moment, nullable=False, server_default=_now),
            Index("inbox_received_at", "received_at"),
        )
        self.dead_letters = Table(
            "dead_letters",
            metadata,
            Column("id", Uuid, primary_key=True),
            Column("consumer", Text, nullable=False),
            Column("topic", Text, nullable=False),
            Column("partition", Integer, nullable=False),
            Column("offset", BigInteger, nullable=False),
            Column("key", LargeBinary),
            Column("value", LargeBinary),
            Column("headers", JSONB, nullable=False),
            Column("digest", Text, nullable=False),
            Column("error", Text, nullable=False),
            Column("status", Text, nullable=False, server_default="open"),
            Column("attempts", Integer, nullable=False, server_default="1"),
            Column("reason", Text),
            Column("created_at", _moment, nullable=False, server_default=_now),
            Column("settled_at", _moment),
            Column("settled_by", Text),
            Column("arrival", BigInteger, Identity(always=True), nullable=False),
            CheckConstraint(
                "status IN ('open', 'waiting', 'retried', 'superseded', 'discarded')",
                name="dead_letters_status",
            ),
            # The same record taken twice, by a rebalance or a replay, is one dead letter.
            Index(
                "dead_letters_unsettled_once",
                "consumer",
                "digest",
                unique=True,
                postgresql_where=_unsettled,
            ),
            Index("dead_letters_unsettled", "topic", "key", postgresql_where=_unsettled),
            Index("dead_letters_arrival", "arrival", unique=True),
            Index("dead_letters_created_at", "created_at"),
        )
        self.dead_letter_acts = Table(
            "dead_letter_acts",
            metadata,
            Column("id", BigInteger, Identity(always=True), primary_key=True),
            Column(
                "letter_id",
                Uuid,
                ForeignKey("dead_letters.id", ondelete="CASCADE"),
                nullable=False,
            ),
            Column("at", _moment, nullable=False, server_default=_now),
            Column("action", Text, nullable=False),
            Column("by", Text, nullable=False),
            Column("reason", Text),
            Column("outcome", Text, nullable=False),
            Column("error", Text),
            Index("dead_letter_acts_letter", "letter_id", "id"),
        )
        self.positions = Table(
            "positions",
            metadata,
            Column("consumer", Text, primary_key=True),
            Column("topic", Text, primary_key=True),
            Column("partition", Integer, primary_key=True),
            Column("topic_id", Text, nullable=False),
            Column("next_offset", BigInteger, nullable=False),
            Column("taken_from", BigInteger, nullable=False, server_default="0"),
            Column("taken_in", Text, nullable=False, server_default=""),
            Column("updated_at", _moment, nullable=False, server_default=_now),
        )
        self.idempotency_keys = Table(
            "idempotency_keys",
            metadata,
            Column("scope", Text, primary_key=True),
            Column("key", Text, primary_key=True),
            Column("body_digest", Text, nullable=False),
            Column("status", Integer),
            Column("headers", JSONB),
            Column("body", JSONB),
            Column("created_at", _moment, nullable=False, server_default=_now),
            Index("idempotency_keys_created_at", "created_at"),
        )
