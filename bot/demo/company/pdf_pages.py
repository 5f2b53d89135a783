"""Print a source document as PDF pages."""

from functools import partial
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    Flowable,
    ListFlowable,
    ListItem,
    SimpleDocTemplate,
    Spacer,
    Table,
)
from reportlab.platypus import Paragraph as PrintedParagraph

from bot.demo.company.source_text import (
    Block,
    Heading,
    ItemList,
    Line,
    Notice,
    Paragraph,
    SourceDocument,
    TextTable,
)

_INK = HexColor("#1d2733")
_BRAND = HexColor("#0f5c73")
_RULE = HexColor("#b9c4cc")
_MARGIN = 20 * mm
_WIDTH = A4[0] - 2 * _MARGIN
# A frame pads its content by 6 points; the margins give them back, so that text and rules line up.
_PAGE = {
    "pagesize": A4,
    "leftMargin": _MARGIN - 6,
    "rightMargin": _MARGIN - 6,
    "topMargin": 22 * mm,
    "bottomMargin": 22 * mm,
}
_LONGEST_WHOLE_TABLE = 12
_NOTICE_COLOURS = {
    "DANGER": (HexColor("#c62828"), HexColor("#fdecea")),
    "WARNING": (HexColor("#e07b00"), HexColor("#fff4e3")),
    "CAUTION": (HexColor("#c9a400"), HexColor("#fffbe0")),
    "NOTICE": (HexColor("#1f5fa8"), HexColor("#e9f1fb")),
}
_BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=10, leading=14, textColor=_INK, spaceAfter=6)
_CELL = ParagraphStyle("cell", parent=_BODY, fontSize=9, leading=12, spaceAfter=0)
_HEAD_CELL = ParagraphStyle("head", parent=_CELL, fontName="Helvetica-Bold", textColor=white)
_TITLE = ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=26, leading=32, textColor=_BRAND)
_SUBTITLE = ParagraphStyle("subtitle", parent=_BODY, fontSize=13, leading=18, spaceBefore=4, spaceAfter=4)
_HEADINGS = {
    1: ParagraphStyle(
        "h1",
        fontName="Helvetica-Bold",
        fontSize=16,
        leading=20,
        textColor=_BRAND,
        spaceBefore=16,
        spaceAfter=7,
        keepWithNext=1,
    ),
    2: ParagraphStyle(
        "h2",
        fontName="Helvetica-Bold",
        fontSize=12,
        leading=16,
        textColor=_INK,
        spaceBefore=10,
        spaceAfter=5,
        keepWithNext=1,
    ),
}


def write_pdf(document: SourceDocument, path: Path) -> None:
    """Write the document as A4 pages; the same document gives the same bytes."""
    template = SimpleDocTemplate(
        str(path),
        **_PAGE,
        title=document.title,
        author="Norvane Climate",
        subject=document.subtitle,
        invariant=1,
    )
    pages = _count_pages(document)
    decorate = partial(_draw_page, document, pages)
    template.build(_print_document(document), onFirstPage=decorate, onLaterPages=decorate)


def _count_pages(document: SourceDocument) -> int:
    """Return how many pages the document needs: a first build without output."""
    count = 0

    def note_page(canvas: Canvas, _: SimpleDocTemplate) -> None:
        nonlocal count
        count = canvas.getPageNumber()

    draft = SimpleDocTemplate(BytesIO(), **_PAGE)
    draft.build(_print_document(document), onFirstPage=note_page, onLaterPages=note_page)
    return count


def _draw_page(document: SourceDocument, pages: int, canvas: Canvas, _: SimpleDocTemplate) -> None:
    width, height = A4
    canvas.saveState()
    canvas.setFont("Helvetica", 8)
    canvas.setFillColor(HexColor("#5b6a76"))
    canvas.setStrokeColor(_RULE)
    canvas.drawString(_MARGIN, height - 13 * mm, "Norvane Climate")
    canvas.drawRightString(width - _MARGIN, height - 13 * mm, document.title)
    canvas.line(_MARGIN, height - 15 * mm, width - _MARGIN, height - 15 * mm)
    canvas.line(_MARGIN, 15 * mm, width - _MARGIN, 15 * mm)
    canvas.drawString(_MARGIN, 11 * mm, f"{document.number}, {document.edition}")
    canvas.drawRightString(width - _MARGIN, 11 * mm, f"Page {canvas.getPageNumber()} of {pages}")
    canvas.restoreState()


