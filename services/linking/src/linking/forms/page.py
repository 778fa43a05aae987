"""A form's parts, below one another on its page."""

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import stringWidth

from contracts.events.linking import FormKind
from contracts.fields import PROGRAMS
from linking.forms import fonts
from linking.forms.fields import (
    SECTIONS,
    SUPPORT,
    Choice,
    Note,
    Section,
    Signature,
    Text,
)
from linking.forms.sheet import ACT, PANEL, SOFT, WHITE, Sheet
from linking.forms.widgets import Box, Widgets
from linking.words import FormWords

EDITION = 1
"""Printed on the form; one more with each change of its words or fields."""

_WIDTH, _HEIGHT = A4
_LEFT = 48.0
_INNER = _WIDTH - 2 * _LEFT
_GAP = 10.0  # between two fields, and between a panel's edge and what is on it
_FIELD = 21.0  # high
_BUTTON = 11.0
_LABEL = 8.0
_CHOICE = 9.5
_SUPPORT_TOP = 136.0
_ROOM: dict[FormKind, tuple[float, float]] = {"link_client": (29, 72), "change_bureau": (15, 43)}
"""By kind, what the page's length leaves above each section, and for the signature."""


class FormPage:
    """Draws one form's page."""

    def __init__(self, sheet: Sheet, widgets: Widgets, words: FormWords, kind: FormKind) -> None:
        self._sheet = sheet
        self._widgets = widgets
        self._words = words
        self._kind = kind
        self._above, self._signature = _ROOM[kind]

    def draw(self, support_email: str | None) -> None:
        top = self._head(_HEIGHT - 44)
        top = self._steps(top - 12, support_email)
        for section in SECTIONS[self._kind]:
            top = self._section(section, top - self._above)
        self._support(_SUPPORT_TOP)
        self._foot(40)

    def _head(self, top: float) -> float:
        sheet, words = self._sheet, self._words
        half = _INNER / 2
        sheet.words("P", "Koppla", _LEFT, top, half, size=13, bold=True, color=ACT)
        sheet.words(
            "P", words["form"], _LEFT + half, top - 3.2, half, size=9, color=SOFT, right=True
        )
        title = words[f"{self._kind}_title"]
        top = sheet.words("H1", title, _LEFT, top - 28, _INNER, size=22, bold=True)
        lead = words[f"{self._kind}_lead"]
        return sheet.words("P", lead, _LEFT, top - 7, _INNER * 0.88, size=10)

    def _steps(self, top: float, support_email: str | None) -> float:
        """What to do, as three numbered columns of two lines on a panel."""
        sheet, words = self._sheet, self._words
        where = words["step_3_to"].format(email=support_email) if support_email else words["step_3"]
        height, width = 40.0, (_INNER - 2 * _GAP) / 3
        sheet.box(Box(_LEFT, top - height, _INNER, height), fill=PANEL, stroke=None)
        for number, text in enumerate((words["step_1"], words["step_2"], where)):
            x = _LEFT + _GAP + number * width
            sheet.disc(x + 8, top - height / 2, 8)
            sheet.words("P", str(number + 1), x + 5.4, top - 15.9, 10, size=9, color=WHITE)
            sheet.words("P", text, x + 23, top - 9, width - 29, size=8.5)
        return top - height

    def _section(self, section: Section, top: float) -> float:
        sheet, words = self._sheet, self._words
        heading = words[section.name]
        top = sheet.words("H2", heading, _LEFT, top, _INNER, size=12, bold=True, color=ACT)
        sheet.line(_LEFT, top - 3, _INNER)
        top -= 10
        if section.lead:
            text = words[f"{section.name}_lead"].format(programs=self._programs())
            top = sheet.words("P", text, _LEFT, top, _INNER, size=9) - 9
        for row in section.rows:
            top = self._row(row, _LEFT, top, _INNER) - 8
        return top + 8

    def _row(
        self,
        row: tuple[Text | Choice | Signature | Note, ...],
        x: float,
        top: float,
        width: float,
    ) -> float:
        feet = []
        for each in row:
            match each:
                case Text(share=share):
                    feet.append(self._text(each, x, top, share * (width + _GAP) - _GAP))
                    x += share * (width + _GAP)
                case Note(name=name, share=share):
                    inner = share * (width + _GAP) - _GAP
                    words = self._words[name]
                    feet.append(
                        self._sheet.words("P", words, x, top - 1, inner, size=_LABEL, color=SOFT)
                    )
                case Choice():
                    feet.append(self._choice(each, x, top))
                case Signature():
                    label = self._words["signed"]
                    feet.append(self._room(label, x, top, width, self._signature).y)
        return min(feet)

    def _text(self, field: Text, x: float, top: float, width: float) -> float:
        label = self._words[field.name]
        if field.optional:
            label = self._words["optional"].format(label=label)
        room = self._room(label, x, top, width, _FIELD)
        # Smaller than what is seen, since viewers fit the letters to its height.
        inside = Box(room.x + 3, room.y + 3, room.width - 6, room.height - 6)
        tooltip = self._words[f"{field.name}?"]
        self._widgets.text(field.name, tooltip, inside, field.limit, needed=field.needed)
        return room.y

    def _room(self, label: str, x: float, top: float, width: float, height: float) -> Box:
        """A labelled box to write in."""
        foot = self._sheet.words("P", label, x, top, width, size=_LABEL, color=SOFT)
        room = Box(x, foot - 2 - height, width, height)
        self._sheet.box(room)
        return room

    def _choice(self, field: Choice, left: float, top: float) -> float:
        """The question and its options on one line, or the options below it where all don't fit."""
        sheet, words = self._sheet, self._words
        question = words[field.name]
        said = {option: words[f"{field.name}.{option}"] for option in field.options}
        widths = {each: stringWidth(text, fonts.REGULAR, _CHOICE) for each, text in said.items()}
        sheet.words("P", question, left, top - 2, _INNER, size=_CHOICE, bold=True)
        x = left + stringWidth(question, fonts.BOLD, _CHOICE) + 14
        if x + sum(widths.values()) + len(widths) * (_BUTTON + 21) > left + _INNER:
            x, top = left, top - 17
        options = {}
        for option, width in widths.items():
            button = Box(x, top - 1 - _BUTTON, _BUTTON, _BUTTON)
            sheet.ring(button)
            sheet.words("P", said[option], x + _BUTTON + 5, top - 2, width + 1, size=_CHOICE)
            options[option] = (said[option], button)
            x += _BUTTON + 5 + width + 16
        self._widgets.choice(field.name, words[f"{field.name}?"], options)
        return top - 1 - _BUTTON

    def _support(self, top: float) -> None:
        """Customer service's panel."""
        height, x, width = 64.0, _LEFT + _GAP, _INNER - 2 * _GAP
        self._sheet.box(Box(_LEFT, top - height, _INNER, height), fill=PANEL, stroke=None)
        heading = self._words[SUPPORT.name]
        foot = self._sheet.words("H2", heading, x, top - 9, width, size=9, bold=True, color=SOFT)
        for row in SUPPORT.rows:
            foot = self._row(row, x, foot - 6, width)

    def _foot(self, top: float) -> None:
        sheet, words = self._sheet, self._words
        left, right = _INNER * 0.72, _INNER * 0.28
        sheet.words("P", words["privacy"], _LEFT, top, left, size=7.5, color=SOFT)
        printed = f"{self._kind} · {words['edition'].format(edition=EDITION)}"
        sheet.words("P", printed, _LEFT + left, top, right, size=7.5, color=SOFT, right=True)

    def _programs(self) -> str:
        *most, last = (self._words[program] for program in PROGRAMS)
        return f"{', '.join(most)} {self._words['and']} {last}"
