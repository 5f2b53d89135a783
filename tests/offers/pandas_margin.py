"""What attached sales left after their cost, from the import files alone."""

from datetime import date

from tests.offers.pandas_company import (
    ATTACHED,
    Company,
    Question,
    Records,
    day_of,
    entry,
    minor_of,
    order_items,
    sale_in,
)


def price_of_day(company: Company, sku: str, currency: str, day: date) -> dict[str, str] | None:
    """The price that counts on a day: the standard book's before others by name, then the latest to begin."""
    holding = [
        row
        for row in company.rows["pricebook"]
        if (row["sku"], row["currency"]) == (sku, currency)
        and (day_of(row["valid_from"]) or date.min) <= day <= (day_of(row["valid_to"]) or date.max)
    ]
    holding.sort(key=lambda row: (row["pricebook"] != "standard", row["pricebook"]))
    best = [row for row in holding if row["pricebook"] == holding[0]["pricebook"]]
    return max(best, key=lambda row: day_of(row["valid_from"]) or date.min, default=None)


def margin(company: Company, question: Question) -> Records:
    """Attached lines with a price and a known cost: what is left, and what was paid.

    A bundle's price is split over its items by their list prices; where one of them has none it can't be split.
    """
    lines: dict[str, Records] = {}
    for item in order_items(company, question.as_of):
        if question.holds(item["day"]) and item["unit_price"] and item["currency"]:
            lines.setdefault(item["order_line_id"], []).append(item)
    bundles = {row["sku"] for row in company.rows["products"] if row["kind"] == "bundle"}
    ordered = {row["order_line_id"]: row for row in company.rows["orders"]}
    found = []
    for line_id, items in lines.items():
        paid = int(ordered[line_id]["quantity"]) * minor_of(ordered[line_id]["unit_price"])
        prices = [price_of_day(company, one["sku"], one["currency"], one["day"]) for one in items]
        listed = [
            one["units"] * minor_of(price["unit_price"]) if price else None
            for one, price in zip(items, prices, strict=True)
        ]
        for item, price, worth in zip(items, prices, listed, strict=True):
            if item["kind"] not in ATTACHED:
                continue
            net: int | None = paid
            if ordered[line_id]["sku"] in bundles:
                weights = [one or 0 for one in listed]
                net = paid * (worth or 0) // sum(weights) if None not in listed and sum(weights) else None
            more = {**sale_in(item), "currency": item["currency"]}
            if net is None or price is None or not price["unit_cost"]:
                found.append(entry(item, 0, 0, without_cost=1, **more))
            else:
                left = net - item["units"] * minor_of(price["unit_cost"])
                found.append(entry(item, left, net, without_cost=0, **more))
    return found
