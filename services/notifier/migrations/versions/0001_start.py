"""The first tables: the chassis's, requests, deliveries."""

from alembic import op

from chassis.schema_versions import version_1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NOTIFY = """
CREATE FUNCTION deliveries_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('deliveries', '');
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    for statement in version_1("notifier"):
        op.execute(statement)
    op.execute(
        """
        CREATE TABLE requests (
            request_id uuid PRIMARY KEY,
            decided boolean NOT NULL,
            updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
        )
        """
    )
    op.execute(
        """
        CREATE TABLE deliveries (
            id uuid PRIMARY KEY,
            event_id uuid NOT NULL,
            mail varchar NOT NULL,
            bureau_id varchar NOT NULL,
            tenant_id varchar NOT NULL,
            subject_id uuid NOT NULL,
            sending integer,
            user_id varchar NOT NULL,
            name varchar NOT NULL,
            address varchar NOT NULL,
            locale varchar NOT NULL,
            data jsonb NOT NULL,
            message_id varchar NOT NULL,
            status varchar NOT NULL DEFAULT 'queued',
            unwanted boolean NOT NULL DEFAULT false,
            attempts integer NOT NULL DEFAULT 0,
            due_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            give_up_at timestamptz NOT NULL,
            lease_token bigint NOT NULL DEFAULT 0,
            last_error varchar,
            created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            settled_at timestamptz,
            CONSTRAINT deliveries_once UNIQUE (event_id, mail, user_id),
            CONSTRAINT deliveries_status
                CHECK (status IN ('queued', 'sending', 'sent', 'failed', 'void'))
        )
        """
    )
    op.execute(
        "CREATE INDEX deliveries_due ON deliveries (due_at) WHERE status IN ('queued', 'sending')"
    )
    op.execute("CREATE INDEX deliveries_subject ON deliveries (subject_id)")
    op.execute(_NOTIFY)
    op.execute(
        "CREATE TRIGGER deliveries_notify AFTER INSERT ON deliveries"
        " FOR EACH STATEMENT EXECUTE FUNCTION deliveries_notify()"
    )
