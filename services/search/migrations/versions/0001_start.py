"""The first tables: the chassis's, clients, bureau eligibility."""

from alembic import op

from chassis.schema_versions import version_1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in version_1("search"):
        op.execute(statement)
    op.execute(
        """
        CREATE TABLE clients (
            tenant_id varchar PRIMARY KEY,
            org_number varchar NOT NULL,
            name varchar NOT NULL,
            city varchar NOT NULL,
            deleted_at timestamptz
        )
        """
    )
    op.execute("CREATE INDEX clients_org_number ON clients (org_number)")
    op.execute(
        """
        CREATE TABLE bureau_eligibility (
            bureau_id varchar PRIMARY KEY,
            eligible boolean NOT NULL,
            version integer NOT NULL,
            updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
        )
        """
    )
