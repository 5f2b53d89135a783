"""`attache ingest`, `kb`, `ask` and `eval`: documents in, cited answers out."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.clock import utc_now
from bot.console import err, fail, open_reader, out, print_json, progress_bar, read_settings, reporting
from bot.errors import InputRejected, explain, explain_pictures
from bot.ingest_remarks import explain_skipped
from knowledge.documents import Audience, NoteSummary
from knowledge.errors import UnreadableDocument

if TYPE_CHECKING:
    from knowledge.ingest import IngestProgress
    from knowledge.ingest_report import IngestReport

kb = typer.Typer(help="What is in the knowledge base.", no_args_is_help=True)

AudienceOption = Annotated[Audience, typer.Option("--audience", help="Who may read these documents.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(ingest)
    app.command()(ask)
    app.command("eval")(evaluate)
    app.add_typer(kb, name="kb")


def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.", show_default=False)],
    audience: AudienceOption = Audience.INTERNAL,
    product: Annotated[
        list[str] | None, typer.Option("--product", help="SKU or family the documents are about; repeatable.")
    ] = None,
) -> None:
    """Read documents into the knowledge base; unchanged files cost a hash."""
    with reporting():
        report = _read_in(paths, audience=audience, products=product or ())
        out.print(
            f"{len(report.added)} added, {len(report.updated)} updated, {len(report.unchanged)} unchanged, "
            f"{len(report.removed)} removed; {report.chunks} chunks."
        )
        if report.skipped:
            err.print(explain_skipped(report.skipped), style="yellow", markup=False)
        for scanned in report.pictures:
            err.print(explain_pictures(scanned.document, scanned.pages), style="yellow", markup=False)
        for failed in report.failed:
            sentence = explain(UnreadableDocument(failed.document, failed.reason))
            err.print(sentence, style="red", markup=False)
        if report.failed:
            raise InputRejected(len(report.failed), "documents were")


def _read_in(paths: list[Path], *, audience: Audience, products: Sequence[str]) -> "IngestReport":
    from knowledge.reading.ahead import count_readers
    from knowledge.reading.separate import SeparateReader

    with SeparateReader() as reader:
        # They load their libraries while the database and the knowledge base are opened here.
        reader.start(count_readers())
        from bot.app import open_database, open_knowledge
        from knowledge.ownership import Ownership

        settings = read_settings()
        knowledge = open_knowledge(settings, open_database(settings), ownership=Ownership.TRY)
        try:
            with progress_bar("files") as bar:
                task = bar.add_task("Ingesting", total=None)

                def show(progress: "IngestProgress") -> None:
                    bar.update(
                        task,
                        completed=progress.done,
                        total=progress.total,
                        description=progress.document[-48:],
                    )

                return knowledge.ingest(
                    paths,
                    audience=audience,
                    products=products,
                    on_progress=show,
                    now=utc_now(),
                    read=reader.read,
                )
        finally:
            knowledge.close()


def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotes.")],
    asset: Annotated[str | None, typer.Option("--asset", help="Serial number on the bench.")] = None,
    reader: Annotated[Audience, typer.Option("--as", help="Whose eyes to answer for.")] = Audience.INTERNAL,
    as_json: JsonOption = False,
) -> None:
    """Answer a question from the documents, with citations, or say that they don't answer it."""
    with reporting():
        from bot.app import build_composer, open_knowledge
        from bot.turn import build_question
        from knowledge.ownership import Ownership

        settings = read_settings()
        composer = build_composer(settings)
        engine = open_reader(settings)
        facts = None if asset is None else _find_asset(engine, asset)
        knowledge = open_knowledge(settings, engine, ownership=Ownership.NEVER, composer=composer)
        try:
            started = perf_counter()
            answer = knowledge.answer(build_question(question, reader, asset=facts))
            latency_ms = round((perf_counter() - started) * 1000, 1)
        finally:
            knowledge.close()
        if as_json:
            print_json(_as_json(answer, latency_ms=latency_ms))
        else:
            _print_answer(answer)


def evaluate(
    directory: Annotated[Path, typer.Argument(help="corpus.jsonl, queries.jsonl, qrels/test.tsv")],
    as_json: JsonOption = False,
) -> None:
    """Measure retrieval on a test collection."""
    with reporting():
        from knowledge.cross_encoder import CrossEncoder
        from knowledge.embeddings import build_embedder
        from knowledge.evaluation import evaluate as run

        embedder = build_embedder(read_settings().embedder)
        report = run(directory, embedder=embedder, relevance=CrossEncoder()).as_json()
        if as_json:
            print_json(report)
            return
        for name in ("hybrid", "lexical", "dense"):
            figures = "  ".join(f"{key} {value:.3f}" for key, value in report[name].items())
            out.print(f"{name:8} {figures}")
        out.print(
            f"{report['queries']} queries, {report['documents']} documents, p95 {report['p95_ms']:.0f} ms"
        )


