"""An HTML part as its readers get it: people, and programs that look for addresses."""

from html.parser import HTMLParser

VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "wbr"})
BREAKS = frozenset({"blockquote", "br", "div", "h1", "h2", "p", "table", "td", "th", "tr"})


class Reading(HTMLParser):
    """words: what is to be seen. unseen: the preview text. addresses: of all links, in order.
    tags: every tag's name. attributes: every attribute's name.

    without: classes whose words are left out.
    """

    def __init__(self, html: str, without: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self._without = without
        self._open: list[tuple[str, frozenset[str]]] = []
        self._seen: list[str] = []
        self._hidden: list[str] = []
        self.addresses: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)
        self.close()
        assert not self._open, "not closed: " + ", ".join(tag for tag, _ in self._open)

    @property
    def words(self) -> str:
        return " ".join("".join(self._seen).split())

    @property
    def unseen(self) -> str:
        return " ".join("".join(self._hidden).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.add(tag)
        self.attributes |= given.keys()
        if tag == "a":
            self.addresses.append(given["href"] or "")
        if tag in BREAKS:
            self._seen.append(" ")
        if tag not in VOID:
            self._open.append((tag, frozenset((given.get("class") or "").split())))

    def handle_endtag(self, tag: str) -> None:
        opened, _ = self._open.pop()
        assert opened == tag, f"{opened} is closed by {tag}"
        if tag in BREAKS:
            self._seen.append(" ")

    def handle_data(self, data: str) -> None:
        tags = {tag for tag, _ in self._open}
        classes = {name for _, names in self._open for name in names}
        if "preview" in classes:
            self._hidden.append(data)
        elif "head" not in tags and not classes & self._without:
            self._seen.append(data)
