"""A maker's documents as files: those written as plain text become the DOCX, PDF and XLSX that a company has.

In a text `#` begins a heading (the first is the title), `1.` a step, a bar a row of a table, `!W` a hazard notice and
`---` a new page; everything else is a paragraph. What is no such text is copied.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from docx import Document
from openpyxl import Workbook
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table

_LABELS = {"D": "DANGER", "W": "WARNING", "C": "CAUTION", "N": "NOTE", "WDE": "WARNUNG"}
_NOTICE = re.compile(r"!([A-Z]+) (.*)")
_HEADING = re.compile(r"(#+) (.*)")
_STEP = re.compile(r"\d+\. .*")


class Part(NamedTuple):
    """A part of a document: its kind, its text, a heading's level or a notice's label, and the rows of a table."""

    kind: str
    text: str = ""
    level: int = 0
    label: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


def build_documents(sources: Path, into: Path) -> None:
    """Write every source below `sources` as a document below `into`."""
    makers = {".docx": _write_docx, ".pdf": _write_pdf, ".xlsx": _write_xlsx}
    for source in sorted(file for file in sources.rglob("*") if file.is_file()):
        made = into / source.relative_to(sources)
        made.parent.mkdir(parents=True, exist_ok=True)
        write = makers.get(source.with_suffix("").suffix) if source.suffix == ".txt" else None
        if write is None:
            shutil.copy(source, made)
        else:
            write(list(_read_parts(source.read_text("utf-8"))), made.with_suffix(""))


def _read_parts(text: str) -> Iterator[Part]:
    rows: list[tuple[str, ...]] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            rows.append(tuple(cell.strip() for cell in line.strip().strip("|").split("|")))
            continue
        if rows:
            yield Part("table", rows=tuple(rows))
            rows = []
        if notice := _NOTICE.match(line):
            yield Part("notice", notice[2], label=_LABELS[notice[1]])
        elif heading := _HEADING.match(line):
            yield Part("heading", heading[2], level=len(heading[1]))
        elif line == "---":
            yield Part("page")
        elif line.strip():
            yield Part("step" if _STEP.match(line) else "paragraph", line)


def _write_docx(parts: list[Part], path: Path) -> None:
    """A notice is a box of two cells, as technical writers set it."""
    document = Document()
    for number, part in enumerate(parts):
        if part.kind == "heading":
            document.add_heading(part.text, part.level if number else 0)
        elif part.kind in ("notice", "table"):
            rows = part.rows or ((part.label, part.text),)
            table = document.add_table(0, len(rows[0]))
            for row in rows:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
            document.add_paragraph("")
        elif part.kind == "page":
            document.add_page_break()
        else:
            document.add_paragraph(part.text)
    document.save(str(path))


def _write_pdf(parts: list[Part], path: Path) -> None:
    """With the title and the page's number at the foot of each page, and notices in frames."""
    styles = getSampleStyleSheet()
    body = ParagraphStyle("body", parent=styles["BodyText"], fontSize=10.5, leading=14)
    step = ParagraphStyle("step", parent=body, leftIndent=18, firstLineIndent=-14)
    title = parts[0].text

    def draw_foot(canvas: Any, page: Any) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(60, 30, title)
        canvas.drawRightString(540, 30, f"Page {page.page}")

    def draw(part: Part) -> list[Any]:
        if part.kind == "heading":
            return [Paragraph(part.text, styles[f"Heading{min(part.level, 3)}"])]
        if part.kind == "notice":
            cells = [[Paragraph(f"<b>{part.label}</b>", body), Paragraph(part.text, body)]]
            box = Table(cells, colWidths=[80, 380], style=[("BOX", (0, 0), (-1, -1), 1, colors.black)])
            return [box, Spacer(1, 6)]
        if part.kind == "table":
            cells = [[Paragraph(text, body) for text in row] for row in part.rows]
            return [
                Table(cells, repeatRows=1, style=[("GRID", (0, 0), (-1, -1), 0.5, colors.grey)]),
                Spacer(1, 8),
            ]
        if part.kind == "page":
            return [PageBreak()]
        return [Paragraph(part.text, step if part.kind == "step" else body)]

    story = [Paragraph(title, styles["Title"]), *(one for part in parts[1:] for one in draw(part))]
    SimpleDocTemplate(str(path), pagesize=A4, title=title).build(story, draw_foot, draw_foot)


def _write_xlsx(parts: list[Part], path: Path) -> None:
    """Each heading is the name of a sheet, the table below it what stands in it."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for part in parts:
        if part.kind == "heading":
            book.create_sheet(part.text)
        for row in part.rows:
            book.worksheets[-1].append(row)
    book.save(path)
