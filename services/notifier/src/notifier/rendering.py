"""Templates and what they can use.

MAIL/LOCALE/ has the words of a mail once, for both of its parts: subject.txt, preview.txt (what a
list of mails shows behind the subject) and body.jinja. How they are set is said once for all
mails: text/ and html/ each have a layout and the same parts, a paragraph, facts, a quotation and
so on. words/LOCALE has what all mails say. So text and HTML can't come to say different things.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from notifier import palette, typesetting
from notifier.foreign_words import defused
from notifier.moments import moment

FOLDER = Path(__file__).parent / "templates"
LOCALES = ("sv", "en")


@dataclass(frozen=True, slots=True)
class Rendered:
    subject: str
    preview: str
    text: str
    html: str


def render(
    mail: str, locale: str, data: Mapping[str, Any], support_email: str | None = None
) -> Rendered:
    """The mail's words. data: what was kept with the delivery, with `name` and, where the mail
    has one, `link`. support_email: whom it names for questions, if anybody. Raises
    jinja2.UndefinedError for a word that the data lacks."""
    words = defused({key: value for key, value in data.items() if key != "link"})
    ours = {key: data[key] for key in ("link",) if key in data}
    ours |= {"locale": locale, "support_email": support_email}
    where = f"{mail}/{locale}"
    subject, preview = (
        " ".join(_TEXT.get_template(f"{where}/{name}.txt").render(words, **ours).split())
        for name in ("subject", "preview")
    )
    body = f"{where}/body.jinja"
    text = _TEXT.get_template(body).render(typesetting.kept(words), **ours)
    html = _HTML.get_template(body).render(words, **ours, subject=subject, preview=preview)
    return Rendered(subject, preview, typesetting.finished(text), html)


def _environment(part: str, *, html: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader([FOLDER / part, FOLDER]),
        undefined=StrictUndefined,
        autoescape=html,  # noqa: S701 (the text parts are no HTML)
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["moment"] = moment
    return environment


_TEXT = _environment("text", html=False)
_TEXT.filters |= {"wrapped": typesetting.wrapped, "quoted": typesetting.quoted}
_HTML = _environment("html", html=True)
_HTML.filters["lines"] = typesetting.lines
_HTML.globals |= {"light": palette.LIGHT, "dark": palette.DARK}
