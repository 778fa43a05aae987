"""A page that is drawn from the top: words that are tagged, boxes, lines."""

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from chassis.design.tokens import tokens
from linking.forms import fonts
from linking.forms.structure import Structure
from linking.forms.widgets import Box

# The pages' own, on paper.
_HUE = tokens().light
TEXT = HexColor(_HUE["text"])
SOFT = HexColor(_HUE["soft"])
LINE = HexColor(_HUE["border"])
FAINT = HexColor(_HUE["line"])
PANEL = HexColor(_HUE["sunken"])
ACT = HexColor(_HUE["act"])
WHITE = HexColor(_HUE["card"])

_ABOVE = 0.8  # of its size, what a letter takes above the line that it stands on


class Sheet:
    """Draws on the canvas; every place is in points, `top` the distance from the page's foot."""

    def __init__(self, canvas: Canvas, structure: Structure) -> None:
        self._canvas = canvas
        self._structure = structure

    def words(
        self,
        tag: str,
        text: str,
        x: float,
        top: float,
        width: float,
        *,
        size: float,
        bold: bool = False,
        color: Color = TEXT,
        leading: float = 1.4,
        right: bool = False,
    ) -> float:
        """Writes the text in as many lines as it takes; how far down it reaches.

        size: made smaller where a word, such as an address, would not fit on a line. right: the
        lines end at x + width. tag: of the element that it is.
        """
        font = fonts.BOLD if bold else fonts.REGULAR
        size = min(size, *(size * width / stringWidth(word, font, size) for word in text.split()))
        lines = simpleSplit(text, font, size, width)
        canvas = self._canvas
        with self._structure.marked(tag):
            canvas.setFont(font, size)
            canvas.setFillColor(color)
            for number, line in enumerate(lines):
                y = top - size * (_ABOVE + number * leading)
                if right:
                    canvas.drawRightString(x + width, y, line)
                else:
                    # The blank keeps words apart for whoever reads the text without its lines.
                    canvas.drawString(x, y, line if number == len(lines) - 1 else f"{line} ")
        return top - size * (_ABOVE + (len(lines) - 1) * leading + 0.2)

    def box(self, box: Box, *, fill: Color = WHITE, stroke: Color | None = LINE) -> None:
        with self._structure.decoration():
            self._canvas.setFillColor(fill)
            self._canvas.setLineWidth(0.7)
            if stroke is not None:
                self._canvas.setStrokeColor(stroke)
            self._canvas.roundRect(
                *(box.x, box.y, box.width, box.height, 3), stroke=stroke is not None, fill=1
            )

    def ring(self, box: Box) -> None:
        with self._structure.decoration():
            self._canvas.setFillColor(WHITE)
            self._canvas.setStrokeColor(LINE)
            self._canvas.setLineWidth(0.9)
            radius = box.width / 2
            self._canvas.circle(box.x + radius, box.y + radius, radius - 0.5, fill=1)

    def disc(self, x: float, y: float, radius: float) -> None:
        with self._structure.decoration():
            self._canvas.setFillColor(ACT)
            self._canvas.circle(x, y, radius, stroke=0, fill=1)

    def line(self, x: float, y: float, width: float, *, color: Color = FAINT) -> None:
        with self._structure.decoration():
            self._canvas.setStrokeColor(color)
            self._canvas.setLineWidth(0.7)
            self._canvas.line(x, y, x + width, y)
