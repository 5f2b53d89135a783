"""A company's import files in data frames, with what the groups of a figure need joined to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

Pair = tuple[Any, Any]
Groups = dict[tuple[str | None, ...], Pair]
Records = list[dict[str, Any]]

PRODUCT = ["family", "sku"]
PARTIES = ["region", "segment", "tier", "partner", "type"]
PERIODS = ["month", "quarter", "year"]
OFFER = ["play", "technician"]
NO_OFFER = dict.fromkeys(OFFER, "")
ATTACHED = ("attach", "service")

CANCELLATION_DAYS, POS_DAYS, GRACE_DAYS, ATTRIBUTION_DAYS, HORIZON_DAYS = 90, 30, 30, 90, 30


def read_files(folder: Path, recorded_on: date) -> dict[str, pd.DataFrame]:
    """Return every CSV of a folder as text cells; an empty cell is an empty text.

    An event without its own day of recording was recorded when the files were.
    """
    files = {path.stem: pd.read_csv(path, dtype=str, keep_default_na=False) for path in folder.glob("*.csv")}
    files["offer_events"]["recorded_at"] = files["offer_events"]["recorded_at"].replace(
        "", recorded_on.isoformat()
    )
    return files


def frame_rows(tables: Mapping[str, Records]) -> dict[str, pd.DataFrame]:
    """Return tables that come from no file as if they did."""
    return {name: pd.DataFrame(rows, dtype=str) for name, rows in tables.items()}


def overlay(before: dict[str, pd.DataFrame], after: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return what is known after a second import: rows of the same id are replaced, others stay or come in."""
    keys = {
        "products": ["sku"],
        "product_relations": ["core_sku", "attach_sku", "type"],
        "bundle_items": ["bundle_sku", "sku"],
        "pricebook": ["pricebook", "sku", "currency", "valid_from"],
    }
    merged = dict(before)
    for name, rows in after.items():
        key = keys.get(name, [rows.columns[0]])
        # The ledger is only added to: what came first stays first.
        keep = "first" if name == "offer_events" else "last"
        merged[name] = pd.concat([before[name], rows]).drop_duplicates(key, keep=keep)
    return merged


@dataclass(frozen=True)
class Question:
    """A window of days, both included, None for no beginning, and the day whose knowledge counts."""

    first: date | None
    last: date
    as_of: date

    def holds(self, day: date | None) -> bool:
        return day is not None and (self.first is None or self.first <= day) and day <= self.last


@cache
def moment_of(cell: str) -> datetime | None:
    if not cell:
        return None
    moment = datetime.fromisoformat(cell)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def day_of(cell: str) -> date | None:
    moment = moment_of(cell)
    return None if moment is None else moment.date()


def minor_of(cell: str) -> int:
    whole, _, cents = cell.partition(".")
    return int(whole or 0) * 100 + int((cents + "00")[:2])


def periods_of(day: date) -> dict[str, str]:
    return {
        "month": f"{day.year}-{day.month:02}",
        "quarter": f"{day.year}-Q{(day.month + 2) // 3}",
        "year": str(day.year),
    }


