"""A signed paper form as an agent types it off: what of it can't be, by its field."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from portal import forms

KINDS = ("link_client", "change_bureau")
ROLES = ("authorised_signatory", "system_admin")
FIELDS = (
    *("bureau", "bureau_id", "kind", "identifier", "tenant_id"),
    *("form_kind", "signed", "signed_by", "signatory_role", "signed_on", "reference"),
)
"""What the page has. bureau_id, tenant_id: chosen among several that were found."""

_DAY = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)", re.ASCII)
_SWEDEN = ZoneInfo("Europe/Stockholm")
_OLDEST = 10  # years, as the API has it
_LONGEST = 200
_ADDRESS = re.compile(r"://|www\.", re.IGNORECASE)


def today() -> date:
    return datetime.now(_SWEDEN).date()


def wrong(typed: Mapping[str, str], now: date) -> dict[str, str]:
    """By field, a key of the catalogue; empty where nothing is. Bureau and client are looked up
    elsewhere. now: today in Sweden."""
    found = {}
    if typed.get("form_kind") not in KINDS:
        found["form_kind"] = "paper.form_kind.missing"
    if typed.get("signed") not in ("yes", "no"):
        found["signed"] = "paper.signed.missing"
    for field in ("signed_by", "reference"):
        if problem := _text(typed.get(field, "")):
            found[field] = f"paper.{field}.missing" if problem == "missing" else f"text.{problem}"
    if typed.get("signatory_role") not in ROLES:
        found["signatory_role"] = "paper.signatory_role.missing"
    if problem := _date(typed.get("signed_on", ""), now):
        found["signed_on"] = f"paper.signed_on.{problem}"
    return found


def day(typed: str) -> date | None:
    """A date as people write it, `2026-03-25` or `20260325`; None for anything else."""
    found = _DAY.fullmatch(typed.strip())
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def _text(text: str) -> str | None:
    if not text:
        return "missing"
    if forms.has_control_characters(text):
        return "control"
    if len(text) > _LONGEST:
        return "too_long"
    return "address" if _ADDRESS.search(text) else None


def _date(typed: str, now: date) -> str | None:
    if not typed:
        return "missing"
    signed_on = day(typed)
    if signed_on is None:
        return "wrong"
    if signed_on > now:
        return "future"
    return "old" if signed_on.year < now.year - _OLDEST else None
