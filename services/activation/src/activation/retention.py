"""How long activation keeps what. Source: design.md, Persons and how long."""

from chassis.retention import Rule, chassis_rules, older

_LISTED = "EXISTS (SELECT 1 FROM linked_clients l WHERE l.tenant_id = t.tenant_id)"
_USED = "EXISTS (SELECT 1 FROM bureau_users u WHERE u.bureau_id = t.bureau_id)"

# An ended link's row stays for its version, which an event that comes late is measured by; who
# accepted and who activated go with the accounting records.
_NAMES = Rule(
    "linked_clients",
    "WITH old AS (SELECT ctid FROM linked_clients WHERE status = 'ended'"
    " AND ended_at < clock_timestamp() - interval '7 years'"
    " AND (accepted_by IS NOT NULL OR activated_by IS NOT NULL)"
    " LIMIT :most FOR UPDATE SKIP LOCKED), gone AS (UPDATE linked_clients"
    " SET accepted_by = NULL, activated_by = NULL WHERE ctid IN (SELECT ctid FROM old) RETURNING 1)"
    " SELECT count(*) FROM gone",
)


def rules(*, outbox: bool) -> tuple[Rule, ...]:
    """Clients and bureaus that the directory deleted stay 30 days, and as long as a link's row
    needs their names; sign-ins a day."""
    return (
        *chassis_rules(outbox=outbox),
        older("clients", "deleted_at", "30 days", unless=_LISTED),
        older("bureaus", "deleted_at", "30 days", unless=_USED),
        older("sign_ins", "expires_at", "1 day"),
        _NAMES,
    )
