"""The sample company's documents brought into a knowledge base, with the vectors that come along."""

from collections.abc import Iterator

from bot.clock import utc_now
from bot.demo.company.catalogue import COMPANY_DIR, sample_documents
from knowledge.ingest_report import IngestReport
from knowledge.knowledge_base import KnowledgeBase

PREPARED_VECTORS = COMPANY_DIR / "documents.npz"
"""Vectors of all their passages by the default embedder, written by `bot.demo.company.build_documents`."""


def ingest_sample(knowledge: KnowledgeBase) -> Iterator[IngestReport]:
    """Bring in one document after the other, each for its own audience and products; yield what came of it."""
    for document in sample_documents():
        yield knowledge.ingest(
            [document.path], audience=document.audience, products=document.products, now=utc_now()
        )
