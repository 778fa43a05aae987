"""The first tables: the chassis's, the directory, exclusion rules, pairs, requests, links."""

from alembic import op

from chassis.schema_versions import version_1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# R12, as the source spells them. Data from here on: ops may change it.
_GROUPS = ("Deloitte", "KPMG", "PwC", "GT", "LRFK", "BDO", "EY", "Masars", "Riksteatern")

_TABLES = """
CREATE TABLE clients (
    tenant_id varchar PRIMARY KEY,
    org_number varchar NOT NULL,
    name varchar NOT NULL,
    city varchar NOT NULL,
    system_admins jsonb NOT NULL,
    deleted_at timestamptz
);
CREATE TABLE bureaus (
    bureau_id varchar PRIMARY KEY,
    org_number varchar NOT NULL,
    name varchar NOT NULL,
    chain varchar,
    multi_company_setup boolean NOT NULL,
    entry_points jsonb NOT NULL,
    users jsonb NOT NULL,
    deleted_at timestamptz
);
CREATE TABLE exclusion_rules (
    kind varchar NOT NULL CHECK (kind IN ('group', 'bureau', 'multi_company_setup')),
    key varchar NOT NULL,
    value varchar NOT NULL,
    added_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (kind, key)
);
CREATE TABLE bureau_eligibility (
    bureau_id varchar PRIMARY KEY,
    eligible boolean NOT NULL,
    reason varchar,
    version integer NOT NULL
);
CREATE TABLE pairs (
    bureau_id varchar NOT NULL,
    tenant_id varchar NOT NULL,
    version integer NOT NULL,
    PRIMARY KEY (bureau_id, tenant_id)
);
CREATE TABLE link_requests (
    id uuid PRIMARY KEY,
    bureau_id varchar NOT NULL,
    tenant_id varchar NOT NULL,
    status varchar NOT NULL
        CHECK (status IN ('pending', 'accepted', 'declined', 'cancelled', 'expired')),
    version integer NOT NULL,
    sending integer NOT NULL,
    entry_point varchar NOT NULL,
    message varchar,
    bureau_name varchar NOT NULL,
    client_name varchar NOT NULL,
    client_key varchar NOT NULL,
    requested_by jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    decided_at timestamptz,
    decided_by jsonb,
    reason varchar,
    CHECK ((status = 'pending') = (decided_at IS NULL))
);
CREATE UNIQUE INDEX link_requests_one_pending
    ON link_requests (bureau_id, tenant_id) WHERE status = 'pending';
CREATE INDEX link_requests_created_at ON link_requests (bureau_id, created_at, id);
CREATE INDEX link_requests_pair ON link_requests (bureau_id, tenant_id, created_at);
CREATE INDEX link_requests_due ON link_requests (expires_at) WHERE status = 'pending';
CREATE TABLE sendings (
    request_id uuid NOT NULL REFERENCES link_requests (id),
    number integer NOT NULL,
    sent_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (request_id, number)
);
CREATE TABLE recipients (
    request_id uuid NOT NULL,
    sending integer NOT NULL,
    user_id varchar NOT NULL,
    name varchar NOT NULL,
    email varchar NOT NULL,
    locale varchar NOT NULL,
    mail varchar NOT NULL CHECK (mail IN ('queued', 'sent', 'failed')),
    mail_error varchar,
    message_id varchar,
    PRIMARY KEY (request_id, sending, user_id),
    FOREIGN KEY (request_id, sending) REFERENCES sendings (request_id, number)
);
CREATE TABLE request_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request_id uuid NOT NULL REFERENCES link_requests (id),
    at timestamptz NOT NULL,
    type varchar NOT NULL,
    by jsonb,
    text varchar,
    source uuid
);
CREATE INDEX request_events_request ON request_events (request_id, at, id);
CREATE UNIQUE INDEX request_events_source ON request_events (source);
CREATE TABLE links (
    id uuid PRIMARY KEY,
    bureau_id varchar NOT NULL,
    tenant_id varchar NOT NULL,
    status varchar NOT NULL CHECK (status IN ('active', 'ended')),
    route varchar NOT NULL CHECK (route IN ('digital', 'paper_form')),
    version integer NOT NULL,
    request_id uuid REFERENCES link_requests (id),
    bureau_name varchar NOT NULL,
    client_name varchar NOT NULL,
    established_at timestamptz NOT NULL,
    accepted_by jsonb,
    ended_at timestamptz,
    ended_by jsonb,
    reason varchar,
    CHECK ((status = 'active') = (ended_at IS NULL))
);
CREATE UNIQUE INDEX links_one_active ON links (bureau_id, tenant_id) WHERE status = 'active';
CREATE INDEX links_tenant ON links (tenant_id);
CREATE INDEX links_established_at ON links (bureau_id, established_at, id)
"""


def upgrade() -> None:
    for statement in (*version_1("linking"), *_TABLES.split(";\n")):
        op.execute(statement)
    for group in _GROUPS:
        _exclude("group", group.casefold(), group)
    _exclude("multi_company_setup", "true", "true")


def _exclude(kind: str, key: str, value: str) -> None:
    op.execute(
        f"INSERT INTO exclusion_rules (kind, key, value) VALUES ('{kind}', '{key}', '{value}')"  # noqa: S608
    )
