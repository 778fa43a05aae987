"""Who is excluded, by the rules as data."""

import pytest

from contracts.events.linking import EXCLUDED
from linking.exclusions import key_of, verdict

RULES = {
    ("group", key_of("group", "Deloitte")),
    ("bureau", key_of("bureau", "b-1")),
    ("multi_company_setup", "true"),
}


@pytest.mark.parametrize(
    ("bureau_id", "group", "multi", "eligible"),
    [
        ("b-2", None, False, True),
        ("b-2", "Andra", False, True),
        ("b-2", "Deloitte", False, False),
        ("b-2", "  dELOITTE\t", False, False),
        ("b-2", "Deloitte AB", False, True),
        ("b-2", None, True, False),
        ("b-1", None, False, False),
        ("B-1", None, False, True),
    ],
)
def test_a_rule_excludes_its_own_only(
    bureau_id: str, group: str | None, multi: bool, eligible: bool
) -> None:  # R11, R12
    found = verdict(RULES, bureau_id, group, multi)
    assert (found.eligible, found.reason) == (eligible, None if eligible else EXCLUDED)


def test_without_rules_nobody_is_excluded() -> None:
    assert verdict(set(), "b-1", "Deloitte", True).eligible
