"""The attach rates once more, from the import files alone: plain pandas and loops, nothing of the product in it.

What is counted is what the design's definitions say; how the product counts it was not looked at. A metric is a table
of entries: what each adds to numerator and denominator, and what it can be grouped by.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from tests.offers.pandas_company import (
    ATTACHED,
    CANCELLATION_DAYS,
    GRACE_DAYS,
    HORIZON_DAYS,
    NO_OFFER,
    OFFER,
    POS_DAYS,
    PRODUCT,
    Company,
    Groups,
    Question,
    Records,
    day_of,
    entry,
    minor_of,
    moment_of,
    order_items,
    periods_of,
    sale_in,
    sales_by_offer,
)
from tests.offers.pandas_margin import margin
from tests.offers.pandas_offers import conversion, declines

# The installed base.


def is_active(asset: dict[str, Any], day: date) -> bool:
    retired = day_of(asset["retired_on"])
    return asset["status"] == "active" or (
        asset["status"] == "retired" and retired is not None and retired > day
    )


def is_cancelled(contract: dict[str, Any], day: date) -> bool:
    """A contract that was cancelled later was not cancelled yet."""
    cancelled = day_of(contract["cancelled_on"])
    return contract["status"] == "cancelled" and (cancelled is None or cancelled <= day)


@lru_cache(maxsize=16)
def find_covered(company: Company, day: date) -> set[str]:
    covered = set()
    for line in company.rows["contract_lines"]:
        contract = company.contracts[line["contract_id"]]
        if contract["status"] == "draft" or is_cancelled(contract, day) or not line["asset_id"]:
            continue
        begins = [day_of(line["start_date"]) or date.min, day_of(contract["start_date"]) or date.min]
        ends = [day_of(line["end_date"]) or date.max, day_of(contract["end_date"]) or date.max]
        if max(begins) <= day <= min(ends):
            covered.add(line["asset_id"])
    return covered


def serviceable_assets(company: Company, day: date) -> Records:
    rows = company.assets
    return [row for row in rows if row["serviceable"] == "true" and is_active(row, day)]


def coverage(company: Company, question: Question) -> Records:
    covered = find_covered(company, question.as_of)
    assets = serviceable_assets(company, question.as_of)
    return [entry(asset, int(asset["asset_id"] in covered), 1) for asset in assets]


def list_prices(company: Company, day: date) -> dict[tuple[str, str], int]:
    """The price of each product and currency on a day.

    The standard price book goes before others by name; of one book's entries that overlap the latest to begin holds.
    """
    prices: dict[tuple[str, str], tuple[tuple[bool, str, int], int]] = {}
    for row in company.rows["pricebook"]:
        begins = day_of(row["valid_from"]) or date.min
        if begins <= day <= (day_of(row["valid_to"]) or date.max):
            place = (row["pricebook"] != "standard", row["pricebook"], -begins.toordinal())
            candidate = (place, minor_of(row["unit_price"]))
            key = (row["sku"], row["currency"])
            prices[key] = min(prices.get(key, candidate), candidate)
    return {key: price for key, (_, price) in prices.items()}


def own_currencies(company: Company, as_of: date) -> dict[str, str]:
    """In what each account buys: its last order's currency, else that of its last contract line."""
    moments: defaultdict[str, list[tuple[bool, Any, str, str]]] = defaultdict(list)
    for row in company.rows["orders"]:
        at = moment_of(row["ordered_at"])
        if row["currency"] and at is not None and at.date() <= as_of:
            moments[row["account_id"]].append((True, at, row["order_line_id"], row["currency"]))
    for row in company.rows["contract_lines"]:
        at = moment_of(row["booked_at"]) or datetime.min.replace(tzinfo=UTC)
        if row["currency"] and at.date() <= as_of:
            account = company.contracts[row["contract_id"]]["account_id"]
            moments[account].append((False, at, row["contract_line_id"], row["currency"]))
    return {account: max(found)[-1] for account, found in moments.items()}


