"""How long the notifier keeps what. Source: design.md, Persons and how long."""

from chassis.retention import Rule, chassis_rules, older

_MAILED = "EXISTS (SELECT 1 FROM deliveries d WHERE d.subject_id = t.request_id)"


def rules(*, outbox: bool) -> tuple[Rule, ...]:
    """A mail's address and words stay 90 days after it was settled; that a request was decided is
    remembered as long, so that no event which comes late makes mails of it."""
    return (
        *chassis_rules(outbox=outbox),
        older("deliveries", "settled_at", "90 days"),
        older("requests", "updated_at", "90 days", unless=_MAILED),
    )
