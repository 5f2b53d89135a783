"""Text that a reader of the page does not see, in PDF and Word files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.knowledge.attacks.hidden_markup import SECRET, SEEN

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c6360606000000004000"
    "1f61738550000000049454e44ae426082"
)


def write_pdf(path: Path, hide: Callable[[Canvas], None]) -> None:
    """Write a page that shows `SEEN`, and let `hide` draw the secret on it."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), pagesize=A4)
    canvas.setFont("Helvetica-Bold", 18)
    canvas.drawString(60, 760, "Drain valve")
    canvas.setFont("Helvetica", 10)
    canvas.drawString(60, 700, SEEN)
    hide(canvas)
    canvas.showPage()
    canvas.save()


def _invisible_mode(canvas: Canvas, mode: int = 3) -> None:
    text = canvas.beginText(60, 600)
    text.setTextRenderMode(mode)
    text.textOut(SECRET)
    canvas.drawText(text)


def _white(canvas: Canvas) -> None:
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(60, 600, SECRET)


def _nearly_white(canvas: Canvas) -> None:
    canvas.setFillColorRGB(0.99, 0.99, 0.985)
    canvas.drawString(60, 600, SECRET)


def _white_beside_seen(canvas: Canvas) -> None:
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(60 + canvas.stringWidth(SEEN + " ", "Helvetica", 10), 700, SECRET)


def _off_page(canvas: Canvas) -> None:
    canvas.drawString(-900, 600, SECRET)
    canvas.drawString(60, 2_000, SECRET)


def _tiny(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 0.4)
    canvas.drawString(60, 600, SECRET)


def _scaled_to_nothing(canvas: Canvas) -> None:
    canvas.saveState()
    canvas.translate(60, 600)
    canvas.scale(0.02, 0.02)
    canvas.drawString(0, 0, SECRET)
    canvas.restoreState()


def _no_alpha(canvas: Canvas) -> None:
    canvas.setFillAlpha(0)
    canvas.drawString(60, 600, SECRET)


def _covered(canvas: Canvas) -> None:
    canvas.drawString(60, 600, SECRET)
    canvas.setFillColorRGB(1, 1, 1)
    canvas.rect(50, 590, 400, 30, stroke=0, fill=1)


def _black_on_black(canvas: Canvas) -> None:
    canvas.rect(50, 590, 400, 30, stroke=0, fill=1)
    canvas.drawString(60, 600, SECRET)


def _below_an_image(canvas: Canvas) -> None:
    from io import BytesIO

    from reportlab.lib.utils import ImageReader

    canvas.drawString(60, 600, SECRET)
    canvas.drawImage(ImageReader(BytesIO(_PNG)), 50, 590, 400, 30)


def _clipped(canvas: Canvas) -> None:
    canvas.saveState()
    path = canvas.beginPath()
    path.rect(400, 100, 20, 20)
    canvas.clipPath(path, stroke=0, fill=0)
    canvas.drawString(60, 600, SECRET)
    canvas.restoreState()


def _facts(canvas: Canvas) -> None:
    canvas.setTitle(SECRET)
    canvas.setSubject(SECRET)
    canvas.setKeywords(SECRET)
    canvas.setAuthor(SECRET)


def _note(canvas: Canvas) -> None:
    canvas.textAnnotation(SECRET, Rect=(60, 600, 80, 620))


def _bookmark(canvas: Canvas) -> None:
    canvas.bookmarkPage("here")
    canvas.addOutlineEntry(SECRET, "here")


def _white_in_a_table(canvas: Canvas) -> None:
    for x in (60, 200, 540):
        canvas.line(x, 540, x, 620)
    for y in (540, 567, 594, 620):
        canvas.line(60, y, 540, y)
    for y, cells in ((600, ("Part", "Size")), (575, ("Seal", "4 mm")), (550, ("Ring", "5 mm"))):
        canvas.drawString(65, y, cells[0])
        canvas.drawString(205, y, cells[1])
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(235, 575, SECRET)


PDF: dict[str, Callable[[Canvas], None]] = {
    "render mode 3": _invisible_mode,
    "render mode 7": lambda canvas: _invisible_mode(canvas, 7),
    "white text": _white,
    "nearly white text": _nearly_white,
    "white text beside text that is seen": _white_beside_seen,
    "off the page": _off_page,
    "font of no size": _tiny,
    "scaled to nothing": _scaled_to_nothing,
    "no alpha": _no_alpha,
    "covered by a white box": _covered,
    "black on black": _black_on_black,
    "below an image": _below_an_image,
    "clipped away": _clipped,
    "title, subject, keywords and author": _facts,
    "note": _note,
    "bookmark": _bookmark,
    "white text in a table": _white_in_a_table,
}


