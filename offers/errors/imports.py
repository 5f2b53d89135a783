"""What keeps files from coming in."""

from pathlib import Path

from offers.errors.base import OfferError


class ImportPathMissing(OfferError):
    """A file or folder to import that does not exist or cannot be read."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} does not exist or cannot be read")
        self.path = path


class NothingToImport(OfferError):
    """A folder without a single CSV or XLSX file."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} holds no .csv or .xlsx file")
        self.path = path


class MappingUnreadable(OfferError):
    """A mapping file that is not {kind: {their header: our header}} in YAML or TOML."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} is not a mapping file: {reason}")
        self.path = path
        self.reason = reason
