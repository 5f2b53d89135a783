"""The sample company's documents: which files there are, for whom, and about which products."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from knowledge.documents import Audience

COMPANY_DIR = Path(__file__).parent
DOCUMENTS_DIR = COMPANY_DIR / "documents"


@dataclass(frozen=True, slots=True)
class SampleDocument:
    """One file; `path` is absolute, below `DOCUMENTS_DIR`.

    `products` holds families and SKUs; it is empty for a document about all products.
    """

    path: Path
    audience: Audience
    products: tuple[str, ...]


def sample_documents() -> tuple[SampleDocument, ...]:
    """Return the documents in the order of documents.toml."""
    with (COMPANY_DIR / "documents.toml").open("rb") as file:
        rows = tomllib.load(file)["document"]
    return tuple(
        SampleDocument(
            path=DOCUMENTS_DIR / row["path"],
            audience=Audience(row["audience"]),
            products=tuple(row["products"]),
        )
        for row in rows
    )
