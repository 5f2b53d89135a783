"""Importing the customer's files: in order of dependency, all or nothing per file, as row versions."""

from offers.importing.checks import RowProblem
from offers.importing.importer import FileReport, ImportProgress, ImportReport, import_paths

__all__ = ["FileReport", "ImportProgress", "ImportReport", "RowProblem", "import_paths"]
