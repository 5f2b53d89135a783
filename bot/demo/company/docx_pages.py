"""Print a source document as a Word file."""

from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.document import Document as WordDocument
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.text.paragraph import Paragraph as WordParagraph
from docx.text.run import Run

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

_NOTICE_COLOURS = {
    "DANGER": ("C62828", "FDECEA"),
    "WARNING": ("E07B00", "FFF4E3"),
    "CAUTION": ("C9A400", "FFFBE0"),
    "NOTICE": ("1F5FA8", "E9F1FB"),
}
_BRAND = RGBColor(0x0F, 0x5C, 0x73)
# Word stores when a file was made; a fixed moment keeps the bytes the same.
_MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)


def write_docx(document: SourceDocument, path: Path) -> None:
    """Write the document as a Word file; the same document gives the same bytes."""
    word = Document()
    _set_up(word, document)
    word.add_heading(document.title, level=0)
    word.add_paragraph(document.subtitle, style="Subtitle")
    word.add_paragraph(f"{document.number}. {document.edition}.")
    for block in document.blocks:
        _print_block(word, block)
    word.save(str(path))
    _freeze_times(path)


def _set_up(word: WordDocument, document: SourceDocument) -> None:
    word.core_properties.title = document.title
    word.core_properties.subject = document.subtitle
    word.core_properties.author = "Norvane Climate"
    word.core_properties.created = word.core_properties.modified = _MADE_AT
    word.styles["Normal"].font.name = "Calibri"
    word.styles["Normal"].font.size = Pt(11)
    for name in ("Title", "Heading 1", "Heading 2"):
        word.styles[name].font.color.rgb = _BRAND
    footer = word.sections[0].footer.paragraphs[0]
    footer.add_run(f"Norvane Climate, {document.number}, page ")
    _add_page_number(footer.add_run())


def _add_page_number(run: Run) -> None:
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        if kind:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        else:
            part = OxmlElement("w:instrText")
            part.text = text
        run._r.append(part)


def _print_block(word: WordDocument, block: Block) -> None:
    match block:
        case Heading(level, text):
            word.add_heading(text, level=level)
        case Paragraph(line):
            _add_line(word.add_paragraph(), line)
        case Notice(level, text):
            _print_notice(word.add_paragraph(), level, text)
        case ItemList(items, is_numbered):
            numbering = _start_numbering(word) if is_numbered else None
            for item in items:
                paragraph = word.add_paragraph(style="List Number" if is_numbered else "List Bullet")
                _add_line(paragraph, item)
                if numbering is not None:
                    _use_numbering(paragraph, numbering)
        case TextTable():
            _print_table(word, block)


def _add_line(paragraph: WordParagraph, line: Line) -> None:
    for span in line:
        paragraph.add_run(span.text).bold = span.is_bold or None


def _print_notice(paragraph: WordParagraph, level: str, text: str) -> None:
    edge, ground = _NOTICE_COLOURS[level]
    paragraph.add_run(f"{level}: ").bold = True
    paragraph.add_run(text)
    properties = paragraph._p.get_or_add_pPr()
    borders = OxmlElement("w:pBdr")
    left = OxmlElement("w:left")
    for name, value in (("val", "single"), ("sz", "36"), ("space", "8"), ("color", edge)):
        left.set(qn(f"w:{name}"), value)
    borders.append(left)
    shading = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", ground)):
        shading.set(qn(f"w:{name}"), value)
    # The schema wants borders before shading, and both before spacing and indents.
    properties.insert_element_before(borders, "w:shd", "w:spacing", "w:ind", "w:jc")
    properties.insert_element_before(shading, "w:spacing", "w:ind", "w:jc")


def _print_table(word: WordDocument, table: TextTable) -> None:
    printed = word.add_table(rows=0, cols=len(table.header), style="Light Grid Accent 1")
    for row in (table.header, *table.rows):
        for cell, text in zip(printed.add_row().cells, row, strict=True):
            cell.text = text
    header = OxmlElement("w:tblHeader")
    header.set(qn("w:val"), "true")
    printed.rows[0]._tr.get_or_add_trPr().append(header)
    word.add_paragraph()


def _start_numbering(word: WordDocument) -> int:
    """Return the id of a new numbering that begins at 1, made from the one of List Number."""
    style = word.styles["List Number"].element
    template_id = style.pPr.numPr.numId.val
    numbering = word.part.numbering_part.numbering_definitions._numbering
    abstract_id = numbering.num_having_numId(template_id).abstractNumId.val
    number = numbering.add_num(abstract_id)
    number.add_lvlOverride(ilvl=0).add_startOverride(1)
    return int(number.numId)


def _use_numbering(paragraph: WordParagraph, numbering: int) -> None:
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = 0
    properties.get_or_add_numId().val = numbering


def _freeze_times(path: Path) -> None:
    """Write the archive again with one fixed time for each member."""
    with ZipFile(path) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0)), content, ZIP_DEFLATED)
