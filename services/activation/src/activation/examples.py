"""What the API's description shows: one bureau and its clients, made up, with valid numbers."""

from typing import Any

ADMIN = {"user_id": "b-1-admin", "name": "Göran Ängström", "side": "bureau"}
ACCEPTED_BY = {"user_id": "100001-admin", "name": "Åsa Åkerström", "side": "client"}
PERMISSIONS = [
    {"program": "bookkeeping", "access": "write"},
    {"program": "annual_accounts", "access": "read"},
]
_LINNEA = {"consultant_id": "b-1-consultant", "name": "Linnéa Björk", "role": "consultant"}
_GORAN = {"consultant_id": "b-1-admin", "name": "Göran Ängström", "role": "bureau_admin"}
_NAMED = {
    "tenant_id": "100001",
    "name": "Åkerströms Måleri i Örebro AB",
    "org_number": "556469-6291",
}
_LINKED = {
    "route": "digital",
    "linked_at": "2026-03-28T17:40:02.125000Z",
    "accepted_by": ACCEPTED_BY,
}
_PROGRAMS = ["bookkeeping", "annual_accounts"]
_LISTED = {**_NAMED, "programs": _PROGRAMS, "may_sign_in": True}
_SOLE_TRADER = {
    "tenant_id": "100017",
    "name": "Östen Ek Snickeri",
    "org_number": "640823-****",
    "programs": [],
    "may_sign_in": False,
}
# Of the right form, and signed by nobody.
_TOKEN = "AWsxAAAAAAAAAZOl0hwmeiaMTV5vcIGSowAA" + "A" * 40

ACTIVATION = {"grants": [{"consultant_id": "b-1-consultant", "permissions": PERMISSIONS}]}
CONSULTANT_PERMISSIONS = {"permissions": PERMISSIONS}
SIGN_IN_REQUEST = {"program": "bookkeeping"}
REDEMPTION = {"token": _TOKEN}

LINKED: dict[str, Any] = {**_NAMED, **_LINKED}
ACTIVATION_LIST: dict[str, Any] = {"items": [LINKED], "total": 1, "next_cursor": None}
CONSULTANTS = {"items": [_LINNEA, _GORAN]}
CLIENTS = {"items": [_LISTED, _SOLE_TRADER], "next_cursor": None}
ACTIVATED_CLIENT = {
    **_LISTED,
    **_LINKED,
    "activated_at": "2026-03-28T18:02:41.300000Z",
    "activated_by": ADMIN,
}
ACCESS = {**_LINNEA, "permissions": PERMISSIONS}
ACCESS_LIST: dict[str, Any] = {"items": [ACCESS, {**_GORAN, "permissions": []}]}
SIGN_IN = {
    "url": f"https://platform.example/sign-in?token={_TOKEN}",
    "expires_at": "2026-03-30T07:31:00.250000Z",
}
REDEEMED = {
    "user_id": "b-1-consultant",
    "tenant_id": "100001",
    "bureau_id": "b-1",
    "programs": _PROGRAMS,
    "permissions": PERMISSIONS,
    "program": "bookkeeping",
}
