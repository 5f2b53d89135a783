"""CSV and TSV to blocks: one row of text per record, each with the header."""

from __future__ import annotations

import csv
import io

from knowledge.blocks import Block, BlockKind, ParsedDocument, row_text
from knowledge.errors import UnreadableDocument
from knowledge.parsing.decoding import decode

_MAX_CELL_CHARACTERS = 1_000_000


def parse(data: bytes, document: str) -> ParsedDocument:
    """Return a block per record. Raises UnreadableDocument when the bytes are not a table."""
    text = decode(data, document)
    csv.field_size_limit(_MAX_CELL_CHARACTERS)
    try:
        records = [
            tuple(cell.strip() for cell in record) for record in csv.reader(io.StringIO(text), _dialect(text))
        ]
    except csv.Error as error:
        raise UnreadableDocument(document, "corrupt") from error
    records = [record for record in records if any(record)]
    header: tuple[str, ...] = ()
    if len(records) > 1 and is_header(records[0]):
        header = records.pop(0)
    return ParsedDocument(
        blocks=tuple(
            Block(BlockKind.ROW, row_text(header, record), header=header, cells=record, table=1)
            for record in records
        )
    )


def _dialect(text: str) -> type[csv.Dialect]:
    sample = "\n".join(text.splitlines()[:20])
    first = sample.split("\n", 1)[0]
    delimiter = max(",;\t|", key=first.count)

    class Detected(csv.excel):
        pass

    Detected.delimiter = delimiter if first.count(delimiter) else ","
    return Detected


def is_header(record: tuple[str, ...]) -> bool:
    """Tell whether a first record names columns: all filled, none a number, none twice."""
    filled = [cell for cell in record if cell]
    if len(filled) < max(1, len(record) - 1) or len(set(filled)) < len(filled):
        return False
    return not any(cell.replace(".", "", 1).replace("-", "").isdigit() or len(cell) > 60 for cell in filled)
