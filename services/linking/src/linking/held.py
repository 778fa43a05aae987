"""What linking holds, for others to be compared with: it is the one that decides."""

from chassis.held import Holding

HELD = (
    Holding(
        "links",
        "SELECT DISTINCT ON (bureau_id, tenant_id) bureau_id || ':' || tenant_id AS key,"
        " bureau_id || ':' || tenant_id AS record_key, version, status || ' ' || id AS state"
        " FROM links ORDER BY bureau_id, tenant_id, version DESC",
    ),
    Holding(
        "pairs",
        "SELECT bureau_id || ':' || tenant_id AS key, bureau_id || ':' || tenant_id AS record_key,"
        " version, '' AS state FROM pairs",
    ),
    Holding(
        "bureaus",
        "SELECT bureau_id AS key, bureau_id AS record_key, version,"
        " CASE WHEN eligible THEN 'eligible' ELSE coalesce(reason, 'not eligible') END AS state"
        " FROM bureau_eligibility",
    ),
    Holding(
        "mails",
        "SELECT r.id || ':' || m.sending || ':' || m.user_id AS key,"
        " r.bureau_id || ':' || r.tenant_id AS record_key, NULL::bigint AS version, m.mail AS state"
        " FROM link_requests r JOIN recipients m ON m.request_id = r.id AND m.sending = r.sending"
        " WHERE r.status = 'pending' AND r.expires_at > clock_timestamp()",
    ),
)
