"""The lexical index: tantivy, one index per kind of reader.

A reader's index holds exactly what that reader may see, so that what is hidden cannot even shift a
word's rarity, and with it a rank. The words come analysed (`knowledge.language.terms`); a query is built of
terms, never parsed: characters that mean something to a query parser are just characters here.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from knowledge.errors import IndexUnavailable
from knowledge.language.terms import analyze
from knowledge.storage.repository import StoredChunk

if TYPE_CHECKING:
    from tantivy import Document, Index, IndexWriter, Query, Schema, Searcher

# Title and headings say what a passage is about; on alarm lists their weight is worth up to .2 nDCG.
FIELD_BOOSTS = {"title": 1.6, "heading": 1.6, "body": 1.0}
TIE_BREAKER = 0.35
_WRITER_BYTES = 30_000_000
_MAX_TERMS = 64
_EVERY_PRODUCT = "*"
_MANY = 100


def _schema() -> Schema:
    from tantivy import SchemaBuilder

    builder = SchemaBuilder()
    builder.add_integer_field("chunk", stored=True, indexed=True, fast=True)
    builder.add_integer_field("document", stored=True, indexed=True, fast=True)
    builder.add_integer_field("size", fast=True)
    for name in FIELD_BOOSTS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    for name in ("codes", "keys", "products"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    return builder.build()


def build_entries(chunks: Iterable[StoredChunk]) -> list[Document]:
    """Return what `LexicalIndex.add` takes: made once for all the indexes that a chunk belongs to."""
    from tantivy import Document

    entries = []
    for chunk in chunks:
        title, heading, text = analyze(chunk.title), analyze(" ".join(chunk.section)), analyze(chunk.text)
        entry = Document()
        entry.add_integer("chunk", chunk.chunk_id)
        entry.add_integer("document", chunk.document_id)
        entry.add_integer("size", len({*title, *heading, *text}))
        entry.add_text("title", " ".join(title))
        entry.add_text("heading", " ".join(heading))
        entry.add_text("body", " ".join([*analyze(chunk.notices), *text]))
        for field, values in (("codes", chunk.codes), ("keys", chunk.key_codes)):
            for value in values:
                entry.add_text(field, value)
        for product in [*map(_product, chunk.products)] or [_EVERY_PRODUCT]:
            entry.add_text("products", product)
        entries.append(entry)
    return entries


def _product(name: str) -> str:
    return f"={name.strip().casefold()}"


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

    def add(self, entries: Iterable[Document]) -> None:
        """Add entries; they are found after `commit`."""
        writer = self._open_writer()
        for entry in entries:
            writer.add_document(entry)

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

    def rarity(self, term: str) -> float:
        """Return a term's weight, its ln-idf: about .7 for one in every passage, more the fewer hold it."""
        return math.log(1.0 + (self.count() + 1.0) / (self.frequency(term) + 1.0))

    def count_code(self, form: str) -> int:
        """Return how many passages hold a code in this form."""
        return int(self._index.searcher().doc_freq("codes", form))

    def holds_all(
        self, terms: Sequence[str], *, names: Collection[str] = (), excluded: Collection[int] = ()
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
        query = self._restrict(Query.boolean_query(clauses), names, excluded)
        return bool(self._collect(self._index.searcher(), query, limit=1))

    def mean_size(self, chunk_ids: Sequence[int]) -> float | None:
        """Return how many different terms these passages hold on average, None when none is known."""
        searcher = self._index.searcher()
        query = self._any_of("chunk", chunk_ids)
        hits = searcher.search(query, max(1, len(chunk_ids)), count=False).hits
        sizes = searcher.fast_field_values("size", [address for _, address in hits])
        return fmean(size or 0 for size in sizes) if sizes else None

    def search(
        self,
        terms: Sequence[str],
        *,
        limit: int,
        names: Collection[str] = (),
        excluded: Collection[int] = (),
        documents: Collection[int] | None = None,
        chunks: Collection[int] | None = None,
    ) -> dict[int, float]:
        """Return the best passages with their BM25 score, best first.

        With product `names` only documents that name one of them, or none, are searched; `excluded` are
        documents to leave out; `documents` and `chunks` restrict the search to those documents and passages.
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
        query = self._restrict(Query.boolean_query(per_term), names, excluded, documents, chunks)
        return self._collect(self._index.searcher(), query, limit=limit)

    def search_codes(
        self,
        forms: Sequence[str],
        *,
        limit: int,
        names: Collection[str] = (),
        excluded: Collection[int] = (),
    ) -> dict[int, float]:
        """Return the passages with a code in one of these forms: 1.0 where they define it, .5 where they mention it."""
        from tantivy import Occur, Query

        def of(field: str, score: float) -> Query:
            terms = [(Occur.Should, Query.term_query(self._schema, field, form)) for form in forms]
            return Query.const_score_query(Query.boolean_query(terms), score)

        query = Query.disjunction_max_query([of("keys", 1.0), of("codes", 0.5)])
        query = self._restrict(query, names, excluded)
        return self._collect(self._index.searcher(), query, limit=limit)

    def search_numbered_codes(
        self, number: int, *, limit: int, excluded: Collection[int] = ()
    ) -> dict[int, float]:
        """Return passages that define a code of up to three letters and this number: "E-012" for 12."""
        from tantivy import Query

        query = Query.regex_query(self._schema, "keys", f"~[A-Z]{{1,3}}{number}")
        return self._collect(self._index.searcher(), self._restrict(query, (), excluded), limit=limit)

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
        names: Collection[str],
        excluded: Collection[int],
        documents: Collection[int] | None = None,
        chunks: Collection[int] | None = None,
    ) -> Query:
        from tantivy import Occur, Query

        clauses = [(Occur.Must, query)]
        if names:
            products = [_EVERY_PRODUCT, *map(_product, names)]
            clauses.append((Occur.Must, self._any_of("products", products)))
        if documents is not None:
            clauses.append((Occur.Must, self._any_of("document", documents)))
        if chunks is not None:
            clauses.append((Occur.Must, self._any_of("chunk", chunks)))
        if excluded:
            clauses.append((Occur.MustNot, self._any_of("document", excluded)))
        return query if len(clauses) == 1 else Query.boolean_query(clauses)

    def _any_of(self, field: str, values: Collection[str | int]) -> Query:
        """Return what matches entries with one of these values, and scores nothing."""
        from tantivy import Occur, Query

        # A set is made into an automaton first, which for 90 passages took 1.6 ms, for the single terms .2 ms;
        # of documents, which have many passages each, the set is faster from about a hundred on.
        if field == "document" and len(values) > _MANY:
            return Query.const_score_query(Query.term_set_query(self._schema, field, list(values)), 0.0)
        terms = [(Occur.Should, Query.term_query(self._schema, field, value)) for value in values]
        return Query.const_score_query(Query.boolean_query(terms), 0.0)

    @staticmethod
    def _collect(searcher: Searcher, query: Query, *, limit: int) -> dict[int, float]:
        hits = searcher.search(query, limit, count=False).hits
        ids = searcher.fast_field_values("chunk", [address for _, address in hits])
        found = [
            (int(chunk_id or 0), float(score or 0.0)) for (score, _), chunk_id in zip(hits, ids, strict=True)
        ]
        return dict(sorted(found, key=lambda hit: (-hit[1], hit[0])))
