"""The whole life of a link: paper forms, reminders, undeliverable sendings, the audit trail."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = """
ALTER TABLE sendings ADD COLUMN reminded_at timestamptz;
ALTER TABLE sendings ADD COLUMN undeliverable_at timestamptz;
CREATE TABLE paper_forms (
    link_id uuid PRIMARY KEY REFERENCES links (id),
    form_kind varchar NOT NULL CHECK (form_kind IN ('link_client', 'change_bureau')),
    signed_by varchar NOT NULL,
    signatory_role varchar NOT NULL
        CHECK (signatory_role IN ('authorised_signatory', 'system_admin')),
    signed_on date NOT NULL,
    reference varchar NOT NULL,
    registered_by jsonb NOT NULL,
    registered_at timestamptz NOT NULL
);
CREATE TABLE audit_entries (
    chain varchar NOT NULL,
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    action varchar NOT NULL,
    subject varchar NOT NULL,
    bureau_id varchar,
    side varchar,
    facts jsonb NOT NULL,
    person_digest varchar,
    shown_digest varchar,
    previous varchar NOT NULL,
    hash varchar NOT NULL,
    PRIMARY KEY (chain, seq)
);
CREATE INDEX audit_entries_at ON audit_entries (at, chain, seq);
CREATE INDEX audit_entries_bureau ON audit_entries (bureau_id, at, chain, seq);
CREATE TABLE audit_persons (
    chain varchar NOT NULL,
    seq bigint NOT NULL,
    salt varchar NOT NULL,
    person jsonb NOT NULL,
    shown varchar,
    PRIMARY KEY (chain, seq),
    FOREIGN KEY (chain, seq) REFERENCES audit_entries (chain, seq)
);
CREATE INDEX audit_persons_user ON audit_persons ((person ->> 'user_id'));
CREATE TABLE audit_anchors (
    chain varchar PRIMARY KEY,
    seq bigint NOT NULL,
    hash varchar NOT NULL
)
"""

# Without these rights the service can add to the trail and read it, and nothing else. The two
# functions run with the owner's rights: the one thing each does is what the law asks for.
_RIGHTS = """
REVOKE UPDATE, DELETE, TRUNCATE ON audit_entries, audit_persons FROM linking_runtime;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON audit_anchors FROM linking_runtime;
CREATE FUNCTION audit_erase_person(erased text) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH gone AS (
        DELETE FROM audit_persons
        WHERE person ->> 'user_id' = erased OR person ->> 'sent_to' = erased
        RETURNING 1
    )
    SELECT count(*) FROM gone
$$;
CREATE FUNCTION audit_purge(most integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH old AS (
        SELECT chain, seq, hash FROM audit_entries
        WHERE at < clock_timestamp() - interval '7 years'
        ORDER BY at, chain, seq LIMIT most
    ), persons AS (
        DELETE FROM audit_persons p USING old o WHERE p.chain = o.chain AND p.seq = o.seq
    ), entries AS (
        DELETE FROM audit_entries e USING old o WHERE e.chain = o.chain AND e.seq = o.seq
        RETURNING 1
    ), anchors AS (
        INSERT INTO audit_anchors
        SELECT DISTINCT ON (chain) chain, seq, hash FROM old ORDER BY chain, seq DESC
        ON CONFLICT (chain) DO UPDATE SET seq = excluded.seq, hash = excluded.hash
            WHERE audit_anchors.seq < excluded.seq
    )
    SELECT count(*) FROM entries
$$;
REVOKE ALL ON FUNCTION audit_erase_person(text), audit_purge(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_erase_person(text), audit_purge(integer) TO linking_runtime
"""


def upgrade() -> None:
    for statement in (*_TABLES.split(";\n"), *_RIGHTS.split(";\n")):
        op.execute(statement)