class Company:
    """The files with what the groups need joined to them."""

    def __init__(self, files: dict[str, pd.DataFrame]) -> None:
        self.files = files
        self.rows: dict[str, Records] = {name: rows.to_dict("records") for name, rows in files.items()}
        self.partners = files["partners"].rename(columns={"partner_id": "partner"})[
            ["partner", "tier", "type"]
        ]
        self.accounts = files["accounts"][["account_id", "region", "segment"]]
        self.products = files["products"][["sku", "family", "kind", "serviceable"]]
        assets = files["assets"].rename(columns={"sold_by_partner_id": "partner"})
        joined = self._join(assets, [self.products, self.accounts, self.partners])
        self.assets: Records = joined.to_dict("records")
        self.lines: Records = self._join_assets(files["contract_lines"]).to_dict("records")
        self.orders: Records = self.join_sales(files["orders"]).to_dict("records")
        self.contracts = {row["contract_id"]: row for row in self.rows["contracts"]}
        self.events = self._read_events()

    @staticmethod
    def _join(rows: pd.DataFrame, others: Sequence[pd.DataFrame]) -> pd.DataFrame:
        for other in others:
            rows = rows.merge(other, how="left", on=other.columns[0], validate="many_to_one")
        return rows.fillna("")

    def _read_events(self) -> Records:
        """The ledger; a second acceptance of an offer is none."""
        accepted: set[str] = set()
        events = []
        for row in self.rows["offer_events"]:
            if row["event"] == "accepted":
                if row["offer_id"] in accepted:
                    continue
                accepted.add(row["offer_id"])
            events.append({**row, "at": moment_of(row["occurred_at"]), "known": day_of(row["recorded_at"])})
        return events

    def events_by(self, as_of: date) -> Records:
        return [row for row in self.events if max(row["at"].date(), row["known"]) <= as_of]

    def _join_assets(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Contract lines with their product, their contract's account and their asset's selling partner."""
        contracts = self.files["contracts"][["contract_id", "account_id"]]
        sellers = self.files["assets"][["asset_id", "sold_by_partner_id", "install_date"]]
        rows = self._join(rows, [contracts, sellers, self.products, self.accounts])
        return self._join(rows.rename(columns={"sold_by_partner_id": "partner"}), [self.partners])

    def eligible_by(self, as_of: date) -> Records:
        """What a decision found eligible: with the decision's moment and people, and its own account and machine."""
        decisions = {row["decision_id"]: row for row in self.rows.get("decisions", [])}
        rows = [
            {
                **decisions[row["decision_id"]],
                **row,
                "at": moment_of(decisions[row["decision_id"]]["decided_at"]),
            }
            for row in self.rows.get("decision_candidates", [])
            if row["is_eligible"] == "True"
        ]
        return [row for row in rows if row["at"].date() <= as_of]

    def join_sales(self, rows: pd.DataFrame) -> pd.DataFrame:
        rows = rows.rename(columns={"partner_id": "partner"})
        return self._join(rows, [self.accounts, self.partners])


def entry(row: dict[str, Any], numerator: int, denominator: int, **more: Any) -> dict[str, Any]:
    names = [*PRODUCT, *PARTIES, "account_id"]
    return {**{name: row[name] for name in names}, "numerator": numerator, "denominator": denominator, **more}


def periods_in(item: dict[str, Any]) -> dict[str, str]:
    return {name: item[name] for name in PERIODS}


def sale_in(item: dict[str, Any]) -> dict[str, str]:
    """When something was sold, by which play, and by whom."""
    return {name: item[name] for name in (*PERIODS, *OFFER)}


@lru_cache(maxsize=16)
def sales_by_offer(company: "Company", as_of: date) -> dict[str, dict[str, str]]:
    """Of each accepted offer its play, and whose sale it was: who showed it last in time, else who accepted it."""
    events = company.events_by(as_of)
    shown: dict[str, Records] = {}
    for row in events:
        if row["event"] == "surfaced" and row["person_id"]:
            shown.setdefault(row["offer_id"], []).append(row)
    found = {}
    for row in events:
        if row["event"] != "accepted":
            continue
        in_time = [
            one
            for one in shown.get(row["offer_id"], [])
            if 0 <= (row["at"].date() - one["at"].date()).days <= ATTRIBUTION_DAYS
        ]
        # Of two at the same moment the one that stands later in the file.
        in_time.sort(key=lambda one: one["at"])
        owner = in_time[-1] if in_time else row
        found[row["offer_id"]] = {"play": row["play"], "technician": owner["person_id"]}
    return found


@lru_cache(maxsize=16)
def order_items(company: Company, as_of: date) -> Records:
    """Every order line known by then, a bundle as its items; `units` are pieces, `day` when it was ordered."""
    items = company.files["bundle_items"].groupby("bundle_sku")
    contents = {bundle: rows.to_dict("records") for bundle, rows in items}
    kinds = company.products.set_index("sku")["kind"].to_dict()
    families = company.products.set_index("sku")["family"].to_dict()
    sales = sales_by_offer(company, as_of)
    found = []
    for line in company.orders:
        day = day_of(line["ordered_at"])
        if day is None or day > as_of:
            continue
        parts = [(line["sku"], 1)]
        if kinds[line["sku"]] == "bundle":
            parts = [(row["sku"], int(row["quantity"] or 1)) for row in contents.get(line["sku"], [])]
        for sku, quantity in parts:
            units = int(line["quantity"]) * quantity
            item = {**line, "sku": sku, "family": families[sku], "kind": kinds[sku]}
            item |= sales.get(line["offer_id"], NO_OFFER)
            found.append({**item, "day": day, "units": units, "per_line": quantity, **periods_of(day)})
    return found
