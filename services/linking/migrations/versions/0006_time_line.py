"""Whose mail a line of the time line is about, so that it can be erased."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Lines of before are of the one recipient of that request whose name they begin with.
_STATEMENTS = """
ALTER TABLE request_events ADD COLUMN user_id varchar;
UPDATE request_events e SET user_id = m.user_id FROM recipients m
    WHERE m.request_id = e.request_id AND e.type LIKE '%_mail_%'
    AND (e.text = m.name OR starts_with(e.text, m.name || ': '));
CREATE INDEX request_events_user ON request_events (user_id) WHERE user_id IS NOT NULL
"""


def upgrade() -> None:
    for statement in _STATEMENTS.split(";\n"):
        op.execute(statement)
