"""What a service's migrations do to the chassis's own tables, version by version. Each is frozen: a
change of chassis/schema.py is a new one here, and a migration of each service that calls it."""

_VERSION_1 = """
CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id uuid NOT NULL UNIQUE,
    topic text NOT NULL,
    key text,
    type text NOT NULL,
    headers jsonb NOT NULL,
    value bytea,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    published_at timestamptz,
    parked_at timestamptz,
    error text
);
CREATE INDEX outbox_published_at ON outbox (published_at);
CREATE INDEX outbox_topic_key ON outbox (topic, key);
CREATE INDEX outbox_unpublished ON outbox (id) WHERE published_at IS NULL;
CREATE TABLE relay_lease (
    name text PRIMARY KEY,
    holder text NOT NULL,
    token bigint NOT NULL,
    until timestamptz NOT NULL
);
CREATE TABLE inbox (
    consumer text NOT NULL,
    event_id uuid NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (consumer, event_id)
);
CREATE INDEX inbox_received_at ON inbox (received_at);
CREATE TABLE dead_letters (
    id uuid PRIMARY KEY,
    consumer text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    key bytea,
    value bytea,
    headers jsonb NOT NULL,
    digest text NOT NULL,
    error text NOT NULL,
    status text NOT NULL DEFAULT 'open',
    attempts integer NOT NULL DEFAULT 1,
    reason text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    settled_at timestamptz,
    settled_by text
);
CREATE INDEX dead_letters_created_at ON dead_letters (created_at);
CREATE UNIQUE INDEX dead_letters_open_once
    ON dead_letters (consumer, digest) WHERE status = 'open';
CREATE TABLE idempotency_keys (
    scope text NOT NULL,
    key text NOT NULL,
    body_digest text NOT NULL,
    status integer,
    headers jsonb,
    body jsonb,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at)
"""

_NOTIFY = """
CREATE FUNCTION outbox_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('outbox', '');
    RETURN NULL;
END $$;
"""

_VERSION_2 = """
ALTER TABLE dead_letters ADD COLUMN arrival bigint GENERATED ALWAYS AS IDENTITY;
ALTER TABLE dead_letters ADD CONSTRAINT dead_letters_status
    CHECK (status IN ('open', 'waiting', 'retried', 'superseded', 'discarded'));
DROP INDEX dead_letters_open_once;
CREATE UNIQUE INDEX dead_letters_unsettled_once
    ON dead_letters (consumer, digest) WHERE status IN ('open', 'waiting');
CREATE INDEX dead_letters_unsettled
    ON dead_letters (topic, key) WHERE status IN ('open', 'waiting');
CREATE UNIQUE INDEX dead_letters_arrival ON dead_letters (arrival);
CREATE TABLE dead_letter_acts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    letter_id uuid NOT NULL REFERENCES dead_letters (id) ON DELETE CASCADE,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    action text NOT NULL,
    by text NOT NULL,
    reason text,
    outcome text NOT NULL,
    error text
);
CREATE INDEX dead_letter_acts_letter ON dead_letter_acts (letter_id, id)
"""

_VERSION_3 = """
CREATE TABLE positions (
    consumer text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    topic_id text NOT NULL,
    next_offset bigint NOT NULL,
    taken_from bigint NOT NULL DEFAULT 0,
    taken_in text NOT NULL DEFAULT '',
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (consumer, topic, partition)
)
"""


def version_1(service: str) -> tuple[str, ...]:
    """The statements a service's first migration starts with.

    Creates the tables, wakes the relay on every insert, and gives the runtime role
    (`SERVICE_runtime`) rows but no DDL, also on tables that come later.
    """
    runtime = f'"{service}_runtime"'
    return (
        *_VERSION_1.split(";\n"),
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


def version_2(service: str) -> tuple[str, ...]:
    """Dead letters that can be settled: their order of arrival, those that wait behind another of
    their key, and who did what with them. The runtime role can add acts, and change none."""
    return (
        *_VERSION_2.split(";\n"),
        f'REVOKE UPDATE, DELETE, TRUNCATE ON dead_letter_acts FROM "{service}_runtime"',
    )


def version_3(service: str) -> tuple[str, ...]:
    """How far states were taken in, so that a batch that comes late changes nothing."""
    return (_VERSION_3,)


ALL = (version_1, version_2, version_3)
"""In the order in which they are applied."""
