"""Print the sample company's PDF and Word documents from their sources.

Run `python -m bot.demo.company.build_documents` after a source has changed, and commit what it
wrote. It needs the development dependencies; the application only reads the committed files.
"""

import sys
from pathlib import Path

from bot.demo.company.catalogue import COMPANY_DIR, DOCUMENTS_DIR
from bot.demo.company.docx_pages import write_docx
from bot.demo.company.pdf_pages import write_pdf
from bot.demo.company.source_text import read_source

SOURCES_DIR = COMPANY_DIR / "sources"
PRINTED = {
    "aurora-service-manual.md": "manuals/aurora-service-manual.pdf",
    "boreal-service-manual.md": "manuals/boreal-service-manual.docx",
    "partner-programme.md": "partners/partner-programme.pdf",
    "escalation-and-discount-guide.md": "internal/escalation-and-discount-guide.docx",
}


def build_documents(folder: Path) -> tuple[Path, ...]:
    """Write every printed document below the folder and return the paths, in a fixed order."""
    written: list[Path] = []
    for source, target in PRINTED.items():
        path = folder / target
        path.parent.mkdir(parents=True, exist_ok=True)
        write = write_pdf if path.suffix == ".pdf" else write_docx
        write(read_source(SOURCES_DIR / source), path)
        written.append(path)
    return tuple(written)


if __name__ == "__main__":
    for built in build_documents(DOCUMENTS_DIR):
        sys.stdout.write(f"{built}\n")
