"""A random company in rows of import files, with everything awkward in it that the definitions speak of."""

import random
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

Rows = list[dict[str, Any]]

FIRST, LAST = date(2023, 1, 1), date(2026, 9, 1)
NOTABLE = [date(2026, 3, 1), date(2025, 11, 15), date(2025, 10, 1), date(2025, 12, 31), date(2025, 7, 1)]
"""First, last and as-of days of what is asked: a definition is tried at its edges."""

CORE = ["PUMP", "FAN", "CHILL", "BOIL", "NAMELESS", "SEALED", "UNSURE"]
ATTACH = ["GATE", "VALVE", "FILTER"]
SERVICE = ["CARE", "CARE-PLUS", "WATCH", "VISIT"]
BUNDLES = ["STARTER", "COMFORT", "PAIR", "HOLLOW"]


def invent_company(
    seed: int, *, assets: int, currencies: tuple[str, ...] = ("EUR", "USD")
) -> dict[str, Rows]:
    """Return the rows of every file but sites, people's accounts, work orders and targets; the same for one seed."""
    return _Inventor(seed, assets, currencies).invent()


class _Inventor:
    def __init__(self, seed: int, assets: int, currencies: tuple[str, ...]) -> None:
        self.rng = random.Random(seed)
        self.count = assets
        self.currencies = currencies
        self.tables: dict[str, Rows] = {}

    def invent(self) -> dict[str, Rows]:
        self.add_parties()
        self.add_catalogue()
        self.add_prices()
        self.add_assets()
        self.add_contracts()
        self.add_successors()
        self.add_orders()
        self.add_offers()
        return self.tables

    # What the values are drawn from.

    def maybe(self, chance: float) -> bool:
        return self.rng.random() < chance

    def day(self, first: date = FIRST, last: date = LAST) -> date:
        notable = [day for day in NOTABLE if first <= day <= last]
        if notable and self.maybe(0.12):
            return self.rng.choice(notable)
        return first + timedelta(days=self.rng.randrange((last - first).days + 1))

    def moment(self, day: date) -> str:
        """An instant on the day or, by its zone, just beside it; an empty time now and then."""
        if self.maybe(0.1):
            return day.isoformat()
        clock = time(self.rng.randrange(24), self.rng.randrange(60))
        zone = timezone(timedelta(hours=self.rng.choice([0, 0, 0, 9, -8])))
        return datetime.combine(day, clock, zone).isoformat()

    def pick(self, table: str, column: str) -> str:
        return str(self.rng.choice(self.tables[table])[column])

    def price(self) -> str:
        return f"{self.rng.randrange(10, 900)}.{self.rng.choice(['00', '50', '99'])}"

    # The files, in order of dependency.

    def add_parties(self) -> None:
        rng = self.rng
        self.tables["partners"] = [
            {
                "partner_id": f"P{n}",
                "name": f"Partner {n}",
                "type": rng.choice(["dealer", "installer", ""]),
                "tier": rng.choice(["gold", "silver", "bronze", ""]),
                "region": rng.choice(["North", "South", ""]),
            }
            for n in range(12)
        ]
        self.tables["people"] = [
            {"person_id": f"T{n}", "name": f"Technician {n}", "role": "technician"} for n in range(8)
        ]
        self.tables["accounts"] = [
            {
                "account_id": f"A{n}",
                "name": f"Account {n}",
                "segment": rng.choice(["hotel", "plant", "office", ""]),
                "region": rng.choice(["North", "South", "East", ""]),
            }
            for n in range(max(4, self.count // 12))
        ]

    def add_catalogue(self) -> None:
        def product(sku: str, family: str, kind: str, serviceable: str) -> dict[str, Any]:
            return {"sku": sku, "name": sku, "family": family, "kind": kind, "serviceable": serviceable}

        self.tables["products"] = [
            product("PUMP", "Water", "core", "true"),
            product("BOIL", "Water", "core", "true"),
            product("FAN", "Air", "core", "true"),
            product("CHILL", "Air", "core", "true"),
            product("NAMELESS", "", "core", "true"),
            product("SEALED", "Water", "core", "false"),
            product("UNSURE", "Air", "core", ""),
            product("GATE", "Extras", "attach", "true"),
            product("VALVE", "Water", "attach", "false"),
            product("FILTER", "", "attach", ""),
            *(product(sku, "Care", "service", "false") for sku in SERVICE),
            *(product(sku, "Bundles", "bundle", "") for sku in BUNDLES),
        ]
        self.tables["product_relations"] = [
            {"core_sku": core, "attach_sku": attach, "type": kind}
            for core, attach, kind in [
                ("PUMP", "CARE", "service"),
                ("PUMP", "CARE-PLUS", "service"),
                ("PUMP", "GATE", "accessory"),
                ("FAN", "VISIT", "service"),
                ("FAN", "WATCH", "cross_sell"),
                ("CHILL", "CARE", "service"),
                ("CHILL", "VISIT", "service"),
                ("CHILL", "WATCH", "service"),
                ("CHILL", "WATCH", "up_sell"),
                ("BOIL", "GATE", "service"),
                ("BOIL", "PUMP", "substitute"),
                ("GATE", "VISIT", "service"),
                ("NAMELESS", "CARE", "accessory"),
                ("SEALED", "CARE", "service"),
            ]
        ]
        self.tables["bundle_items"] = [
            {"bundle_sku": bundle, "sku": sku, "quantity": quantity}
            for bundle, sku, quantity in [
                ("STARTER", "PUMP", 1),
                ("STARTER", "CARE", ""),
                ("STARTER", "FILTER", 3),
                ("COMFORT", "CARE-PLUS", 2),
                ("COMFORT", "GATE", 1),
                ("PAIR", "FAN", 2),
                ("PAIR", "CHILL", 1),
            ]
        ]

    def add_prices(self) -> None:
        rows: dict[tuple[str, ...], dict[str, Any]] = {}
        for sku in [*SERVICE, "GATE", "PUMP", "COMFORT"]:
            for book in ["standard", "partner", "old"]:
                for currency in self.currencies:
                    for first in ["", self.day(), self.day()]:
                        edge = max(first or FIRST, self.rng.choice(NOTABLE))
                        last = self.rng.choice(["", self.day(first or FIRST), edge])
                        row = {
                            "pricebook": book,
                            "sku": sku,
                            "currency": currency,
                            "unit_price": self.price(),
                            "valid_from": first,
                            "valid_to": last,
                        }
                        if self.maybe(0.5):
                            rows.setdefault((book, sku, currency, str(first)), row)
        self.tables["pricebook"] = list(rows.values())
        self.add_costs()

    def add_costs(self) -> None:
        """Costs of most prices, now and then above the price; drawn apart, so that all else stays as it was."""
        rng = random.Random(f"costs {self.count}")
        for row in self.tables["pricebook"]:
            share = rng.choice([0.2, 0.55, 0.8, 1.0, 1.3])
            row["unit_cost"] = f"{float(row['unit_price']) * share:.2f}" if rng.random() < 0.8 else ""

    def add_assets(self) -> None:
        rng = self.rng
        rows = []
        for n in range(self.count):
            status = rng.choices(["active", "retired", "competitor"], [8, 2, 1])[0]
            installed = self.day() if self.maybe(0.85) else ""
            retired_on: date | str = ""
            if (status == "retired" and self.maybe(0.8)) or self.maybe(0.02):
                retired_on = self.day(installed or FIRST) if self.maybe(0.95) else self.day()
            rows.append(
                {
                    "asset_id": f"M{n}",
                    "serial_number": f"SN-{n}",
                    "sku": rng.choices([*CORE, *ATTACH], [6, 6, 6, 3, 2, 2, 2, 2, 1, 1])[0],
                    "account_id": self.pick("accounts", "account_id"),
                    "install_date": installed,
                    "status": status,
                    "retired_on": retired_on,
                    "sold_by_partner_id": self.some_partner(),
                    "serviced_by_partner_id": self.some_partner(),
                    "warranty_end": self.day() if self.maybe(0.5) else "",
                }
            )
        self.tables["assets"] = rows

    def some_partner(self) -> str:
        return self.pick("partners", "partner_id") if self.maybe(0.6) else ""

    def term(self, first: date | None = None) -> tuple[date | str, date | str]:
        """A first and a last day, in order, either of them empty now and then."""
        starts = first or self.day()
        ends = starts + timedelta(days=self.rng.choice([0, 30, 89, 180, 364, 364, 364, 729]))
        return (starts if self.maybe(0.93) else "", ends if self.maybe(0.93) else "")

    def add_contract(self, account_id: str, first: date | None = None) -> str:
        status = self.rng.choices(["active", "expired", "cancelled", "draft"], [6, 2, 3, 1])[0]
        starts, ends = self.term(first)
        cancelled_on: date | str = ""
        if (status == "cancelled" and self.maybe(0.85)) or self.maybe(0.02):
            near = starts or self.day()
            cancelled_on = near + timedelta(days=self.rng.choice([-40, 0, 20, 60, 89, 90, 91, 200, 500]))
            if self.maybe(0.2):
                cancelled_on = self.rng.choice(NOTABLE)
        contract_id = f"C{len(self.tables['contracts'])}"
        self.tables["contracts"].append(
            {
                "contract_id": contract_id,
                "account_id": account_id,
                "start_date": starts,
                "end_date": ends,
                "status": status,
                "cancelled_on": cancelled_on,
            }
        )
        return contract_id

    def add_line(self, contract: dict[str, Any], asset_id: str, **more: Any) -> dict[str, Any]:
        own_dates = self.maybe(0.4)
        starts, ends = self.term(contract["start_date"] or None) if own_dates else ("", "")
        is_priced = self.maybe(0.9)
        booked = contract["start_date"] or starts or self.day()
        row = {
            "contract_line_id": f"L{len(self.tables['contract_lines'])}",
            "contract_id": contract["contract_id"],
            "asset_id": asset_id,
            "sku": self.rng.choice([*SERVICE, "GATE"]),
            "start_date": starts,
            "end_date": ends,
            "quantity": self.rng.choice(["", 1, 1, 1, 2, 5]),
            "unit_price": self.price() if is_priced else "",
            "currency": self.rng.choice(self.currencies) if is_priced or self.maybe(0.5) else "",
            "booked_at": self.moment(booked - timedelta(days=self.rng.randrange(-20, 60)))
            if self.maybe(0.9)
            else "",
            **more,
        }
        self.tables["contract_lines"].append(row)
        return row

    def add_contracts(self) -> None:
        self.tables["contracts"], self.tables["contract_lines"] = [], []
        for asset in self.tables["assets"]:
            if not self.maybe(0.55):
                continue
            account = asset["account_id"] if self.maybe(0.95) else self.pick("accounts", "account_id")
            self.add_contract(account)
            contract = self.tables["contracts"][-1]
            asset_id = asset["asset_id"] if self.maybe(0.92) else ""
            first = self.add_line(contract, asset_id)
            if self.maybe(0.15):
                self.add_line(contract, asset_id, sku=first["sku"])
            if self.maybe(0.15):
                self.add_line(contract, self.pick("assets", "asset_id"))

    def add_successors(self) -> None:
        """Renewals of half of the lines: early, in time, late, several of one, in another currency, of a draft."""
        contracts = {row["contract_id"]: row for row in self.tables["contracts"]}
        for line in list(self.tables["contract_lines"]):
            ends = line["end_date"] or contracts[line["contract_id"]]["end_date"]
            if not self.maybe(0.5):
                continue
            for _ in range(self.rng.choice([1, 1, 1, 2, 3])):
                near = ends or self.day()
                starts = near + timedelta(days=self.rng.choice([-60, -1, 0, 1, 1, 1, 29, 30, 31, 90]))
                contract = contracts[line["contract_id"]]
                if self.maybe(0.85):
                    self.add_contract(contract["account_id"], starts)
                    contract = self.tables["contracts"][-1]
                currency = line["currency"] if self.maybe(0.85) else self.rng.choice(self.currencies)
                same = {"currency": currency} if currency else {"currency": "", "unit_price": ""}
                self.add_line(
                    contract, line["asset_id"], predecessor_line_id=line["contract_line_id"], **same
                )
        # What began before the export: a predecessor that no file knows.
        for line in self.rng.sample(self.tables["contract_lines"], max(1, self.count // 100)):
            line["predecessor_line_id"] = "BEFORE-THE-EXPORT"

    def add_orders(self) -> None:
        rng = self.rng
        rows: Rows = []
        for number in range(self.count // 2):
            asset = rng.choice(self.tables["assets"])
            account = asset["account_id"] if self.maybe(0.8) else self.pick("accounts", "account_id")
            partner = self.some_partner()
            installed = asset["install_date"]
            near = installed + timedelta(days=rng.randrange(-60, 60)) if installed else self.day()
            for _ in range(rng.choice([1, 1, 2, 2, 3])):
                ordered = near if self.maybe(0.9) else near + timedelta(days=rng.randrange(1, 120))
                quantity = rng.choice([1, 1, 1, 2, 5])
                is_returned = self.maybe(0.15)
                late = timedelta(days=rng.choice([0, 1, 30, 89, 90, 91, 92, 300]))
                rows.append(
                    {
                        "order_line_id": f"O{len(rows)}",
                        "order_id": f"ORDER{number}",
                        "account_id": account,
                        "partner_id": partner,
                        "sku": rng.choice([*CORE, *CORE, *ATTACH, *SERVICE, *BUNDLES]),
                        "quantity": quantity,
                        "unit_price": self.price() if self.maybe(0.9) else "",
                        "currency": rng.choice(self.currencies),
                        "ordered_at": self.moment(ordered),
                        "related_asset_id": asset["asset_id"] if self.maybe(0.7) else "",
                        "returned_at": self.moment(ordered + late)
                        if is_returned and self.maybe(0.95)
                        else "",
                        "returned_quantity": rng.choice(["", 0, 1, quantity, quantity + 1])
                        if is_returned
                        else "",
                    }
                )
        self.tables["orders"] = rows

    def add_offers(self) -> None:
        self.tables["offer_events"] = []
        sold = [*self.tables["orders"], *self.tables["contract_lines"]]
        booked = iter(self.rng.sample(sold, min(len(sold), self.count // 3)))
        for number in range(self.count // 2):
            self.add_offer(f"F{number}", booked)

    def add_offer(self, offer_id: str, booked: Any) -> None:
        rng = self.rng
        asset = rng.choice(self.tables["assets"][: max(20, self.count // 4)])
        about = {
            "offer_id": offer_id,
            "play": rng.choice(["renewal", "coverage_gap", "add_on", "upgrade", "win_back"]),
            "account_id": asset["account_id"] if self.maybe(0.95) else self.pick("accounts", "account_id"),
            "asset_id": asset["asset_id"] if self.maybe(0.85) else "",
        }
        day = self.day()
        partner_id = self.some_partner()
        shown = rng.choices([0, 1, 2, 3], [1, 6, 2, 1])[0]
        for _ in range(shown):
            self.add_event(about, "surfaced", day, partner_id)
            day += timedelta(days=rng.choice([0, 1, 30, 89, 90, 91]))
        if shown and self.maybe(0.5):
            self.add_event(about, "viewed", day, partner_id)
        outcome = rng.choices(["accepted", "declined", "snoozed", "expired", ""], [5, 2, 1, 1, 1])[0]
        if outcome:
            day += timedelta(days=rng.choice([0, 0, 1, 20, 89, 90, 91]))
            self.add_event(about, outcome, day, partner_id)
        if outcome != "accepted":
            return
        if self.maybe(0.05):
            self.add_event(about, "accepted", day + timedelta(days=1), partner_id)
        line = next(booked, None) if self.maybe(0.8) else None
        if line is not None:
            line["offer_id"] = offer_id
            self.add_event(about, "booked", day, partner_id)
        if self.maybe(0.3):
            ending = rng.choice(["cancelled", "returned", "reversed", "reversed"])
            sold_on = line.get("ordered_at") if line is not None else None
            near = date.fromisoformat(sold_on[:10]) if sold_on else day
            self.add_event(
                about, ending, near + timedelta(days=rng.choice([-1, 0, 30, 89, 90, 91])), partner_id
            )

    def add_event(self, about: dict[str, Any], event: str, day: date, partner_id: str) -> None:
        self.tables["offer_events"].append(
            {
                **about,
                "event_id": f"E{len(self.tables['offer_events'])}",
                "event": event,
                "person_id": self.pick("people", "person_id") if self.maybe(0.85) else "",
                "partner_id": partner_id if self.maybe(0.9) else self.some_partner(),
                "occurred_at": self.moment(day),
                "recorded_at": self.moment(day + timedelta(days=self.rng.choice([0, 1, 40])))
                if self.maybe(0.3)
                else "",
                "reason": self.rng.choice(["price", "timing", ""]) if event == "declined" else "",
            }
        )


def forget(tables: dict[str, Rows], seed: int) -> dict[str, Rows]:
    """Return what the company's files said in an earlier export: rows that are not there yet, cells that differ."""
    rng = random.Random(seed)

    def without(name: str, share: float) -> Rows:
        return [row for row in tables[name] if rng.random() >= share]

    def once(rows: Rows, share: float, **cells: Any) -> Rows:
        return [{**row, **cells} if rng.random() < share else row for row in rows]

    earlier = dict(tables)
    earlier["partners"] = once(tables["partners"], 0.4, tier="gold", type="")
    earlier["accounts"] = once(once(tables["accounts"], 0.3, region="West"), 0.3, segment="")
    earlier["products"] = once(once(tables["products"], 0.3, family="Old"), 0.2, serviceable="false")
    earlier["product_relations"] = without("product_relations", 0.3)
    earlier["bundle_items"] = once(without("bundle_items", 0.2), 0.4, quantity=4)
    earlier["pricebook"] = once(without("pricebook", 0.2), 0.4, unit_price="77.77")
    assets = once(tables["assets"], 0.3, status="active", retired_on="")
    earlier["assets"] = once(once(assets, 0.2, install_date=""), 0.2, sold_by_partner_id="P1")
    earlier["contracts"] = once(tables["contracts"], 0.3, status="active", cancelled_on="")
    lines = once(without("contract_lines", 0.2), 0.2, predecessor_line_id="")
    earlier["contract_lines"] = once(once(lines, 0.2, booked_at=""), 0.1, asset_id="")
    orders = once(without("orders", 0.2), 0.3, returned_at="", returned_quantity="")
    earlier["orders"] = once(once(orders, 0.2, quantity=7), 0.2, related_asset_id="")
    earlier["offer_events"] = without("offer_events", 0.3)
    return earlier
