"""Dead letters that can be settled: see chassis/schema_versions.py."""

from alembic import op

from chassis.schema_versions import version_2

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in version_2("notifier"):
        op.execute(statement)
