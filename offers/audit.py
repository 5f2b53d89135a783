"""Who did what to which thing, and from where: one row for every write, in the transaction of the write."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from offers.models import AuditEntry
from offers.people import PersonFacts
from offers.tables.versions import Tally
from offers.tables.writing import write_rows
from offers.vocabulary import Origin


def write_audit_entry(
    session: Session,
    action: str,
    *,
    subject: tuple[str, str],
    at: datetime,
    person: PersonFacts | None,
    offer_id: str | None = None,
    thread_ref: str | None = None,
    origin: Origin | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write one entry.

    Args:
        subject: (kind, id) of what was written.
        person: None for what nobody asked for by name.
        origin: None where it is unknown; a `thread_ref` says that it was a thread.
    """
    where = origin or (Origin.THREAD if thread_ref else None)
    entry = {
        "at": at,
        "person_id": person.person_id if person else None,
        "partner_id": person.partner_id if person else None,
        "action": action,
        "subject_kind": subject[0],
        "subject_id": subject[1],
        "offer_id": offer_id,
        "thread_ref": thread_ref,
        "origin": where.value if where else None,
        "details": dict(details or {}),
    }
    write_rows(session, AuditEntry, entry)


def write_import_entry(
    session: Session,
    file_name: str,
    *,
    kind: str,
    tally: Tally,
    recorded_at: datetime,
    person: PersonFacts | None,
    at: datetime,
) -> None:
    """Write the one entry of an imported file: how many of its rows were new, changed or the same."""
    counts = {"inserted": tally.inserted, "updated": tally.updated, "unchanged": tally.unchanged}
    write_audit_entry(
        session,
        "import.written",
        subject=("file", file_name),
        at=at,
        person=person,
        origin=Origin.IMPORT,
        details={
            "kind": kind,
            "rows": sum(counts.values()),
            **counts,
            "recorded_at": recorded_at.isoformat(),
        },
    )
