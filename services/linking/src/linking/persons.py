"""What linking holds of one person, and what of it can be erased.

Who asked, decided and ended stays in requests and links as long as accounting records (GDPR article
17.3 b); everything else goes.
"""

from collections.abc import Mapping

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.persons import OnErased, Persons, Question
from contracts.audit_chain import ERASURE
from linking.http.origin import Origins
from linking.service.auditing import record
from linking.service.guard import support_person

_TRAIL = "audit_trail"

PERSONS = Persons(
    listed=(
        "SELECT EXISTS (SELECT 1 FROM clients c, jsonb_array_elements(c.system_admins) a"
        " WHERE c.deleted_at IS NULL AND a ->> 'user_id' = :user_id)"
        " OR EXISTS (SELECT 1 FROM bureaus b, jsonb_array_elements(b.users) u"
        " WHERE b.deleted_at IS NULL AND u ->> 'user_id' = :user_id)"
    ),
    shown=(
        Question(
            "clients",
            "SELECT jsonb_build_object('tenant_id', c.tenant_id, 'system_admin', a)"
            " FROM clients c, jsonb_array_elements(c.system_admins) a"
            " WHERE a ->> 'user_id' = :user_id",
        ),
        Question(
            "bureaus",
            "SELECT jsonb_build_object('bureau_id', b.bureau_id, 'user', u)"
            " FROM bureaus b, jsonb_array_elements(b.users) u WHERE u ->> 'user_id' = :user_id",
        ),
        Question(
            "link_requests",
            "SELECT jsonb_build_object('id', id, 'tenant_id', tenant_id, 'bureau_id', bureau_id,"
            " 'status', status, 'message', message, 'requested_by', requested_by,"
            " 'decided_by', decided_by, 'created_at', created_at, 'decided_at', decided_at)"
            " FROM link_requests WHERE requested_by ->> 'user_id' = :user_id"
            " OR decided_by ->> 'user_id' = :user_id",
        ),
        Question("recipients", "SELECT to_jsonb(r) FROM recipients r WHERE user_id = :user_id"),
        Question(
            "request_events",
            "SELECT to_jsonb(e) FROM request_events e WHERE by ->> 'user_id' = :user_id",
        ),
        Question(
            "links",
            "SELECT to_jsonb(l) FROM links l WHERE accepted_by ->> 'user_id' = :user_id"
            " OR ended_by ->> 'user_id' = :user_id",
        ),
        Question(
            "paper_forms",
            "SELECT to_jsonb(f) FROM paper_forms f WHERE registered_by ->> 'user_id' = :user_id",
        ),
        Question(
            "time_line",
            "SELECT jsonb_build_object('at', at, 'type', type, 'text', text)"
            " FROM request_events WHERE user_id = :user_id AND text <> '–'",
        ),
        Question(
            _TRAIL,
            "SELECT jsonb_build_object('at', e.at, 'action', e.action, 'subject', e.subject,"
            " 'person', p.person, 'shown', p.shown)"
            " FROM audit_persons p JOIN audit_entries e USING (chain, seq)"
            " WHERE p.person ->> 'user_id' = :user_id OR p.person ->> 'sent_to' = :user_id",
        ),
    ),
    erased=(
        Question(
            "recipients",
            "WITH gone AS (UPDATE recipients SET name = '–', email = 'erased@invalid.example',"
            " mail_error = NULL WHERE user_id = :user_id AND email <> 'erased@invalid.example'"
            " RETURNING 1) SELECT count(*) FROM gone",
        ),
        Question(
            "time_line",
            "WITH gone AS (UPDATE request_events SET text = '–' WHERE user_id = :user_id"
            " AND text <> '–' RETURNING 1) SELECT count(*) FROM gone",
        ),
        # Of those that the directory has, the check before took care.
        Question(
            "deleted_clients",
            "WITH gone AS (UPDATE clients SET system_admins = (SELECT coalesce(jsonb_agg(p), '[]')"
            " FROM jsonb_array_elements(system_admins) p WHERE p ->> 'user_id' <> :user_id)"
            " WHERE deleted_at IS NOT NULL AND system_admins @> jsonb_build_array("
            "jsonb_build_object('user_id', CAST(:user_id AS text)))"
            " RETURNING 1) SELECT count(*) FROM gone",
        ),
        Question(
            "deleted_bureaus",
            "WITH gone AS (UPDATE bureaus SET users = (SELECT coalesce(jsonb_agg(p), '[]')"
            " FROM jsonb_array_elements(users) p WHERE p ->> 'user_id' <> :user_id)"
            " WHERE deleted_at IS NOT NULL AND users @> jsonb_build_array("
            "jsonb_build_object('user_id', CAST(:user_id AS text)))"
            " RETURNING 1) SELECT count(*) FROM gone",
        ),
        Question(_TRAIL, "SELECT audit_erase_person(:user_id)"),
    ),
)


def entry_of_erasures(origins: Origins) -> OnErased:
    """That somebody was erased is in the audit trail; not who."""

    async def entered(
        session: AsyncSession,
        caller: Principal,
        request: Request,
        reason: str,
        rows: Mapping[str, int],
    ) -> None:
        await record(
            session,
            ERASURE,
            "person",
            by=support_person(caller),
            origin=origins.of(request),
            reason=reason,
            rows=sum(rows.values()),
            trail_rows=rows[_TRAIL],  # ERASED_HERE
        )

    return entered
