"""What the API's description shows: one bureau and one client, made up, from the request on."""

from datetime import UTC, datetime
from typing import Any

from contracts.audit_chain import START, Beside, Entry
from contracts.fields import PROGRAMS

_REQUEST_ID = "0193a5d2-1c01-7a01-8c4d-5e6f708192a3"
_LINK_ID = "0193a5d2-1c02-7a02-8c4d-5e6f708192a3"
_LINNEA = {"user_id": "b-1-consultant", "name": "Linnéa Björk", "side": "bureau"}
_ASA = {"user_id": "100001-admin", "name": "Åsa Åkerström", "side": "client"}
_SUPPORT = {"user_id": "support-7", "name": "Örjan Sjöö", "side": "support"}
_BUREAU = "Norrskensbyrån Redovisning AB"
_CLIENT = "Åkerströms Måleri i Örebro AB"
_WORDS = "Hej Åsa! Vi behöver er bokföring för årsbokslutet."
_ASKED_AT = "2026-03-27T09:15:30.250000Z"
_EXPIRES_AT = "2026-04-03T09:15:30.250000Z"
_DECIDED_AT = "2026-03-28T17:40:02.125000Z"
_PAIR = {"bureau_id": "b-1", "bureau_name": _BUREAU, "tenant_id": "100001", "client_name": _CLIENT}

NEW_REQUEST = {"tenant_id": "100001", "entry_point": "client_manager", "message": _WORDS}
ELIGIBLE = {"eligible": True, "reason": None, "entry_points": ["client_manager", "digital_bureau"]}
NOT_ELIGIBLE = {**ELIGIBLE, "eligible": False, "reason": "BUREAU_EXCLUDED"}
REQUEST: dict[str, Any] = {
    "id": _REQUEST_ID,
    "version": 1,
    **_PAIR,
    "status": "pending",
    "entry_point": "client_manager",
    "message": _WORDS,
    "requested_by": _LINNEA,
    "created_at": _ASKED_AT,
    "expires_at": _EXPIRES_AT,
    "decided_at": None,
    "decided_by": None,
    "reason": None,
    "recipients": [
        {
            "name": "Åsa Åkerström",
            "masked_email": "a***@akerstromsmaleri.example",
            "mail": "sent",
            "mail_error": None,
        },
        {
            "name": "Emma Öhman",
            "masked_email": "e***@akerstromsmaleri.example",
            "mail": "failed",
            "mail_error": "550 5.1.1 No such user",
        },
    ],
}
CANCELLED = {
    **REQUEST,
    "version": 2,
    "status": "cancelled",
    "decided_at": _DECIDED_AT,
    "decided_by": _LINNEA,
}
RESENT = {**REQUEST, "version": 2, "expires_at": "2026-04-07T08:02:11.400000Z"}
REQUESTS = {"items": [REQUEST], "next_cursor": None}
TIME_LINE = {
    "items": [
        {"type": "requested", "at": _ASKED_AT, "by": _LINNEA, "text": _WORDS},
        {
            "type": "request_mail_sent",
            "at": "2026-03-27T09:15:31.004000Z",
            "by": None,
            "text": "Åsa Åkerström",
        },
        {"type": "accepted", "at": _DECIDED_AT, "by": _ASA, "text": None},
    ]
}
END = {"reason": "Uppdraget är avslutat."}
LINK: dict[str, Any] = {
    "id": _LINK_ID,
    "version": 2,
    **_PAIR,
    "route": "digital",
    "status": "active",
    "established_at": _DECIDED_AT,
    "accepted_by": _ASA,
    "ended_at": None,
    "ended_by": None,
    "reason": None,
    "paper_form": None,
}
ENDED = {
    **LINK,
    "version": 3,
    "status": "ended",
    "ended_at": "2027-01-31T13:20:44.900000Z",
    "ended_by": {"user_id": "b-1-admin", "name": "Göran Ängström", "side": "bureau"},
    "reason": END["reason"],
}
LINKS = {"items": [LINK], "next_cursor": None}
BUREAU_SEARCH = {"query": "norrsken"}
FOUND_BUREAUS = {"items": [{"bureau_id": "b-1", "org_number": "556469-6291", "name": _BUREAU}]}