@lru_cache(maxsize=16)
def value_attach(company: Company, question: Question) -> Records:
    """An asset counts once: in its account's currency, where a service has no price in it in the first that it has."""
    day = question.as_of
    covered = find_covered(company, day)
    prices = list_prices(company, day)
    own = own_currencies(company, day)
    relations = company.files["product_relations"]
    services = relations[relations["type"] == "service"].groupby("core_sku")["attach_sku"].agg(list).to_dict()
    found = []
    for asset in serviceable_assets(company, day):
        dearest: dict[str, int] = {}
        for (sku, currency), price in prices.items():
            if sku in services.get(asset["sku"], []):
                dearest[currency] = max(price, dearest.get(currency, 0))
        if dearest:
            currency = own.get(asset["account_id"], "")
            currency = currency if currency in dearest else min(dearest)
            value = dearest[currency]
            is_covered = asset["asset_id"] in covered
            which = {"asset_id": asset["asset_id"], "account_id": asset["account_id"]}
            found.append(entry(asset, value if is_covered else 0, value, currency=currency, **which))
    return found


# Orders.


def ordered_in(company: Company, question: Question) -> Records:
    return [item for item in order_items(company, question.as_of) if question.holds(item["day"])]


def units_attach(company: Company, question: Question) -> Records:
    return [
        entry(
            item,
            item["units"] if item["kind"] in ATTACHED else 0,
            item["units"] if item["kind"] == "core" else 0,
            **sale_in(item),
        )
        for item in ordered_in(company, question)
    ]


def net_attach(company: Company, question: Question) -> Records:
    """Of a sale of services and goods a cancellation ends the services, a return brings back the goods.

    A sale of one of them is undone by either. A contract that was cancelled ends the services that it was sold with.
    """
    steps: defaultdict[str, list[tuple[str, date]]] = defaultdict(list)
    for event in company.events_by(question.as_of):
        steps[event["offer_id"]].append((event["event"], event["at"].date()))
    contracts: defaultdict[str, list[date]] = defaultdict(list)
    for line in company.rows["contract_lines"]:
        contract = company.contracts[line["contract_id"]]
        cancelled = day_of(contract["cancelled_on"])
        if contract["status"] == "cancelled" and cancelled is not None and cancelled <= question.as_of:
            contracts[line["offer_id"]].append(cancelled)
    sold: defaultdict[str, set[bool]] = defaultdict(set)
    for item in order_items(company, date.max):
        sold[item["offer_id"]].add(item["kind"] == "service")
    found = []
    for item in ordered_in(company, question):
        last = item["day"] + timedelta(days=CANCELLATION_DAYS)
        returned = day_of(item["returned_at"])
        back = 0
        if returned is not None and returned <= min(last, question.as_of):
            quantity = int(item["quantity"])
            back = item["per_line"] * min(quantity, int(item["returned_quantity"] or quantity))
        offer, is_service = item["offer_id"], item["kind"] == "service"
        is_mixed = len(sold[offer]) == 2
        ends = {"reversed"}
        ends |= {"cancelled"} if is_service or not is_mixed else set()
        ends |= {"returned"} if not is_service or not is_mixed else set()
        days = [day for step, day in steps[offer] if step in ends] + (contracts[offer] if is_service else [])
        if offer and any(day <= last for day in days):
            back = item["units"]
        attached = item["units"] - back if item["kind"] in ATTACHED else 0
        core = item["units"] if item["kind"] == "core" else 0
        found.append(entry(item, attached, core, is_beside=item["kind"] in ATTACHED, **sale_in(item)))
    return found


def attach_of(entity: str, *, partners_only: bool = False) -> Callable[..., Groups]:
    """Orders or accounts: those with core, and of these those with something attached too.

    A product's group has those with that core product, a play's and a technician's those whose core they sold;
    whatever is attached to it counts. Any other group, also a period, looks at its own lines alone.
    """

    def count(company: Company, question: Question, by: Sequence[str]) -> Groups:
        items = [item for item in ordered_in(company, question) if item["partner"] or not partners_only]
        others = [name for name in by if name not in (*PRODUCT, *OFFER)]
        attached = {
            (item[entity], *(item[name] for name in others)) for item in items if item["kind"] in ATTACHED
        }
        base: defaultdict[tuple[str | None, ...], set[Any]] = defaultdict(set)
        for item in items:
            if item["kind"] == "core":
                member = (item[entity], *(item[name] for name in others))
                base[tuple(item[name] or None for name in by)].add(member)
        return {group: (len(members & attached), len(members)) for group, members in base.items()}

    return count


