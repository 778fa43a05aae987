"""Every text of the portal is in both languages, and none is left over."""

from importlib.resources import files

import pytest

from chassis.design.catalogue_check import wrong

COMPUTED = (
    r"absent\.(active|ended)\.title",
    r"access\.(read|write)\.long",
    r"audit\.[a-z_]+",
    r"entry\.(client_manager|digital_bureau)\.title",
    r"error\.[a-z_]+\.(title|body)",
    r"event\.[a-z_]+",
    r"find\.(tenant_id|org_number)\.[a-z_]+",
    r"find\.instead\.(tenant_id|org_number)",
    r"find\.none\.(tenant_id|org_number)",
    r"link\.(status|reason)\.[a-z_]+",
    r"mail\.(queued|sent|failed)",
    r"matrix\.[a-z_]+\.(title|body|body_here)",
    r"not_resent\.[a-z_]+",
    r"now\.(linked|next)\.[a-z_]+",
    r"paper\.(form_kind|signatory_role|signed_by|reference|signed_on)\.[a-z_.]+",
    r"platform\.[a-z_]+\.(title|body)",
    r"program\.[a-z_]+",
    r"request\.standing\.[a-z_.]+",
    r"requests\.sort\.[a-z_]+",
    r"role\.[a-z_]+",
    r"route\.(digital|paper_form)",
    r"side\.(bureau|client|support)",
    r"sign_in\.demo\.kind\.[a-z_]+",
    r"status\.[a-z]+",
    r"support\.(view|none)\.[a-z]+",
    r"text\.[a-z_]+",
    r"unavailable\.(search|requests|clients)\.title",
    r"waiting\.linked\.(digital|paper_form)",
)
"""Keys that are put together at run time."""


def test_every_text_is_there_in_both_languages_and_used() -> None:  # R47
    assert wrong("portal", computed=COMPUTED) == []


@pytest.mark.parametrize(("locale", "said"), [("sv", "dagar"), ("en", "days")])
def test_no_text_says_how_long_a_request_is_good_for(locale: str, said: str) -> None:
    """A setting does (KOPPLA_LINK_TTL), and each request tells until when."""
    texts = files("portal") / "locale" / locale / "LC_MESSAGES" / "portal.po"
    assert f" {said}" not in texts.read_text("utf-8")
