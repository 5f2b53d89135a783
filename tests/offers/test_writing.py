"""Rows that are written together: all of them, of several tables, or none."""

import pytest
from sqlalchemy import event
from sqlmodel import Session, col, select

from offers.models import Account, AuditEntry, Partner
from offers.tables.versions import Row
from offers.tables.writing import write_rows, writing_together
from tests.offers.company import RECORDED
from tests.offers.conftest import Store


def account(name: str) -> Row:
    return {"account_id": name, "name": name, "recorded_at": RECORDED, "source": "own"}


PARTNER = {"partner_id": "P", "name": "Partner", "recorded_at": RECORDED, "source": "own"}
ENTRY = {"at": RECORDED, "action": "x", "subject_kind": "a", "subject_id": "1", "details": {"n": [1, None]}}


def names(store: Store) -> list[str]:
    with store.scope() as session:
        return [*session.exec(select(Account.account_id).order_by(col(Account.account_id))).all()]


def test_rows_of_several_tables_are_written_when_the_block_ends(store: Store) -> None:
    statements: list[str] = []
    listen = (store.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    event.listen(*listen)
    with store.scope() as session:
        with writing_together(session):
            write_rows(session, Account, account("A"), account("B"))
            write_rows(session, Partner, PARTNER)
            write_rows(session, AuditEntry, ENTRY)
            assert session.exec(select(Account)).all() == []
        write_rows(session, Account, account("C"))
    event.remove(*listen)
    assert names(store) == ["A", "B", "C"]
    with store.scope() as session:
        assert session.exec(select(Partner)).one().name == "Partner"
        entry = session.exec(select(AuditEntry)).one()
        # What an instant and a document are in a database is the business of their columns here as well.
        assert (entry.at, entry.details, entry.offer_id) == (RECORDED, {"n": [1, None]}, None)
    inserts = sum("INSERT" in statement for statement in statements)
    assert inserts == (2 if store.engine.dialect.name == "postgresql" else 5)


def test_nothing_is_written_of_a_block_that_fails_and_later_rows_are(store: Store) -> None:
    def fail(session: Session) -> None:
        with writing_together(session):
            write_rows(session, Account, account("A"))
            raise ZeroDivisionError

    with store.scope() as session:
        with pytest.raises(ZeroDivisionError):
            fail(session)
        write_rows(session, Account, account("B"))
    assert names(store) == ["B"]