PAPER_FORM = {
    "bureau_id": "b-1",
    "tenant_id": "100001",
    "form_kind": "link_client",
    "signed": True,
    "signed_by": "Åsa Åkerström",
    "signatory_role": "authorised_signatory",
    "signed_on": "2026-03-25",
    "reference": "KT-2026-00417",
}
_KEPT_OF_FORM = ("form_kind", "signed_by", "signatory_role", "signed_on", "reference")
REGISTERED = {
    **LINK,
    "version": 1,
    "route": "paper_form",
    "accepted_by": None,
    "paper_form": {name: PAPER_FORM[name] for name in _KEPT_OF_FORM},
}
EXCLUSION = {"kind": "group", "value": "Byråalliansen Norr"}
NO_EXCLUSIONS: dict[str, Any] = {"items": []}
EXCLUSIONS = {"items": [{**EXCLUSION, "added_at": "2026-01-12T08:00:00Z"}]}

_ON_THE_PAGE: dict[str, Any] = {
    "bureau": {"name": _BUREAU, "org_number": "556036-0793"},
    "client": {"tenant_id": "100001", "name": _CLIENT},
    "recipient": {"name": "Åsa Åkerström"},
    "requested_by": _LINNEA,
    "message": _WORDS,
    "created_at": _ASKED_AT,
    "linked_bureaus": [{"name": "Skärgårdens Revision AB"}],
    "programs": list(PROGRAMS),
}
INVITATION = {
    "purpose": "decide",
    "status": "pending",
    **_ON_THE_PAGE,
    "sent_at": _ASKED_AT,
    "expires_at": _EXPIRES_AT,
    "decided_at": None,
    "decided_by": None,
    "reason": None,
}
ACCEPTED = {
    **INVITATION,
    "status": "accepted",
    "decided_at": _DECIDED_AT,
    "decided_by": _ASA,
    "linked_bureaus": [*_ON_THE_PAGE["linked_bureaus"], {"name": _BUREAU}],
}
DECLINED = {**ACCEPTED, "status": "declined", "linked_bureaus": _ON_THE_PAGE["linked_bureaus"]}
MANAGED = {
    "purpose": "manage",
    "status": "active",
    **_ON_THE_PAGE,
    "expires_at": None,
    "decided_at": _DECIDED_AT,
    "decided_by": _ASA,
    "form": None,
    "ended_at": None,
    "ended_by": None,
    "reason": None,
    "history": [
        {
            "at": _DECIDED_AT,
            "action": "link_request_accepted",
            "bureau_name": _BUREAU,
            "side": "client",
            "by": "Åsa Åkerström",
        }
    ],
}

ENDED_BY_CLIENT = {
    **MANAGED,
    "status": "ended",
    "ended_at": "2027-01-31T13:20:44.900000Z",
    "ended_by": _ASA,
    "reason": "Vi har bytt byrå.",
}

_ACTED = {"acting_for": "Åsa Åkerström", "reference": "KT-2026-00417", "address": "192.0.2.7"}
_BESIDE = Beside("5a" * 32, {**_SUPPORT, **_ACTED}, None)
_ENTRY = Entry(
    chain="100001",
    seq=1,
    at=datetime(2026, 3, 28, 17, 40, 2, 125000, UTC),
    action="link_registered",
    subject=f"link:{_LINK_ID}",
    bureau_id="b-1",
    side="support",
    facts={
        "version": 1,
        "form_kind": "link_client",
        "signatory_role": "authorised_signatory",
        "signed_on": "2026-03-25",
    },
    person_digest=_BESIDE.person_digest(),
    shown_digest=None,
    previous=START,
)
_SEALED = {
    "at": _DECIDED_AT,
    "action": _ENTRY.action,
    "subject": _ENTRY.subject,
    "bureau_id": _ENTRY.bureau_id,
    "side": _ENTRY.side,
    "facts": dict(_ENTRY.facts),
    "shown_digest": None,
    "seq": _ENTRY.seq,
    "hash": _ENTRY.seal(),
}
AUDIT_TRAIL: dict[str, Any] = {
    "items": [
        {
            **_SEALED,
            "tenant_id": "100001",
            "actor": _SUPPORT,
            **_ACTED,
            "sent_to": None,
            "erased": False,
        }
    ],
    "next_cursor": None,
}
AUDIT_CHAIN: dict[str, Any] = {
    "items": [
        {
            "entry": {
                **_SEALED,
                "chain": _ENTRY.chain,
                "person_digest": _ENTRY.person_digest,
                "previous": _ENTRY.previous,
            },
            "beside": {"salt": _BESIDE.salt, "person": dict(_BESIDE.person), "shown": None},
        }
    ],
    "next_cursor": None,
    "anchors": {},
}
