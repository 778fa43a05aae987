"""What the notifier holds of one person, and what of it can be erased."""

from chassis.persons import Persons, Question

# The directory is not the notifier's: linking and activation say whether it still names somebody.
PERSONS = Persons(
    listed="SELECT false WHERE :user_id <> ''",
    shown=(
        Question(
            "deliveries",
            "SELECT jsonb_build_object('id', id, 'mail', mail, 'name', name, 'address', address,"
            " 'locale', locale, 'status', status, 'created_at', created_at,"
            " 'settled_at', settled_at, 'last_error', last_error, 'data', data)"
            " FROM deliveries WHERE user_id = :user_id",
        ),
    ),
    erased=(
        # What is still queued would be mailed to somebody who is gone.
        Question(
            "deliveries",
            "WITH gone AS (UPDATE deliveries SET name = '–', address = 'erased@invalid.example',"
            " data = CAST('{}' AS jsonb), last_error = NULL, unwanted = true,"
            " status = CASE WHEN status = 'queued' THEN 'void' ELSE status END,"
            " settled_at = coalesce(settled_at, CASE WHEN status = 'queued'"
            " THEN clock_timestamp() END)"
            " WHERE user_id = :user_id AND status <> 'sending'"
            " AND address <> 'erased@invalid.example' RETURNING 1) SELECT count(*) FROM gone",
        ),
    ),
)
