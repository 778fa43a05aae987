"""What the texts call things."""

import re

from linking.words import words


def test_in_english_a_link_is_what_joins_bureau_and_client() -> None:
    """What a mail leads to is its address or its page, where the page speaks of a link, too."""
    english = words("en")
    for name in (
        *("yours_accepted_lead", "expired_lead", "asked_again_lead", "superseded_lead"),
        *("not_resent_lead", "not_an_admin_lead", "untaken_manage", "access_until"),
        *("untaken_expired_why", "untaken_not_an_admin_why", "managed_refused_body"),
        *("unavailable_body", "bad_request_body", "back"),
    ):
        text = english.raw(f"page.{name}")
        assert not re.search(r"the link in|by the link|link was (sent|valid)|link's page", text)
        assert "connection" not in text
