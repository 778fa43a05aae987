"""Every text of the portal is in both languages, and none is left over."""

from chassis.design.catalogue_check import wrong

COMPUTED = (
    r"entry\.(client_manager|digital_bureau)\.title",
    r"error\.[a-z_]+\.(title|body)",
    r"event\.[a-z_]+",
    r"find\.(tenant_id|org_number)\.[a-z_]+",
    r"find\.instead\.(tenant_id|org_number)",
    r"find\.none\.(tenant_id|org_number)",
    r"mail\.(queued|sent|failed)",
    r"not_resent\.[a-z_]+",
    r"program\.[a-z_]+",
    r"request\.standing\.[a-z_.]+",
    r"requests\.sort\.[a-z_]+",
    r"role\.[a-z_]+",
    r"sign_in\.demo\.kind\.[a-z_]+",
    r"status\.[a-z]+",
    r"unavailable\.(search|requests|clients)\.title",
    r"waiting\.linked\.(digital|paper_form)",
)
"""Keys that are put together at run time."""


def test_every_text_is_there_in_both_languages_and_used() -> None:  # R47
    assert wrong("portal", computed=COMPUTED) == []
