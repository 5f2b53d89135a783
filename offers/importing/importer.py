"""Importing the customer's files: in order of dependency, all or nothing per file, as row versions.

A file is read twice. The first pass checks every row and writes nothing, so that a long file holds no lock
while it is being read; the second writes in batches inside one transaction.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from offers.audit import write_import_entry
from offers.deciding.history import tally_plays
from offers.errors import ImportPathMissing, NothingToImport
from offers.importing.checks import CheckedRow, RowChecker, RowProblem
from offers.importing.events import AcceptedOffers, build_import_key, build_recorded_at
from offers.importing.files import find_files
from offers.importing.kinds import FILE_KINDS
from offers.importing.mapping import load_mapping
from offers.importing.recognising import Source, recognise
from offers.importing.references import KnownIds, ReferenceChecker
from offers.importing.remarks import UndatedEnds, find_unknown_parts
from offers.models import ContractLine, OfferEvent, OrderLine, Target
from offers.people import PersonFacts
from offers.sales.bookings import replace_own_rows
from offers.tables.versions import RowChange, Tally, VersionWriter

SessionScope = Callable[[], AbstractContextManager[Session]]

_ROWS_PER_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far a file is. `phase` is "checking" or "writing"; `total` is None until the rows were counted."""

    path: Path
    kind: str
    phase: str
    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class FileReport:
    """What an import did to one file, or would do. With problems, nothing of it was written.

    `changes` are the first cells that differ, at most about fifty. `remarks` are what is odd and was taken.
    """

    path: Path
    kind: str | None
    rows: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    problems: tuple[RowProblem, ...] = ()
    changes: tuple[RowChange, ...] = ()
    remarks: tuple[RowProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, file by file, in the order in which they were read."""

    files: tuple[FileReport, ...]
    dry_run: bool

    @property
    def is_clean(self) -> bool:
        """Whether every file was accepted."""
        return not any(file.problems for file in self.files)


@dataclass(frozen=True, slots=True)
class _Run:
    session_scope: SessionScope
    dry_run: bool
    recorded_at: datetime
    known: KnownIds
    person: PersonFacts | None
    now: datetime
    on_progress: Callable[[ImportProgress], None] | None

    def tell(self, source: Source, phase: str, done: int, total: int | None) -> None:
        if self.on_progress is not None:
            self.on_progress(ImportProgress(source.table.path, source.kind.name, phase, done, total))


def import_paths(
    session_scope: SessionScope,
    paths: Sequence[Path],
    *,
    mapping: Path | None = None,
    dry_run: bool = False,
    recorded_at: datetime,
    person: PersonFacts | None = None,
    now: datetime | None = None,
    on_progress: Callable[[ImportProgress], None] | None = None,
) -> ImportReport:
    """Import files and folders as row versions recorded at one instant.

    Each file is one transaction: with a single bad row nothing of that file is written, the other files are.
    A row that says what was known already appends nothing.

    Args:
        mapping: A YAML or TOML file, {kind: {their header: our header}}.
        recorded_at: When these rows became known; an earlier instant than the present loads history.
        person: Who imports, for the audit: one entry for each file that is written.
        now: The present, for the audit; None for `recorded_at`.

    Raises:
        ImportPathMissing: A path or the mapping doesn't exist.
        NothingToImport: The paths hold no CSV or XLSX file.
        MappingUnreadable: The mapping is not one.
    """
    mappings = load_mapping(mapping)
    for path in paths:
        if not path.exists():
            raise ImportPathMissing(path)
    files = find_files(paths)
    if not files:
        raise NothingToImport(paths[0] if paths else Path())
    sources, unknown = recognise(files, mappings)
    refused = [
        FileReport(one.path, one.kind.name if one.kind else None, problems=(one.problem,)) for one in unknown
    ]
    run = _Run(
        session_scope, dry_run, recorded_at, KnownIds(session_scope), person, now or recorded_at, on_progress
    )
    for file in refused:
        if file.kind is not None:
            run.known.refuse(file.kind)
    order = list(FILE_KINDS)
    sources.sort(key=lambda source: (order.index(source.kind.name), str(source.table.path)))
    done = [_import_table(run, source) for source in sources]
    # Now that all files are in: they may come in any order.
    done = [_remark(run, source, file) for source, file in zip(sources, done, strict=True)]
    report = ImportReport((*refused, *done), dry_run)
    if not dry_run and any(file.kind == "offer_events" and not file.problems for file in report.files):
        with session_scope() as session:
            tally_plays(session, anew=True)
    return report


def _import_table(run: _Run, source: Source) -> FileReport:
    checker = RowChecker(source.table, source.kind, source.file_map)
    problems = checker.check_header()
    rows = 0
    if problems:
        run.known.refuse(source.kind.name)
    else:
        references = ReferenceChecker(source.kind, run.known)
        for checked in checker.read():
            rows += 1
            problems.extend(checked.problems)
            references.note(checked.identity)
            if checked.columns is not None:
                problems.extend(references.check(checked.line, checked.columns))
            if rows % _ROWS_PER_BATCH == 0:
                run.tell(source, "checking", rows, None)
        problems.extend(references.finish(accepted=not problems))
    if problems:
        problems.sort(key=lambda problem: problem.line)
        return FileReport(source.table.path, source.kind.name, rows, problems=tuple(problems))
    undated = UndatedEnds(source.kind.name)
    try:
        tally = _write_table(run, source, checker, rows, undated)
    except IntegrityError:
        clash = RowProblem(0, "", "another import or sale changed the same rows meanwhile; import it again")
        return FileReport(source.table.path, source.kind.name, rows, problems=(clash,))
    return FileReport(
        source.table.path,
        source.kind.name,
        rows,
        tally.inserted,
        tally.updated,
        tally.unchanged,
        changes=tuple(tally.changes),
        remarks=undated.tell(),
    )


def _remark(run: _Run, source: Source, file: FileReport) -> FileReport:
    if source.kind.model is not Target or file.problems or run.dry_run:
        return file
    rows = RowChecker(source.table, source.kind, source.file_map).read()
    with run.session_scope() as session:
        return replace(file, remarks=find_unknown_parts(session, rows))


def _write_table(run: _Run, source: Source, checker: RowChecker, total: int, undated: UndatedEnds) -> Tally:
    model = source.kind.model
    is_ledger = model is OfferEvent
    writer = VersionWriter(
        model,
        source.kind.key,
        recorded_at_of=build_recorded_at(run.recorded_at)
        if is_ledger
        else lambda _row, _known: run.recorded_at,
        insert_only=build_import_key if is_ledger else None,
        claims_own=not is_ledger,
        write=not run.dry_run,
    )
    done = 0
    with run.session_scope() as session:
        acceptances = AcceptedOffers(session) if is_ledger else None
        for batch in _batches(checker.read()):
            rows = [checked.columns for checked in batch if checked.columns is not None]
            if acceptances is not None:
                rows = [row for row in rows if acceptances.is_first(row)]
            writer.tally.unchanged += len(batch) - len(rows)
            writer.append(session, rows)
            undated.note(batch)
            if not run.dry_run and (model is OrderLine or model is ContractLine):
                replace_own_rows(
                    session, model, rows, recorded_at=run.recorded_at, person=run.person, now=run.now
                )
            done += len(batch)
            run.tell(source, "writing", done, total)
        if not run.dry_run:
            write_import_entry(
                session,
                source.table.path.name,
                kind=source.kind.name,
                tally=writer.tally,
                recorded_at=run.recorded_at,
                person=run.person,
                at=run.now,
            )
    return writer.tally


def _batches(rows: Iterator[CheckedRow]) -> Iterator[list[CheckedRow]]:
    batch: list[CheckedRow] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _ROWS_PER_BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
