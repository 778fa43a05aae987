"""Lato, embedded: what is printed as a subset, what is filled in as the whole font.

Its licence is the SIL Open Font License 1.1, which allows embedding in any document.
"""

from importlib.resources import files

from reportlab.pdfbase import pdfdoc, pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR = "Lato"
BOLD = "Lato-Bold"

_FILES = {REGULAR: "Lato-Regular.ttf", BOLD: "Lato-Bold.ttf"}
_NONSYMBOLIC = 1 << 5


def register() -> None:
    """Makes the fonts known by name to reportlab, which knows fonts for the whole process."""
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(files("font_lato") / "files" / file)))


def for_filling_in(document: pdfdoc.PDFDocument) -> pdfdoc.PDFObjectReference:
    """The font of the fields: all of it, in WinAnsiEncoding.

    A viewer writes what people type with the font that the field names. reportlab's own fields know
    only fonts that are not embedded, and a subset lacks the letters that nobody printed.
    """
    face = pdfmetrics.getFont(REGULAR).face
    program = pdfdoc.PDFStream(
        content=(files("font_lato") / "files" / _FILES[REGULAR]).read_bytes(),
        filters=[pdfdoc.PDFZCompress],
    )
    program.dictionary["Length1"] = len(program.content)
    name = face.name.decode("ascii")
    font = pdfdoc.PDFTrueTypeFont()
    font.Name = REGULAR
    font.BaseFont = name
    font.Encoding = "/WinAnsiEncoding"
    font.FirstChar = 32
    font.LastChar = 255
    font.Widths = pdfdoc.PDFArray([_width(face, code) for code in range(32, 256)])
    font.FontDescriptor = document.Reference(
        pdfdoc.PDFDictionary(
            {
                "Type": "/FontDescriptor",
                "FontName": pdfdoc.PDFName(name),
                "Flags": _NONSYMBOLIC,
                "FontBBox": pdfdoc.PDFArray(face.bbox),
                "Ascent": face.ascent,
                "Descent": face.descent,
                "CapHeight": face.capHeight,
                "ItalicAngle": face.italicAngle,
                "StemV": face.stemV,
                "MissingWidth": face.defaultWidth,
                "FontFile2": document.Reference(program),
            }
        )
    )
    return document.Reference(font)


def _width(face: pdfmetrics.TypeFace, code: int) -> float:
    """In thousandths of the font's size; of a code that stands for nothing, the default."""
    letter = bytes([code]).decode("cp1252", errors="ignore")
    width: float = face.getCharWidth(ord(letter)) if letter else face.defaultWidth
    return width
