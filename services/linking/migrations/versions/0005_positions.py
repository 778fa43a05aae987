"""How far states were taken in: see chassis/schema_versions.py."""

from alembic import op

from chassis.schema_versions import version_3

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in version_3("linking"):
        op.execute(statement)
