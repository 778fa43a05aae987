"""What activation holds of one person, and what of it can be erased.

Who accepted and who activated stays as long as accounting records (GDPR article 17.3 b).
"""

from chassis.persons import Persons, Question

PERSONS = Persons(
    listed=(
        "SELECT EXISTS (SELECT 1 FROM bureau_users u JOIN bureaus b USING (bureau_id)"
        " WHERE u.user_id = :user_id AND b.deleted_at IS NULL)"
    ),
    shown=(
        Question("bureau_users", "SELECT to_jsonb(u) FROM bureau_users u WHERE user_id = :user_id"),
        Question(
            "permissions", "SELECT to_jsonb(p) FROM permissions p WHERE consultant_id = :user_id"
        ),
        Question("sign_ins", "SELECT to_jsonb(s) FROM sign_ins s WHERE user_id = :user_id"),
        Question(
            "linked_clients",
            "SELECT to_jsonb(l) FROM linked_clients l WHERE accepted_by ->> 'user_id' = :user_id"
            " OR activated_by ->> 'user_id' = :user_id",
        ),
    ),
    erased=(
        Question(
            "permissions",
            "WITH gone AS (DELETE FROM permissions WHERE consultant_id = :user_id RETURNING 1)"
            " SELECT count(*) FROM gone",
        ),
        Question(
            "sign_ins",
            "WITH gone AS (DELETE FROM sign_ins WHERE user_id = :user_id RETURNING 1)"
            " SELECT count(*) FROM gone",
        ),
    ),
)
