"""The chassis's own tables, in a service's metadata, and the first version of their migration."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
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


class ChassisTables:
    """outbox, relay_lease, inbox, dead_letters and idempotency_keys of one service."""

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
            # The same record taken twice, by a rebalance or a replay, is one dead letter.
            Index(
                "dead_letters_open_once",
                "consumer",
                "digest",
                unique=True,
                postgresql_where=text("status = 'open'"),
            ),
            Index("dead_letters_created_at", "created_at"),
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
        self.all = (
            self.outbox,
            self.relay_lease,
            self.inbox,
            self.dead_letters,
            self.idempotency_keys,
        )


_NOTIFY = """
CREATE FUNCTION outbox_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('outbox', '');
    RETURN NULL;
END $$;
"""


def version_1(service: str) -> tuple[str, ...]:
    """The statements a service's first migration starts with. Frozen: a change is a version 2.

    Creates the tables by the metadata of that version, wakes the relay on every insert, and gives
    the runtime role (`SERVICE_runtime`) rows but no DDL, also on tables that come later.
    """
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.schema import CreateIndex, CreateTable

    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    tables = ChassisTables(MetaData()).all
    runtime = f'"{service}_runtime"'
    statements: list[str] = []
    for table in tables:
        statements.append(str(CreateTable(table).compile(dialect=dialect)))
        statements += [
            str(CreateIndex(index).compile(dialect=dialect))
            for index in sorted(table.indexes, key=lambda index: str(index.name))
        ]
    return (
        *statements,
        _NOTIFY,
        "CREATE TRIGGER outbox_notify AFTER INSERT ON outbox"
        " FOR EACH STATEMENT EXECUTE FUNCTION outbox_notify()",
        f"GRANT USAGE ON SCHEMA public TO {runtime}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {runtime}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {runtime}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public"
        f" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {runtime}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {runtime}",
    )