def write_hidden_layer(path: Path) -> None:
    """Write a page whose secret stands on a layer that is switched off."""
    content = (
        f"BT /F1 18 Tf 60 760 Td (Drain valve) Tj ET BT /F1 10 Tf 60 700 Td ({SEEN}) Tj ET "
        f"/OC /L BDC BT /F1 10 Tf 60 600 Td ({SECRET}) Tj ET EMC"
    ).encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[6 0 R]/D<</OFF[6 0 R]/Order[6 0 R]>>>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R"
        b"/Resources<</Font<</F1 4 0 R>>/Properties<</L 6 0 R>>>>>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/OCG/Name(Layer)>>",
    ]
    path.write_bytes(assemble_pdf(objects))


def assemble_pdf(objects: list[bytes]) -> bytes:
    """Return a PDF file of these objects, numbered from 1; the first is the catalogue."""
    body = b"%PDF-1.7\n"
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return body + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, table, len(objects) + 1, len(body))
    )


def write_docx(path: Path, hide: Callable[[Any], None]) -> None:
    """Write a Word file that shows `SEEN`, and let `hide` put the secret into it."""
    import docx

    file = docx.Document()
    file.add_heading("Drain valve", level=0)
    file.add_paragraph(SEEN)
    hide(file)
    file.save(str(path))


def _run(file: Any) -> Any:
    return file.add_paragraph("See the plate. ").add_run(SECRET)


def _element(tag: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element


def _in_run(tag: str, **attributes: str) -> Callable[[Any], None]:
    def hide(file: Any) -> None:
        _run(file)._r.get_or_add_rPr().append(_element(tag, **attributes))

    return hide


def _hidden_style(kind: int) -> Callable[[Any], None]:
    def hide(file: Any) -> None:
        style = file.styles.add_style("Quiet", kind)
        style.element.get_or_add_rPr().append(_element("w:vanish"))
        if kind == 1:
            file.add_paragraph(SECRET, style="Quiet")
        else:
            _run(file).style = "Quiet"

    return hide


def _inherited_style(file: Any) -> None:
    base = file.styles.add_style("Quiet base", 1)
    base.element.get_or_add_rPr().append(_element("w:vanish"))
    style = file.styles.add_style("Quiet", 1)
    style.base_style = base
    file.add_paragraph(SECRET, style="Quiet")


def _deleted(file: Any) -> None:
    paragraph = file.add_paragraph("See the plate. ")
    run = paragraph.add_run(SECRET)._r
    mark = _element("w:moveFrom", id="1", author="x")
    paragraph._p.replace(run, mark)
    mark.append(run)


def _facts_of_word(file: Any) -> None:
    facts = file.core_properties
    facts.title = facts.subject = facts.keywords = facts.comments = facts.author = SECRET


def _margins(file: Any) -> None:
    file.sections[0].header.paragraphs[0].text = SECRET
    file.sections[0].footer.paragraphs[0].text = SECRET


def _comment(file: Any) -> None:
    run = file.add_paragraph().add_run("See the plate.")
    file.add_comment(run, text=SECRET, author="x", initials="x")


def _hidden_row(file: Any) -> None:
    table = file.add_table(rows=3, cols=2)
    for row, cells in zip(table.rows, (("Part", "Size"), ("Seal", "4 mm"), ("Code", SECRET)), strict=True):
        row.cells[0].text, row.cells[1].text = cells
    table.rows[2]._tr.get_or_add_trPr().append(_element("w:hidden"))


def _field_code(file: Any) -> None:
    run = file.add_paragraph("See the plate. ").add_run()
    code = _element("w:instrText")
    code.text = SECRET
    run._r.append(code)


def _words_for_an_image(file: Any) -> None:
    from io import BytesIO

    picture = file.add_picture(BytesIO(_PNG))
    picture._inline.docPr.set("descr", SECRET)
    picture._inline.docPr.set("title", SECRET)


DOCX: dict[str, Callable[[Any], None]] = {
    "hidden run": _in_run("w:vanish"),
    "white run": _in_run("w:color", val="FFFFFF"),
    "nearly white run": _in_run("w:color", val="FDFDFD"),
    "run of no size": _in_run("w:sz", val="1"),
    "hidden character style": _hidden_style(2),
    "hidden paragraph style": _hidden_style(1),
    "hidden style of a style": _inherited_style,
    "moved away": _deleted,
    "title, subject, keywords and comments": _facts_of_word,
    "header and footer": _margins,
    "comment": _comment,
    "hidden row": _hidden_row,
    "field code": _field_code,
    "words for an image": _words_for_an_image,
}
