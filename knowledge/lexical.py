"""The lexical index: tantivy, one index per kind of reader.

A reader's index holds exactly what that reader may see, so that what is hidden cannot even shift a
word's rarity, and with it a rank. The words come analysed (`knowledge.language.terms`); a query is built of
terms, never parsed: characters that mean something to a query parser are just characters here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.errors import IndexUnavailable
from knowledge.language.terms import analyze
from knowledge.storage.repository import StoredChunk

if TYPE_CHECKING:
    from tantivy import Index, IndexWriter, Query, Schema, Searcher

# Title and headings say what a passage is about; on alarm lists their weight is worth up to .2 nDCG.
FIELD_BOOSTS = {"title": 1.6, "heading": 1.6, "body": 1.0}
TIE_BREAKER = 0.35
_WRITER_BYTES = 30_000_000
_MAX_TERMS = 64


def _schema() -> Schema:
    from tantivy import SchemaBuilder

    builder = SchemaBuilder()
    builder.add_integer_field("chunk", stored=True, indexed=True, fast=True)
    builder.add_integer_field("document", stored=True, indexed=True, fast=True)
    for name in FIELD_BOOSTS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    for name in ("codes", "keys"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    return builder.build()


class LexicalIndex:
    """One reader's passages. `directory` None keeps it in memory."""

    def __init__(self, directory: Path | None) -> None:
        """Open or create. Raises IndexUnavailable when the files cannot be opened."""
        from tantivy import Index

        self._schema = _schema()
        try:
            if directory is None:
                self._index: Index = Index(self._schema)
            else:
                directory.mkdir(parents=True, exist_ok=True)
                self._index = Index(self._schema, path=str(directory))
        except (ValueError, OSError) as error:
            raise IndexUnavailable("lexical", type(error).__name__) from error
        self._writer: IndexWriter | None = None

    @staticmethod
    def exists(directory: Path) -> bool:
        """Tell whether an index was written there."""
        return (directory / "meta.json").exists()

    def _open_writer(self) -> IndexWriter:
        if self._writer is None:
            try:
                self._writer = self._index.writer(_WRITER_BYTES, 1)
            except ValueError as error:
                raise IndexUnavailable("lexical", type(error).__name__) from error
        return self._writer

    def add(self, chunks: Iterable[StoredChunk]) -> None:
        """Add chunks; they are found after `commit`."""
        from tantivy import Document

        writer = self._open_writer()
        for chunk in chunks:
            document = Document()
            document.add_integer("chunk", chunk.chunk_id)
            document.add_integer("document", chunk.document_id)
            document.add_text("title", " ".join(analyze(chunk.title)))
            document.add_text("heading", " ".join(analyze(" ".join(chunk.section))))
            document.add_text("body", " ".join(analyze(chunk.searchable)))
            for code in chunk.codes:
                document.add_text("codes", code)
            for code in chunk.key_codes:
                document.add_text("keys", code)
            writer.add_document(document)

    def remove_documents(self, document_ids: Iterable[int]) -> None:
        """Forget documents; they are gone after `commit`."""
        from tantivy import Query

        ids = list(document_ids)
        if ids:
            self._open_writer().delete_documents_by_query(Query.term_set_query(self._schema, "document", ids))

    def clear(self) -> None:
        """Forget everything, after `commit`."""
        self._open_writer().delete_all_documents()

    def commit(self) -> None:
        """Make what was added and removed visible, to other processes as well."""
        if self._writer is not None:
            self._writer.commit()
        self._index.reload()

    def reload(self) -> None:
        """See what another process committed."""
        self._index.reload()

    def close(self) -> None:
        """Give the writer's lock free."""
        if self._writer is not None:
            self._writer.wait_merging_threads()
            self._writer = None

    def count(self) -> int:
        """Return how many passages there are."""
        return int(self._index.searcher().num_docs)

    def frequency(self, term: str) -> int:
        """Return in how many passages a term stands (in the field where it is most common)."""
        searcher = self._index.searcher()
        return max(int(searcher.doc_freq(field, term)) for field in FIELD_BOOSTS)

    def count_code(self, form: str) -> int:
        """Return how many passages hold a code in this form."""
        return int(self._index.searcher().doc_freq("codes", form))

    def holds_all(
        self, terms: Sequence[str], *, allowed: Collection[int] | None = None, excluded: Collection[int] = ()
    ) -> bool:
        """Tell whether one passage of these documents holds every term, be it in title, headings or text."""
        from tantivy import Occur, Query

        if not terms:
            return False
        clauses = [
            (
                Occur.Must,
                Query.boolean_query(
                    [(Occur.Should, Query.term_query(self._schema, name, term)) for name in FIELD_BOOSTS]
                ),
            )
            for term in terms
        ]
        query = self._restrict(Query.boolean_query(clauses), allowed=allowed, excluded=excluded, chunks=None)
        return bool(self._collect(self._index.searcher(), query, limit=1))

    def chunks_of(self, document_ids: Iterable[int]) -> list[int]:
        """Return the ids of the passages of documents."""
        from tantivy import Query

        ids = list(document_ids)
        searcher = self._index.searcher()
        if not ids or not searcher.num_docs:
            return []
        query = Query.term_set_query(self._schema, "document", ids)
        return list(self._collect(searcher, query, limit=int(searcher.num_docs)))

    def search(
        self,
        terms: Sequence[str],
        *,
        limit: int,
        allowed: Collection[int] | None = None,
        excluded: Collection[int] = (),
        chunks: Collection[int] | None = None,
    ) -> dict[int, float]:
        """Return the best passages with their BM25 score, best first.

        `allowed` and `excluded` are document ids; `chunks` restricts the search to those passages.
        """
        from tantivy import Occur, Query

        if not terms:
            return {}
        per_term = [
            (
                Occur.Should,
                Query.disjunction_max_query(
                    [
                        Query.boost_query(Query.term_query(self._schema, field, term, "freq"), boost)
                        for field, boost in FIELD_BOOSTS.items()
                    ],
                    TIE_BREAKER,
                ),
            )
            for term in list(terms)[:_MAX_TERMS]
        ]
        query = self._restrict(
            Query.boolean_query(per_term), allowed=allowed, excluded=excluded, chunks=chunks
        )
        return self._collect(self._index.searcher(), query, limit=limit)

    def search_codes(
        self,
        forms: Sequence[str],
        *,
        limit: int,
        allowed: Collection[int] | None = None,
        excluded: Collection[int] = (),
    ) -> dict[int, float]:
        """Return the passages with a code in one of these forms: 1.0 where they define it, .5 where they mention it."""
        from tantivy import Query

        def of(field: str, score: float) -> Query:
            return Query.const_score_query(Query.term_set_query(self._schema, field, list(forms)), score)

        query = Query.disjunction_max_query([of("keys", 1.0), of("codes", 0.5)])
        query = self._restrict(query, allowed=allowed, excluded=excluded, chunks=None)
        return self._collect(self._index.searcher(), query, limit=limit)

    def search_similar_codes(self, form: str, *, slips: int, limit: int) -> dict[int, float]:
        """Return passages with a code that is up to `slips` edits (1 or 2) away, those that define it first."""
        from tantivy import Query

        def of(field: str, score: float) -> Query:
            return Query.const_score_query(Query.fuzzy_term_query(self._schema, field, form, slips), score)

        query = Query.disjunction_max_query([of("keys", 1.0), of("codes", 0.5)])
        return self._collect(self._index.searcher(), query, limit=limit)

    def _restrict(
        self,
        query: Query,
        *,
        allowed: Collection[int] | None,
        excluded: Collection[int],
        chunks: Collection[int] | None,
    ) -> Query:
        from tantivy import Occur, Query

        clauses = [(Occur.Must, query)]
        for field, ids in (("document", allowed), ("chunk", chunks)):
            if ids is not None:
                members = Query.const_score_query(Query.term_set_query(self._schema, field, list(ids)), 0.0)
                clauses.append((Occur.Must, members))
        if excluded:
            clauses.append((Occur.MustNot, Query.term_set_query(self._schema, "document", list(excluded))))
        return query if len(clauses) == 1 else Query.boolean_query(clauses)

    @staticmethod
    def _collect(searcher: Searcher, query: Query, *, limit: int) -> dict[int, float]:
        hits = searcher.search(query, limit, count=False).hits
        ids = searcher.fast_field_values("chunk", [address for _, address in hits])
        found = [
            (int(chunk_id or 0), float(score or 0.0)) for (score, _), chunk_id in zip(hits, ids, strict=True)
        ]
        return dict(sorted(found, key=lambda hit: (-hit[1], hit[0])))
