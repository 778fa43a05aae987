"""Fields that can be filled in on a screen (AcroForm, ISO 32000-1, 12.7)."""

from dataclasses import dataclass

from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

from linking.forms import fonts
from linking.forms.structure import Structure

_PRINTED = 1 << 2
_REQUIRED = 1 << 1
_NO_TOGGLE_TO_OFF = 1 << 14
_RADIO = 1 << 15
_INK = "0.05 0.07 0.35 rg"  # so that what is filled in is told from what is printed
_ROUND = 0.5523  # a quarter of a circle as one Bézier curve


@dataclass(frozen=True, slots=True)
class Box:
    """A place on the page, in points from its lower left corner."""

    x: float
    y: float
    width: float
    height: float


class Widgets:
    """The fields of a form on the canvas's only page."""

    def __init__(self, canvas: Canvas, structure: Structure) -> None:
        self._canvas = canvas
        self._document = canvas._doc
        self._structure = structure
        # Size 0: the viewer fits it to the field, and shrinks a long name until it is seen whole.
        self._appearance = pdfdoc.PDFString(f"/{fonts.REGULAR} 0 Tf {_INK}")
        self._fields: list[pdfdoc.PDFObjectReference] = []

    def text(self, name: str, tooltip: str, box: Box, limit: int, *, needed: bool) -> None:
        """A field for one line of at most `limit` characters."""
        widget = self._widget(box)
        widget.dict |= {
            "FT": pdfdoc.PDFName("Tx"),
            "T": pdfdoc.PDFString(name),
            "TU": pdfdoc.PDFString(tooltip),
            "Ff": _REQUIRED if needed else 0,
            "MaxLen": limit,
            "DA": self._appearance,
            "V": pdfdoc.PDFString(""),
            "AP": pdfdoc.PDFDictionary({"N": self._drawn(box, "/Tx BMC EMC")}),
        }
        self._fields.append(self._place(widget))

    def choice(self, name: str, tooltip: str, options: dict[str, tuple[str, Box]]) -> None:
        """Buttons of which one is chosen. options: by value, the tooltip and where it stands."""
        group = pdfdoc.PDFDictionary(
            {
                "FT": pdfdoc.PDFName("Btn"),
                "T": pdfdoc.PDFString(name),
                "TU": pdfdoc.PDFString(tooltip),
                "Ff": _RADIO | _NO_TOGGLE_TO_OFF | _REQUIRED,
                "V": pdfdoc.PDFName("Off"),
            }
        )
        parent = self._document.Reference(group)
        buttons = []
        for value, (said, box) in options.items():
            widget = self._widget(box)
            chosen = self._drawn(box, f"{_INK} {_disc(box.width / 2, box.width * 0.28)} f")
            looks = pdfdoc.PDFDictionary({value: chosen, "Off": self._drawn(box, "")})
            widget.dict |= {
                "Parent": parent,
                "TU": pdfdoc.PDFString(f"{tooltip}: {said}"),
                "AS": pdfdoc.PDFName("Off"),
                "AP": pdfdoc.PDFDictionary({"N": looks}),
                # ZapfDingbats' disc, for viewers that draw buttons by themselves.
                "MK": pdfdoc.PDFDictionary({"CA": pdfdoc.PDFString("l")}),
            }
            buttons.append(self._place(widget))
        group["Kids"] = pdfdoc.PDFArray(buttons)
        self._fields.append(parent)

    def finish(self) -> None:
        """Makes the document a form; to be called once."""
        font = fonts.for_filling_in(self._document)
        named = pdfdoc.PDFDictionary({fonts.REGULAR: font})
        self._document.Catalog.AcroForm = pdfdoc.PDFDictionary(
            {
                "Fields": pdfdoc.PDFArray(self._fields),
                "DA": self._appearance,
                "DR": pdfdoc.PDFDictionary({"Font": named}),
            }
        )

    def _widget(self, box: Box) -> pdfdoc.PDFDictionary:
        return pdfdoc.PDFDictionary(
            {
                "Type": pdfdoc.PDFName("Annot"),
                "Subtype": pdfdoc.PDFName("Widget"),
                "Rect": pdfdoc.PDFArray([box.x, box.y, box.x + box.width, box.y + box.height]),
                "F": _PRINTED,
                "P": self._document.thisPageRef(),
            }
        )

    def _place(self, widget: pdfdoc.PDFDictionary) -> pdfdoc.PDFObjectReference:
        self._canvas._addAnnotation(widget)
        self._structure.field(widget)
        return self._document.Reference(widget)

    def _drawn(self, box: Box, operators: str) -> pdfdoc.PDFObjectReference:
        """An appearance of a field."""
        stream = pdfdoc.PDFStream(content=operators)
        stream.dictionary.dict |= {
            "Type": pdfdoc.PDFName("XObject"),
            "Subtype": pdfdoc.PDFName("Form"),
            "BBox": pdfdoc.PDFArray([0, 0, box.width, box.height]),
        }
        return self._document.Reference(stream)


def _disc(middle: float, radius: float) -> str:
    """The path of a circle around (middle, middle)."""
    m, r, k = middle, radius, radius * _ROUND
    return (
        f"{m + r:.2f} {m:.2f} m"
        f" {m + r:.2f} {m + k:.2f} {m + k:.2f} {m + r:.2f} {m:.2f} {m + r:.2f} c"
        f" {m - k:.2f} {m + r:.2f} {m - r:.2f} {m + k:.2f} {m - r:.2f} {m:.2f} c"
        f" {m - r:.2f} {m - k:.2f} {m - k:.2f} {m - r:.2f} {m:.2f} {m - r:.2f} c"
        f" {m + k:.2f} {m - r:.2f} {m + r:.2f} {m - k:.2f} {m + r:.2f} {m:.2f} c"
    )