def pos_attach(company: Company, question: Question) -> Records:
    installed = {row["asset_id"]: day_of(row["install_date"]) for row in company.assets}
    sold: set[str] = set()
    for item in order_items(company, question.as_of):
        install = installed.get(item["related_asset_id"])
        if item["kind"] in ATTACHED and install and item["day"] <= install + timedelta(days=POS_DAYS):
            sold.add(item["related_asset_id"])
    return [
        entry(item, item["units"] if item["related_asset_id"] in sold else 0, item["units"], **sale_in(item))
        for item in ordered_in(company, question)
        if item["kind"] == "core"
    ]


# Contracts.


@lru_cache(maxsize=16)
def contract_rows(company: Company, as_of: date) -> Records:
    """Contract lines with their own first and last day, value and day of booking."""
    sales = sales_by_offer(company, as_of)
    found = []
    for line in company.lines:
        contract = company.contracts[line["contract_id"]]
        found.append(
            {
                **line,
                "contract": contract,
                "is_out": contract["status"] == "draft" or is_cancelled(contract, as_of),
                "begins": day_of(line["start_date"] or contract["start_date"]),
                "ends": day_of(line["end_date"] or contract["end_date"]),
                "booked": day_of(line["booked_at"]),
                "installed": day_of(line["install_date"]),
                "value": int(line["quantity"] or 1) * minor_of(line["unit_price"]),
                **sales.get(line["offer_id"], NO_OFFER),
            }
        )
    return found


def sold_by(line: dict[str, Any]) -> dict[str, str]:
    """By which play and by whom a line was sold, and how: by an offer, with its machine, or later by other means."""
    sold, installed = line["booked"] or line["begins"], line["installed"]
    channel = "other"
    if sold and installed and sold <= installed + timedelta(days=POS_DAYS):
        channel = "point_of_sale"
    if line["offer_id"]:
        channel = "offer"
    return {"play": line["play"], "technician": line["technician"], "channel": channel}


def renewals(company: Company, question: Question) -> Iterable[tuple[dict[str, Any], Records]]:
    """Each line that ends in the window with its successors; an unknown beginning is an early one."""
    lines = [line for line in contract_rows(company, question.as_of) if not line["is_out"]]
    after: defaultdict[str, Records] = defaultdict(list)
    for line in lines:
        after[line["predecessor_line_id"]].append(line)
    for line in lines:
        if question.holds(line["ends"]):
            latest = line["ends"] + timedelta(days=GRACE_DAYS)
            yield (
                line,
                [
                    other
                    for other in after[line["contract_line_id"]]
                    if other["booked"] is not None
                    and other["booked"] <= question.as_of
                    and (other["begins"] is None or other["begins"] <= latest)
                ],
            )


def renewal_rate(company: Company, question: Question) -> Records:
    return [
        entry(line, int(bool(after)), 1, **sold_by(line), **periods_of(line["ends"]))
        for line, after in renewals(company, question)
    ]


def first_renewal_rate(company: Company, question: Question) -> Records:
    return [
        entry(line, int(bool(after)), 1, **sold_by(line), **periods_of(line["ends"]))
        for line, after in renewals(company, question)
        if not line["predecessor_line_id"]
    ]


def renewal_value(company: Company, question: Question) -> Records:
    """A line without a price or currency has no value, and neither has what succeeds it."""
    found = []
    for line, after in renewals(company, question):
        if line["currency"] and line["unit_price"]:
            value = sum(other["value"] for other in after if other["currency"] == line["currency"])
            periods = periods_of(line["ends"])
            whose = {**sold_by(line), **periods}
            found.append(entry(line, value, line["value"], currency=line["currency"], **whose))
    return found


def cancellation_rate(company: Company, question: Question) -> Records:
    """A line was sold when it was booked, else when it began."""
    found = []
    for line in contract_rows(company, question.as_of):
        sold = line["booked"] or line["begins"]
        if line["contract"]["status"] == "draft" or sold is None or not question.holds(sold):
            continue
        if sold > question.as_of:
            continue
        cancelled = day_of(line["contract"]["cancelled_on"])
        is_undone = (
            line["contract"]["status"] == "cancelled"
            and cancelled is not None
            and cancelled <= min(question.as_of, sold + timedelta(days=CANCELLATION_DAYS))
        )
        found.append(entry(line, int(is_undone), 1, **sold_by(line), **periods_of(sold)))
    return found


# Time.


