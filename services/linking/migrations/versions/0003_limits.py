"""What is counted per day: sendings of a bureau, mails to an address."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_STATEMENTS = """
ALTER TABLE sendings ADD COLUMN bureau_id varchar;
UPDATE sendings s SET bureau_id = r.bureau_id FROM link_requests r WHERE r.id = s.request_id;
ALTER TABLE sendings ALTER COLUMN bureau_id SET NOT NULL;
CREATE INDEX sendings_bureau ON sendings (bureau_id, sent_at);
ALTER TABLE recipients ADD COLUMN sent_at timestamptz;
UPDATE recipients m SET sent_at = s.sent_at FROM sendings s
    WHERE s.request_id = m.request_id AND s.number = m.sending;
ALTER TABLE recipients ALTER COLUMN sent_at SET NOT NULL;
CREATE INDEX recipients_address ON recipients (lower(email), sent_at)
"""


def upgrade() -> None:
    for statement in _STATEMENTS.split(";\n"):
        op.execute(statement)