def _print_document(document: SourceDocument) -> list[Flowable]:
    story: list[Flowable] = [
        PrintedParagraph(escape(document.title), _TITLE),
        PrintedParagraph(escape(document.subtitle), _SUBTITLE),
        PrintedParagraph(escape(f"{document.number}. {document.edition}."), _BODY),
        Spacer(1, 4 * mm),
    ]
    for block in document.blocks:
        story.extend(_print_block(block))
    return story


def _print_block(block: Block) -> list[Flowable]:
    match block:
        case Heading(level, text):
            return [PrintedParagraph(escape(text), _HEADINGS[level])]
        case Paragraph(line):
            return [PrintedParagraph(_mark_up(line), _BODY)]
        case Notice(level, text):
            return [_print_notice(level, text), Spacer(1, 2.5 * mm)]
        case ItemList(items, is_numbered):
            return [_print_list(items, is_numbered=is_numbered), Spacer(1, 2 * mm)]
        case TextTable():
            return [_print_table(block), Spacer(1, 4 * mm)]


def _print_notice(level: str, text: str) -> Flowable:
    edge, ground = _NOTICE_COLOURS[level]
    box = PrintedParagraph(f"<b>{level}:</b> {escape(text)}", _BODY.clone("notice", spaceAfter=0))
    style = [
        ("BACKGROUND", (0, 0), (-1, -1), ground),
        ("LINEBEFORE", (0, 0), (0, -1), 4, edge),
        ("LEFTPADDING", (0, 0), (-1, -1), 10),
        ("TOPPADDING", (0, 0), (-1, -1), 6),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 7),
    ]
    return Table([[box]], colWidths=[_WIDTH], style=style)


def _print_list(items: tuple[Line, ...], *, is_numbered: bool) -> Flowable:
    body = _BODY.clone("item", spaceAfter=3)
    return ListFlowable(
        [ListItem(PrintedParagraph(_mark_up(item), body)) for item in items],
        bulletType="1" if is_numbered else "bullet",
        bulletFormat="%s." if is_numbered else None,
        bulletFontName="Helvetica",
        bulletFontSize=10,
        leftIndent=20,
    )


def _print_table(table: TextTable) -> Flowable:
    cells = [[PrintedParagraph(escape(cell), _HEAD_CELL) for cell in table.header]]
    cells += [[PrintedParagraph(escape(cell), _CELL) for cell in row] for row in table.rows]
    style: list[tuple[object, ...]] = [
        ("BACKGROUND", (0, 0), (-1, 0), _BRAND),
        ("GRID", (0, 0), (-1, -1), 0.5, _RULE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 3.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4.5),
        ("ROWBACKGROUNDS", (0, 1), (-1, -1), [white, _stripe()]),
    ]
    if len(table.rows) <= _LONGEST_WHOLE_TABLE:
        style.append(("NOSPLIT", (0, 0), (-1, -1)))
    return Table(cells, colWidths=_share_width(table), repeatRows=1, style=style, hAlign="LEFT")


def _share_width(table: TextTable) -> list[float]:
    """Give each column room for its longest word, and what is left by its longest text."""
    columns = list(zip(table.header, *table.rows, strict=True))
    longest = [max(map(_measure, column)) + 14 for column in columns]
    if sum(longest) <= _WIDTH:
        return longest
    needed = [max(_measure(word) for cell in column for word in cell.split()) + 14 for column in columns]
    wished = [whole - least for whole, least in zip(longest, needed, strict=True)]
    share = (_WIDTH - sum(needed)) / sum(wished)
    return [least + wish * share for least, wish in zip(needed, wished, strict=True)]


def _measure(text: str) -> float:
    return float(stringWidth(text, "Helvetica-Bold", 9))


def _stripe() -> Color:
    return HexColor("#f3f7f9")


def _mark_up(line: Line) -> str:
    return "".join(f"<b>{escape(span.text)}</b>" if span.is_bold else escape(span.text) for span in line)