@lru_cache(maxsize=16)
def time_to_attach(company: Company, question: Question) -> Records:
    """Core assets installed in the window: on which day they were attached, or until when they were without.

    `begins` is the day after installation from which orders are known: a machine that is not seen from the horizon's
    day on, or not at all, is left out.
    `numerator` is 1 for one that was attached, `day` when it was or when it was last seen without. What was retired on
    an unknown day was seen for an unknown time, and is left out.
    """
    first: dict[str, date] = {}
    for item in order_items(company, question.as_of):
        asset = item["related_asset_id"]
        if asset and item["kind"] in ATTACHED:
            first[asset] = min(item["day"], first.get(asset, date.max))
    days = [day for row in company.orders if (day := day_of(row["ordered_at"])) and day <= question.as_of]
    orders_begin = min(days, default=date.max)
    found = []
    for asset in company.assets:
        install = day_of(asset["install_date"])
        if asset["kind"] != "core" or asset["status"] == "competitor" or not question.holds(install):
            continue
        if install > question.as_of:
            continue
        end = question.as_of
        retired = day_of(asset["retired_on"])
        if asset["status"] == "retired":
            if retired is None:
                continue
            end = min(end, retired)
        attached = first.get(asset["asset_id"])
        did_happen = attached is not None and attached <= end
        day = max(0, ((attached if did_happen else end) - install).days)
        begins = max(0, (orders_begin - install).days)
        is_seen = begins <= min(day, HORIZON_DAYS)
        seen = {"begins": begins, "day": day, "is_seen": is_seen}
        found.append(entry(asset, int(did_happen), 1, **seen, **periods_of(install)))
    return found


def kaplan_meier(rows: Records, horizon: int) -> float | None:
    """The share for whom it happened by a day, among those who may still have been without it each day.

    None where nobody was watched for so long.
    """
    survival = 1.0
    for day in sorted({row["day"] for row in rows if row["numerator"] and row["day"] <= horizon}):
        at_risk = sum(row["begins"] <= day <= row["day"] for row in rows)
        happened = sum(row["numerator"] for row in rows if row["day"] == day)
        survival *= 1 - happened / at_risk
    is_known = survival == 0 or any(row["day"] >= horizon for row in rows)
    return 1 - survival if is_known else None


ENTRIES: dict[str, Callable[[Company, Question], Records]] = {
    "coverage": coverage,
    "value_attach": value_attach,
    "units_attach": units_attach,
    "net_attach": net_attach,
    "pos_attach": pos_attach,
    "margin": margin,
    "renewal_rate": renewal_rate,
    "renewal_value": renewal_value,
    "first_renewal_rate": first_renewal_rate,
    "cancellation_rate": cancellation_rate,
    "conversion": conversion,
}
MEMBERS: dict[str, Callable[[Company, Question, Sequence[str]], Groups]] = {
    "order_attach": attach_of("order_id"),
    "account_attach": attach_of("account_id"),
    "partner_attach": attach_of("account_id", partners_only=True),
    "declines": declines,
}


@lru_cache(maxsize=64)
def list_entries(company: Company, metric: str, question: Question) -> Records:
    """Return the entries of a metric; however they are grouped, they are the same."""
    return ENTRIES[metric](company, question)


@lru_cache(maxsize=256)
def count(company: Company, metric: str, question: Question, by: tuple[str, ...]) -> Groups:
    """Return what a metric counts in each group."""
    if metric in MEMBERS:
        return MEMBERS[metric](company, question, by)
    return add_up(list_entries(company, metric, question), by)


def add_up(rows: Records, by: Sequence[str]) -> Groups:
    """Return the sums of each group; a currency joins the group where the entries have several.

    Nothing over nothing is no group, but for what is counted beside: lines without a cost, and the gross of a net.
    """
    names = list(by)
    if len({row.get("currency") for row in rows}) > 1:
        names.append("currency")
    sums: defaultdict[tuple[str | None, ...], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        pair = sums[tuple([row[name] or None for name in names])]
        pair[0] += row["numerator"]
        pair[1] += row["denominator"]
    beside = {
        tuple([row[name] or None for name in names])
        for row in rows
        if row.get("without_cost") or row.get("is_beside")
    }
    return {
        group: (pair[0], pair[1])
        for group, pair in sums.items()
        if pair != [0, 0] or not names or group in beside
    }
