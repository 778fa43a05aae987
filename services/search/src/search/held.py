"""What search holds of bureaus, to be compared with linking's word."""

from chassis.held import Holding

HELD = (
    Holding(
        "bureaus",
        "SELECT bureau_id AS key, bureau_id AS record_key, version,"
        " CASE WHEN eligible THEN 'eligible' ELSE coalesce(reason, 'not eligible') END AS state"
        " FROM bureau_eligibility",
    ),
)
