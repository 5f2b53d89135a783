"""Manuals as files: the same structure in Markdown, HTML, DOCX or PDF."""

import html
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from tests.benchmarks.manuals import Block, Manual, Notice, Steps, Style, Table

_LIST = "groups.json"


@dataclass(frozen=True, slots=True)
class Group:
    """A folder whose documents have one audience and one product."""

    folder: Path
    audience: str
    products: tuple[str, ...]


def write_files(manuals: Sequence[Manual], folder: Path) -> list[Group]:
    """Write the manuals in folders by audience and product, with a list of the folders beside them."""
    groups = []
    ordered = sorted(manuals, key=lambda manual: (manual.audience, manual.product.sku, manual.number))
    for (audience, sku), members in groupby(
        ordered, key=lambda manual: (manual.audience, manual.product.sku)
    ):
        target = folder / f"{audience}-{sku}"
        target.mkdir(parents=True)
        group = Group(target, audience, (sku,))
        for manual in members:
            _write(manual, target / f"{manual.number}.{manual.style.value}")
        groups.append(group)
    listed = [{"folder": str(g.folder), "audience": g.audience, "products": g.products} for g in groups]
    (folder / _LIST).write_text(json.dumps(listed), encoding="utf-8")
    return groups


def read_groups(folder: Path) -> list[Group]:
    """Return the groups that `write_files` wrote there."""
    listed = json.loads((folder / _LIST).read_text(encoding="utf-8"))
    return [Group(Path(one["folder"]), one["audience"], tuple(one["products"])) for one in listed]


def _write(manual: Manual, path: Path) -> None:
    match manual.style:
        case Style.MARKDOWN:
            path.write_text(to_markdown(manual), encoding="utf-8")
        case Style.HTML:
            path.write_text(to_html(manual), encoding="utf-8")
        case Style.DOCX:
            _write_docx(manual, path)
        case Style.PDF:
            _write_pdf(manual, path)


def _facts(manual: Manual) -> list[str]:
    """Return the lines below a document's title."""
    lines = [f"Number: {manual.number}", f"Products: {manual.product.sku}"]
    return [*lines, f"Supersedes: {manual.supersedes}"] if manual.supersedes else lines


def to_markdown(manual: Manual) -> str:
    """Return the manual as Markdown."""
    lines = [f"# {manual.title}", "", *(f"{fact}  " for fact in _facts(manual)), ""]
    for section in manual.sections:
        lines += [f"{'#' * section.level} {section.title}", ""]
        for block in section.blocks:
            lines += [*_markdown(block), ""]
    return "\n".join(lines)


def _markdown(block: Block) -> Iterable[str]:
    match block:
        case Notice(word, text):
            return [f"> **{word}:** {text}"]
        case Steps(steps):
            return [f"{number}. {step}" for number, step in enumerate(steps, start=1)]
        case Table(header, rows):
            lines = [header, ["---"] * len(header), *rows]
            return [f"| {' | '.join(cells)} |" for cells in lines]
        case _:
            return [block]


def to_html(manual: Manual) -> str:
    """Return the manual as an HTML page."""
    body = [
        f"<h1>{html.escape(manual.title)}</h1>",
        *(f"<p>{html.escape(fact)}</p>" for fact in _facts(manual)),
    ]
    for section in manual.sections:
        body.append(f"<h{section.level}>{html.escape(section.title)}</h{section.level}>")
        body += ["".join(_html(block)) for block in section.blocks]
    title = html.escape(manual.title)
    return f"<!doctype html><html><head><title>{title}</title></head><body>{''.join(body)}</body></html>"


def _html(block: Block) -> Iterator[str]:
    match block:
        case Notice(word, text):
            yield f"<p><strong>{word}:</strong> {html.escape(text)}</p>"
        case Steps(steps):
            yield f"<ol>{''.join(f'<li>{html.escape(step)}</li>' for step in steps)}</ol>"
        case Table(header, rows):
            yield f"<table><tr>{''.join(f'<th>{html.escape(cell)}</th>' for cell in header)}</tr>"
            for row in rows:
                yield f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>"
            yield "</table>"
        case _:
            yield f"<p>{html.escape(block)}</p>"


def _write_docx(manual: Manual, path: Path) -> None:
    from docx import Document

    document = Document()
    document.add_heading(manual.title, level=1)
    for fact in _facts(manual):
        document.add_paragraph(fact)
    for section in manual.sections:
        document.add_heading(section.title, level=section.level)
        for block in section.blocks:
            match block:
                case Notice(word, text):
                    document.add_paragraph(f"{word}: {text}")
                case Steps(steps):
                    # Word numbers a list style on through the document; typed numbers begin anew.
                    for number, step in enumerate(steps, start=1):
                        document.add_paragraph(f"{number}. {step}")
                case Table(header, rows):
                    table = document.add_table(rows=0, cols=len(header))
                    for cells in (header, *rows):
                        for cell, text in zip(table.add_row().cells, cells, strict=True):
                            cell.text = text
                case _:
                    document.add_paragraph(block)
    document.save(str(path))


def _write_pdf(manual: Manual, path: Path) -> None:
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer
    from reportlab.platypus import Table as PdfTable

    styles = getSampleStyleSheet()
    grid = [("GRID", (0, 0), (-1, -1), 0.5, colors.grey)]

    def text(words: str, style: str = "BodyText") -> Flowable:
        return Paragraph(html.escape(words), styles[style])

    story: list[Flowable] = [text(manual.title, "Heading1"), *(text(fact) for fact in _facts(manual))]
    for section in manual.sections:
        story.append(text(section.title, f"Heading{section.level}"))
        for block in section.blocks:
            match block:
                case Notice(word, words):
                    story.append(text(f"{word}: {words}"))
                case Steps(steps):
                    story += [text(f"{number}. {step}") for number, step in enumerate(steps, start=1)]
                case Table(header, rows):
                    cells = [[text(cell) for cell in row] for row in (header, *rows)]
                    story.append(PdfTable(cells, style=grid, repeatRows=1))
                case _:
                    story.append(text(block))
            story.append(Spacer(1, 4))
    SimpleDocTemplate(str(path), pagesize=A4, title=manual.title).build(story)
