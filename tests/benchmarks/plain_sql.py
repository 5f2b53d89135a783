"""What a programmer would write by hand over the same tables, without an ORM: the peers of the commercial side."""

import sqlite3
from datetime import date

_ACTIVE = "FROM offers_asset WHERE superseded_at IS NULL AND status = 'active'"
_ACTIVE_COLUMNS = {
    name: f"SELECT DISTINCT {name} {_ACTIVE}" for name in ("asset_id", "account_id", "serial_number")
}
_ACCOUNT = (
    "SELECT * FROM offers_account WHERE account_id = :id AND superseded_at IS NULL",
    "SELECT * FROM offers_asset WHERE account_id = :id AND superseded_at IS NULL",
    "SELECT l.*, c.* FROM offers_contract c JOIN offers_contract_line l ON l.contract_id = c.contract_id"
    " AND l.superseded_at IS NULL WHERE c.account_id = :id AND c.superseded_at IS NULL",
    "SELECT * FROM offers_case WHERE account_id = :id AND superseded_at IS NULL",
    "SELECT * FROM offers_event WHERE account_id = :id AND superseded_at IS NULL",
    "SELECT * FROM offers_product WHERE superseded_at IS NULL",
    "SELECT * FROM offers_pricebook_entry WHERE superseded_at IS NULL",
)
_MACHINE = (
    "SELECT l.*, c.* FROM offers_contract_line l JOIN offers_contract c ON c.contract_id = l.contract_id"
    " AND c.superseded_at IS NULL WHERE l.asset_id = :asset AND l.superseded_at IS NULL",
    "SELECT * FROM offers_work_order WHERE asset_id = :asset AND superseded_at IS NULL ORDER BY opened_at DESC",
    "SELECT * FROM offers_case WHERE account_id = :account AND superseded_at IS NULL",
    "SELECT count(*), count(l.row_id) FROM offers_asset a LEFT JOIN offers_contract_line l"
    " ON l.asset_id = a.asset_id AND l.superseded_at IS NULL"
    " WHERE a.account_id = :account AND a.superseded_at IS NULL AND a.status = 'active'",
)
_COVERAGE = """
WITH live AS (
  SELECT DISTINCT l.asset_id
  FROM offers_contract_line l
  JOIN offers_contract c ON c.contract_id = l.contract_id AND c.superseded_at IS NULL
  WHERE l.superseded_at IS NULL
    AND (c.status IN ('active', 'expired') OR (c.status = 'cancelled' AND c.cancelled_on > :day))
    AND coalesce(l.start_date, :day) <= :day AND coalesce(c.start_date, :day) <= :day
    AND coalesce(l.end_date, :day) >= :day AND coalesce(c.end_date, :day) >= :day
)
SELECT count(live.asset_id), count(*)
FROM offers_asset a
JOIN offers_product p ON p.sku = a.sku AND p.superseded_at IS NULL AND p.serviceable
LEFT JOIN live ON live.asset_id = a.asset_id
WHERE a.superseded_at IS NULL AND (a.status = 'active' OR (a.status = 'retired' AND a.retired_on > :day))
"""


def list_active(source: sqlite3.Connection, column: str) -> list[str]:
    """Return the values of one of three columns of active machines."""
    return [row[0] for row in source.execute(_ACTIVE_COLUMNS[column])]


def list_sold_by(source: sqlite3.Connection, partner_id: str) -> list[str]:
    """Return the serial numbers of a partner's machines, in order."""
    query = "SELECT serial_number FROM offers_asset WHERE sold_by_partner_id = ? AND superseded_at IS NULL ORDER BY 1"
    return [row[0] for row in source.execute(query, (partner_id,))]


def read_account(source: sqlite3.Connection, account_id: str) -> int:
    """Read what an offer to an account is decided from; return how many rows that is."""
    return sum(len(source.execute(query, {"id": account_id}).fetchall()) for query in _ACCOUNT)


def read_machine(source: sqlite3.Connection, serial_number: str) -> int:
    """Read what a brief is made from; return how many rows that is."""
    lookup = "SELECT asset_id, account_id FROM offers_asset WHERE serial_lookup = ? AND superseded_at IS NULL"
    key = "".join(character for character in serial_number.casefold() if character.isalnum())
    asset, account = source.execute(lookup, (key,)).fetchone()
    return sum(
        len(source.execute(query, {"asset": asset, "account": account}).fetchall()) for query in _MACHINE
    )


def count_coverage(source: sqlite3.Connection, day: date) -> tuple[float, float]:
    """Return (covered, all) active serviceable machines on a day."""
    covered, machines = source.execute(_COVERAGE, {"day": day.isoformat()}).fetchone()
    return float(covered), float(machines)


def prepare_commits(target: sqlite3.Connection) -> None:
    """Make a table for `commit_one`, as safe as Attaché's own."""
    target.execute("PRAGMA journal_mode=WAL")
    target.execute("PRAGMA synchronous=FULL")
    target.execute("CREATE TABLE decisions (asset_id TEXT)")


def commit_one(target: sqlite3.Connection, asset_id: str) -> None:
    """Write one row and commit it."""
    with target:
        target.execute("INSERT INTO decisions VALUES (?)", (asset_id,))
