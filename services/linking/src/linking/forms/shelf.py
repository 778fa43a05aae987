"""The forms as files, each made once by a process, when it is first asked for."""

from threading import Lock

from contracts.events.linking import FormKind
from contracts.fields import Locale


class Shelf:
    """Makes and keeps the PDFs: four, some 100 kB each."""

    def __init__(self, support_email: str | None) -> None:
        self._support_email = support_email
        self._made: dict[tuple[FormKind, Locale], bytes] = {}
        self._lock = Lock()

    def form(self, kind: FormKind, locale: Locale) -> bytes:
        """The form's bytes. Takes most of a second the first time: not for the event loop."""
        # Imported here, because reportlab would add half a second to every start.
        from linking.forms.drawing import draw

        with self._lock:
            if (kind, locale) not in self._made:
                self._made[kind, locale] = draw(kind, locale, self._support_email)
            return self._made[kind, locale]
