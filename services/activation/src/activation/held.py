"""What activation holds of links, to be compared with linking's."""

from chassis.held import Holding

HELD = (
    Holding(
        "links",
        "SELECT bureau_id || ':' || tenant_id AS key, bureau_id || ':' || tenant_id AS record_key,"
        " version, status || ' ' || link_id AS state FROM linked_clients",
    ),
)
