"""Makes a paper form: one A4 page as a PDF, to be filled in on a screen or by hand."""

from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from contracts.events.linking import FormKind
from contracts.fields import Locale
from linking.forms import fonts
from linking.forms.page import FormPage
from linking.forms.sheet import Sheet
from linking.forms.structure import Structure
from linking.forms.widgets import Widgets
from linking.words import FormWords


def draw(kind: FormKind, locale: Locale, support_email: str | None) -> bytes:
    """The form as a PDF, each time the same bytes. support_email: where to send it, if anywhere.

    Not to be called twice at once: reportlab keeps its fonts for the whole process.
    """
    fonts.register()
    words = FormWords(locale)
    file = BytesIO()
    # Invariant: neither the time of making nor a random id is in it.
    canvas = Canvas(
        file,
        pagesize=A4,
        invariant=1,
        pdfVersion=(1, 7),
        pageCompression=1,
        initialFontName=fonts.REGULAR,
        lang=locale,
    )
    canvas.setTitle(words[f"{kind}_title"])
    canvas.setAuthor("Koppla")
    canvas.setCreator("Koppla")
    canvas.setSubject(words["subject"])
    canvas.setViewerPreference("DisplayDocTitle", "true")
    structure = Structure(canvas)
    widgets = Widgets(canvas, structure)
    FormPage(Sheet(canvas, structure), widgets, words, kind).draw(support_email)
    canvas.showPage()
    structure.finish()
    widgets.finish()
    canvas.save()
    return file.getvalue()
