"""How long search keeps what. Source: design.md, Persons and how long."""

from chassis.retention import Rule, chassis_rules, older


def rules(*, outbox: bool) -> tuple[Rule, ...]:
    """A client that the directory deleted stays 30 days, as long as its tombstone."""
    return (*chassis_rules(outbox=outbox), older("clients", "deleted_at", "30 days"))
