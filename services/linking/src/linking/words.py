"""Linking's texts, from its gettext catalogue: link pages, the guidance page, paper forms."""

from chassis.design.catalogue import Texts, texts
from contracts.fields import Locale


def words(locale: Locale) -> Texts:
    return texts("linking", locale)


class FormWords:
    """What is printed on a paper form, by name; a name with `?` is the tooltip of its field."""

    def __init__(self, locale: Locale) -> None:
        self._texts = words(locale)

    def __getitem__(self, name: str) -> str:
        return self._texts.raw("form." + name.replace("?", ".tooltip"))
