"""A page as somebody without script has it: its words, links and forms."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"input", "meta", "link", "br", "hr", "img"}
_UNSEEN = {"script", "style", "head", "title"}


@dataclass
class Button:
    """What can be pressed. words: its accessible name. name, value: what it adds to the form."""

    words: str = ""
    name: str | None = None
    value: str = ""


@dataclass
class Form:
    """fields: by name and order, what is sent if nobody touches it."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)

    def button(self, words: str) -> Button:
        found = [one for one in self.buttons if one.words == words]
        assert found, (words, [one.words for one in self.buttons])
        return found[0]

    def value(self, name: str) -> str:
        return next(value for one, value in self.fields if one == name)


@dataclass
class Link:
    words: str
    href: str
    attributes: dict[str, str | None]


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.forms: list[Form] = []
        self.links: list[Link] = []
        self.headings: list[str] = []
        self.title = ""
        self.lang: str | None = None
        self._said: list[str] = []
        self._stack: list[str] = []
        self._caught: list[tuple[str, list[str]]] = []
        self._form: Form | None = None
        self._select: str | None = None
        self._area: str | None = None
        self._attributes: dict[str, str | None] = {}
        self.feed(html)

    @property
    def words(self) -> str:
        """All that is to be read, blanks made one."""
        return re.sub(r"\s+", " ", " ".join(self._said)).strip()

    def form(self, button: str) -> Form:
        """The form with a button of these words."""
        found = [one for one in self.forms if any(b.words == button for b in one.buttons)]
        assert found, (button, [b.words for one in self.forms for b in one.buttons], self.words)
        return found[0]

    def link(self, words: str) -> Link:
        found = [one for one in self.links if one.words == words]
        assert found, (words, [one.words for one in self.links])
        return found[0]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in _VOID:
            self._stack.append(tag)
        if tag == "html":
            self.lang = given.get("lang")
        elif tag == "form":
            self._form = Form(given.get("action") or "", (given.get("method") or "get").lower())
            self.forms.append(self._form)
        elif tag == "input" and self._form is not None:
            self._input(given)
        elif tag == "select":
            self._select = given.get("name")
        elif tag == "option" and self._form is not None and self._select:
            known = any(name == self._select for name, _ in self._form.fields)
            if "selected" in given or not known:
                self._form.fields = [
                    (name, value) for name, value in self._form.fields if name != self._select
                ]
                self._form.fields.append((self._select, given.get("value") or ""))
        elif tag == "textarea":
            self._area = given.get("name")
        if tag in ("a", "button", "h1", "h2", "h3", "title", "textarea"):
            self._caught.append((tag, []))
            self._attributes = given

    def _input(self, given: dict[str, str | None]) -> None:
        assert self._form is not None
        kind = given.get("type") or "text"
        if kind in ("radio", "checkbox") and "checked" not in given:
            return
        if given.get("name"):
            self._form.fields.append((given["name"] or "", given.get("value") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._stack:
            while self._stack.pop() != tag:
                pass
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = None
        if self._caught and self._caught[-1][0] == tag:
            raw = "".join(self._caught.pop()[1])
            words = re.sub(r"\s+", " ", raw).strip()
            self._end(tag, raw, words)

    def _end(self, tag: str, raw: str, words: str) -> None:
        given = self._attributes
        if tag == "a":
            self.links.append(
                Link(given.get("aria-label") or words, given.get("href") or "", given)
            )
        elif tag == "button" and self._form is not None:
            self._form.buttons.append(Button(words, given.get("name"), given.get("value") or ""))
        elif tag == "title":
            self.title = words
        elif tag == "textarea" and self._form is not None and self._area:
            self._form.fields.append((self._area, raw.removeprefix("\n")))
        elif tag != "textarea":
            self.headings.append(words)

    def handle_data(self, data: str) -> None:
        for _, words in self._caught:
            words.append(data)
        if not _UNSEEN & set(self._stack):
            self._said.append(data)
