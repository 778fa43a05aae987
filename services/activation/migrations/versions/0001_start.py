"""The first tables: the chassis's, the directory's read models, linked clients, sign-ins."""

from alembic import op

from chassis.schema_versions import version_1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in version_1("activation"):
        op.execute(statement)
    op.execute(
        """
        CREATE TABLE bureaus (
            bureau_id varchar PRIMARY KEY,
            name varchar NOT NULL,
            deleted_at timestamptz
        )
        """
    )
    op.execute(
        """
        CREATE TABLE bureau_users (
            bureau_id varchar NOT NULL REFERENCES bureaus (bureau_id),
            user_id varchar NOT NULL,
            name varchar NOT NULL,
            role varchar NOT NULL,
            PRIMARY KEY (bureau_id, user_id)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE clients (
            tenant_id varchar PRIMARY KEY,
            name varchar NOT NULL,
            folded_name varchar NOT NULL,
            sort_key varchar COLLATE "C" NOT NULL,
            org_number varchar,
            shown_org_number varchar NOT NULL,
            from_directory boolean NOT NULL,
            deleted_at timestamptz
        )
        """
    )
    op.execute("CREATE UNIQUE INDEX clients_sort_key ON clients (sort_key)")
    op.execute(
        """
        CREATE TABLE linked_clients (
            bureau_id varchar NOT NULL,
            tenant_id varchar NOT NULL,
            link_id uuid NOT NULL,
            version integer NOT NULL,
            status varchar NOT NULL CHECK (status IN ('active', 'ended')),
            route varchar NOT NULL,
            linked_at timestamptz,
            accepted_by jsonb,
            ended_at timestamptz,
            activated_at timestamptz,
            activated_by jsonb,
            revision integer NOT NULL,
            PRIMARY KEY (bureau_id, tenant_id)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE permissions (
            bureau_id varchar NOT NULL,
            tenant_id varchar NOT NULL,
            consultant_id varchar NOT NULL,
            program varchar NOT NULL,
            access varchar NOT NULL,
            PRIMARY KEY (bureau_id, tenant_id, consultant_id, program),
            FOREIGN KEY (bureau_id, tenant_id) REFERENCES linked_clients (bureau_id, tenant_id)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE sign_ins (
            id uuid PRIMARY KEY,
            bureau_id varchar NOT NULL,
            tenant_id varchar NOT NULL,
            link_id uuid NOT NULL,
            user_id varchar NOT NULL,
            program varchar,
            created_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            redeemed_at timestamptz
        )
        """
    )
    op.execute("CREATE INDEX sign_ins_expires_at ON sign_ins (expires_at)")
