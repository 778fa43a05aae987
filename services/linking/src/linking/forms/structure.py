"""The tags of a one-page PDF: what is a heading, a paragraph, a field, and in which order they are
read aloud (ISO 32000-1, 14.7 and 14.8). reportlab draws, but does not tag."""

from collections.abc import Iterator
from contextlib import contextmanager

from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

_PAGE = 0  # the page's key in the parent tree; fields come after it


class Structure:
    """Records what is drawn on the canvas's only page, and writes the tags when it is done."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._document = canvas._doc
        self._root = pdfdoc.PDFDictionary({"Type": pdfdoc.PDFName("StructTreeRoot")})
        self._top = pdfdoc.PDFDictionary(_element("Document", self._reference(self._root)))
        self._elements: list[pdfdoc.PDFObjectReference] = []
        self._marked: list[pdfdoc.PDFObjectReference] = []
        self._fields: list[pdfdoc.PDFObjectReference] = []

    @contextmanager
    def marked(self, tag: str) -> Iterator[None]:
        """What is drawn inside is one element: H1, H2 or P."""
        number = len(self._marked)
        self._canvas.addLiteral(f"/{tag} <</MCID {number}>> BDC")
        yield
        self._canvas.addLiteral("EMC")
        self._marked.append(self._add(tag, K=number))

    @contextmanager
    def decoration(self) -> Iterator[None]:
        """What is drawn inside says nothing and is not read."""
        self._canvas.addLiteral("/Artifact BMC")
        yield
        self._canvas.addLiteral("EMC")

    def field(self, widget: pdfdoc.PDFDictionary) -> None:
        """The field is read where it is added."""
        contents = pdfdoc.PDFDictionary(
            {"Type": pdfdoc.PDFName("OBJR"), "Obj": self._reference(widget)}
        )
        self._fields.append(self._add("Form", K=contents))
        widget["StructParent"] = len(self._fields)

    def finish(self) -> None:
        """To be called once the page is closed."""
        page = self._document.Pages[0]
        page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
        page.StructParents = _PAGE
        page.Tabs = pdfdoc.PDFName("S")  # the tab key goes as the text is read
        parents = [_PAGE, pdfdoc.PDFArray(self._marked)]
        for key, element in enumerate(self._fields, start=1):
            parents += [key, element]
        self._top["K"] = pdfdoc.PDFArray(self._elements)
        self._root["K"] = self._reference(self._top)
        self._root["ParentTree"] = self._reference(
            pdfdoc.PDFDictionary({"Nums": pdfdoc.PDFArray(parents)})
        )
        self._root["ParentTreeNextKey"] = len(self._fields) + 1
        catalog = self._document.Catalog
        catalog.StructTreeRoot = self._root
        catalog.MarkInfo = pdfdoc.PDFDictionary({"Marked": "true"})

    def _add(self, tag: str, **contents: object) -> pdfdoc.PDFObjectReference:
        page = self._document.thisPageRef()
        made = pdfdoc.PDFDictionary(
            {**_element(tag, self._reference(self._top)), "Pg": page, **contents}
        )
        self._elements.append(self._reference(made))
        return self._elements[-1]

    def _reference(self, thing: pdfdoc.PDFObject) -> pdfdoc.PDFObjectReference:
        return self._document.Reference(thing)


def _element(tag: str, parent: pdfdoc.PDFObjectReference) -> dict[str, object]:
    return {"Type": pdfdoc.PDFName("StructElem"), "S": pdfdoc.PDFName(tag), "P": parent}
