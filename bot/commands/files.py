"""The options that write what a command shows to files, and writing a list to them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.files.lists import ListFile

CsvOption = Annotated[Path | None, typer.Option("--csv", help="Write it to this file.")]
XlsxOption = Annotated[Path | None, typer.Option("--xlsx", help="Write it as a workbook.")]


def write_list(found: "ListFile", csv_file: Path | None, xlsx_file: Path | None) -> bool:
    """Write a list to the files that are named; returns whether there are any.

    Raises:
        FileUnwritable: A folder can't be written.
    """
    from bot.files.lists import build_list_file
    from bot.files.reports import write_file

    for path, is_workbook in ((csv_file, False), (xlsx_file, True)):
        if path is not None:
            write_file(path, build_list_file(found, is_workbook=is_workbook))
    return csv_file is not None or xlsx_file is not None