@kb.command("list")
def list_documents(as_json: JsonOption = False) -> None:
    """List the documents."""
    with reporting(), _reader() as knowledge:
        documents = knowledge.list_documents()
        if as_json:
            print_json([_summary(document) for document in documents])
            return
        for document in documents:
            note = f"  superseded by {document.superseded_by}" if document.superseded_by else ""
            note += _credit(document.note) if document.note else ""
            out.print(
                f"{document.document}  ({document.audience}, {document.chunks} chunks){note}", markup=False
            )
        if not documents:
            out.print("No documents yet. Add some with: attache ingest FOLDER")


@kb.command()
def show(
    document: Annotated[str, typer.Argument(help="As `kb list` names it.")], as_json: JsonOption = False
) -> None:
    """Show one document's facts."""
    with reporting(), _reader() as knowledge:
        for candidate in knowledge.list_documents():
            if candidate.document == document:
                summary = _summary(candidate)
                if as_json:
                    print_json(summary)
                else:
                    for key, value in summary.items():
                        out.print(f"{key:14} {value}", markup=False)
                return
        fail(f"There is no document {document}. `attache kb list` names them.")


@kb.command()
def remove(document: Annotated[str, typer.Argument(help="As `kb list` names it.")]) -> None:
    """Take a document out of every index."""
    with reporting(), _owner() as knowledge:
        if not knowledge.remove(document):
            fail(f"There is no document {document}. `attache kb list` names them.")
        out.print(f"{document} is removed.", markup=False)


@kb.command()
def rebuild() -> None:
    """Make the indexes anew from the database."""
    with reporting(), _owner() as knowledge:
        if not knowledge.is_owner:
            fail("Another process keeps the indexes now; stop it first, or let it catch up by itself.")
        out.print(f"{knowledge.rebuild()} documents indexed.")


def _reader() -> Any:
    from contextlib import closing

    from bot.app import open_knowledge
    from knowledge.ownership import Ownership

    settings = read_settings()
    return closing(open_knowledge(settings, open_reader(settings), ownership=Ownership.NEVER))


def _owner() -> Any:
    from contextlib import closing

    from bot.app import open_database, open_knowledge
    from knowledge.ownership import Ownership

    settings = read_settings()
    return closing(open_knowledge(settings, open_database(settings), ownership=Ownership.TRY))


def _find_asset(engine: Any, text: str) -> Any:
    from bot.access import OPERATOR
    from bot.database import build_read_scope
    from offers.errors import AmbiguousTarget, UnknownTarget
    from offers.installed_base.machines import find_asset, list_namesakes

    with build_read_scope(engine)() as session:
        facts = find_asset(session, text, reader=OPERATOR)
        if facts is not None:
            return facts
        alike = list_namesakes(session, text, reader=OPERATOR)
    raise AmbiguousTarget(text, [one.asset_id for one in alike]) if alike else UnknownTarget(text)


def _credit(note: NoteSummary) -> str:
    today = utc_now().date()
    end = f"expired {note.expires_on}" if note.expires_on < today else f"until {note.expires_on}"
    return f"  note by {note.author}, review on {note.review_on}, {end}"


def _summary(document: Any) -> dict[str, Any]:
    return {key: _plain(value) for key, value in asdict(document).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def _as_json(answer: Any, *, latency_ms: float) -> dict[str, Any]:
    """Return the answer in the shape that scripts rely on."""
    cited = answer.nearest if answer.abstained else answer.citations
    return {
        "answer": answer.text,
        "abstained": answer.abstained,
        "reason": answer.reason,
        "citations": []
        if answer.abstained
        else [
            {
                "document": citation.document,
                "title": citation.title,
                "section": citation.section,
                "page": citation.page,
                "quote": citation.quote,
            }
            for citation in cited
        ],
        "nearest": [
            {"document": near.document, "title": near.title, "section": near.section, "page": near.page}
            for near in answer.nearest
        ],
        "notices": [{"level": notice.level, "text": notice.text} for notice in answer.notices],
        "composed_by": answer.composed_by,
        "prompt_version": answer.prompt_version,
        "is_short_form": answer.is_short_form,
        "latency_ms": latency_ms,
    }


def _print_answer(answer: Any) -> None:
    out.print(answer.text, markup=False)
    if answer.is_short_form:
        out.print(f"Short form, in the documents' own words ({answer.composed_by}: {answer.short_form}).")
    label = "Nearest pages:" if answer.abstained else "Sources:"
    sources = answer.nearest if answer.abstained else answer.citations
    if sources:
        out.print(label)
    for citation in sources:
        page = f", p. {citation.page}" if citation.page is not None else ""
        section = f", {citation.section}" if citation.section else ""
        out.print(
            f"  [{citation.number}] {citation.title}{section}{page} ({citation.document})", markup=False
        )
