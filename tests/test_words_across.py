"""What one program says by a code, another tells people in words."""

from typing import get_args

import pytest

from chassis.design.catalogue import LOCALES, texts
from contracts.fields import Locale
from linking.service.auditing import Action
from linking.service.closing import Reason


@pytest.mark.parametrize("locale", LOCALES)
def test_customer_service_reads_every_act_of_the_audit_trail_in_words(locale: Locale) -> None:  # D9
    portal = texts("portal", locale)
    assert [one for one in get_args(Action) if not portal.has(f"audit.{one}")] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_a_bureau_reads_in_words_why_its_request_was_withdrawn(locale: Locale) -> None:  # D11
    portal = texts("portal", locale)
    standing = "request.standing.cancelled"
    assert [one for one in get_args(Reason) if not portal.has(f"{standing}.{one}")] == []
