"""A form that is shown once more: what was wrong, and what was typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from unicodedata import category

from contracts.fields import Locale
from linking.messages import holds_address, turns_direction
from linking.pages.bodies import is_message, written
from linking.requests import Answer
from linking.words import words

_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Again:
    """errors: (field, what is wrong with it), in the page's order. typed: the message as it was
    written, without what no page can show. confirmed: the box as it was. untaken: the answer that
    came too late or may not be given, so that no form is shown; None where there is one again.
    unsent: it was given before, by whomever, and only the words are new: they were not sent."""

    errors: tuple[tuple[str, str], ...] = ()
    typed: str = ""
    confirmed: bool = False
    untaken: Answer | None = None
    unsent: bool = False

    def wrong(self, field: str) -> str | None:
        return dict(self.errors).get(field)


def again(
    locale: Locale, fields: Mapping[str, Any], name: str, confirmed: bool, unconfirmed: str | None
) -> Again:
    """name: of the field with words. unconfirmed: the key of what is said of the box, if anything
    is to be."""
    text = written(fields.get(name))
    errors = []
    if why := _wrong(locale, text):
        errors.append((name, why))
    if unconfirmed is not None:
        errors.append(("confirm", words(locale)(unconfirmed)))
    return Again(tuple(errors), showable(text), confirmed)


def showable(text: str) -> str:
    """Without what no page can show."""
    return "".join(filter(_shows, text))


def _wrong(locale: Locale, text: str) -> str | None:
    known = words(locale)
    if len(text) > _LONGEST:
        return known("page.message_too_long", number=len(text))
    if is_message(text):
        return None
    is_address = holds_address(text) and not turns_direction(text)
    return known("page.message_address" if is_address else "page.message_signs")


def _shows(character: str) -> bool:
    return character in "\n\t" or not (category(character) == "Cc" or turns_direction(character))
