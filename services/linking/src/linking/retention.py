"""How long linking keeps what. Source: design.md, Persons and how long."""

from chassis.retention import Rule, chassis_rules, older

_LINKS = Rule(
    "links",
    "WITH old AS (SELECT id FROM links WHERE status = 'ended'"
    " AND ended_at < clock_timestamp() - interval '7 years' LIMIT :most FOR UPDATE SKIP LOCKED),"
    " forms AS (DELETE FROM paper_forms f USING old WHERE f.link_id = old.id),"
    " gone AS (DELETE FROM links l USING old WHERE l.id = old.id RETURNING 1)"
    " SELECT count(*) FROM gone",
)
# A request that led to a link stays as long as the link does.
_REQUESTS = Rule(
    "link_requests",
    "WITH old AS (SELECT id FROM link_requests r WHERE status <> 'pending'"
    " AND decided_at < clock_timestamp() - interval '7 years'"
    " AND NOT EXISTS (SELECT 1 FROM links l WHERE l.request_id = r.id)"
    " LIMIT :most FOR UPDATE SKIP LOCKED),"
    " lines AS (DELETE FROM request_events e USING old WHERE e.request_id = old.id),"
    " mailed AS (DELETE FROM recipients m USING old WHERE m.request_id = old.id),"
    " sent AS (DELETE FROM sendings s USING old WHERE s.request_id = old.id),"
    " gone AS (DELETE FROM link_requests r USING old WHERE r.id = old.id RETURNING 1)"
    " SELECT count(*) FROM gone",
)
_TRAIL = Rule("audit_entries", "SELECT audit_purge(:most)")


def rules(*, outbox: bool) -> tuple[Rule, ...]:
    """Requests and links stay as long as accounting records, seven years after the end; so does the
    audit trail. A bureau or client that the directory deleted stays 30 days."""
    return (
        *chassis_rules(outbox=outbox),
        older("clients", "deleted_at", "30 days"),
        older("bureaus", "deleted_at", "30 days"),
        _LINKS,
        _REQUESTS,
        _TRAIL,
    )
