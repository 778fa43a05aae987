"""Why a bureau may not search: one that is deleted is answered otherwise than an excluded one."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE bureau_eligibility ADD COLUMN reason varchar")
