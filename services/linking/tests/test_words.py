"""Linking's texts: all there in both languages, and none that nobody reads."""

from chassis.design.catalogue_check import wrong


def test_every_text_is_there_in_both_languages() -> None:  # R47
    by_view = r"page\.[a-z_]+_(title|lead|body|why)"
    by_value = r"page\.((act|side)_[a-z_]+|bookkeeping|invoicing|payroll|annual_accounts|documents)"
    forms = r"form\..+"
    kinds = r"guidance\.(link_client|change_bureau)(_when)?"
    assert wrong("linking", computed=[by_view, by_value, forms, kinds]) == []
