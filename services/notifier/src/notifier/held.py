"""What the notifier holds of mails with a link that is still good, to be compared with linking's
requests."""

from chassis.held import Holding

HELD = (
    Holding(
        "mails",
        "SELECT subject_id || ':' || sending || ':' || user_id AS key,"
        " bureau_id || ':' || tenant_id AS record_key, NULL::bigint AS version,"
        " CASE WHEN status = 'sending' THEN 'queued' ELSE status END AS state"
        " FROM deliveries WHERE mail = 'request' AND give_up_at > clock_timestamp()",
    ),
)
