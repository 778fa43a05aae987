"""Words that somebody writes to the other side, by the rules of the API."""

from portal import forms
from portal.forms import Form
from portal.gateway.refusals import Refused

LONGEST = 500


def wrong_message(form: Form, name: str = "message") -> dict[str, str]:
    """By field, a key of the catalogue that says what is wrong; empty where nothing is."""
    text = form.text(name)
    if len(text) > LONGEST:
        return {name: "message.too_long"}
    return {name: "message.control"} if forms.has_control_characters(text) else {}


def refused_message(refused: Refused, name: str = "message") -> dict[str, str]:
    """As `wrong_message`, of what only the API knows: that a mail program would make a link of
    something in the text. Empty where it refuses something else."""
    return {name: "message.address"} if name in refused.fields else {}
