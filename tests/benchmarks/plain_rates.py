"""Each metric of a window as a programmer would count it by hand on SQLite, over the same tables and days.

Most count what the metric counts, and a test holds them to it. Of the others the name says what is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, text

_LIVE = """
  SELECT DISTINCT l.asset_id FROM offers_contract_line l
  JOIN offers_contract c ON c.contract_id = l.contract_id AND c.superseded_at IS NULL
  WHERE l.superseded_at IS NULL
    AND (c.status IN ('active', 'expired') OR (c.status = 'cancelled' AND c.cancelled_on > :last))
    AND coalesce(l.start_date, :last) <= :last AND coalesce(c.start_date, :last) <= :last
    AND coalesce(l.end_date, :last) >= :last AND coalesce(c.end_date, :last) >= :last
"""
_MACHINES = """
  FROM offers_asset a JOIN offers_product p ON p.sku = a.sku AND p.superseded_at IS NULL AND p.serviceable
  LEFT JOIN live ON live.asset_id = a.asset_id
"""
_IN_USE = (
    "a.superseded_at IS NULL AND (a.status = 'active' OR (a.status = 'retired' AND a.retired_on > :last))"
)
_COVERAGE = f"""
WITH live AS ({_LIVE}) SELECT count(live.asset_id), count(*) {_MACHINES} WHERE {_IN_USE}
"""
_LEAKAGE = f"""
WITH live AS ({_LIVE}), seen AS (
  SELECT asset_id FROM offers_event WHERE superseded_at IS NULL AND event IN ('surfaced', 'accepted')
    AND play IN ('renewal', 'coverage_gap', 'warranty_end', 'win_back')
    AND occurred_at >= :first AND occurred_at <= :now
  UNION SELECT o.asset_id FROM offers_decision_candidate o JOIN offers_decision d ON d.decision_id = o.decision_id
    WHERE o.is_eligible AND o.play IN ('renewal', 'coverage_gap', 'warranty_end', 'win_back')
    AND d.decided_at >= :first AND d.decided_at <= :now)
SELECT sum(live.asset_id IS NULL AND seen.asset_id IS NULL), count(*) {_MACHINES}
LEFT JOIN seen ON seen.asset_id = a.asset_id
WHERE {_IN_USE} AND EXISTS (SELECT 1 FROM offers_product_relation r
  JOIN offers_pricebook_entry e ON e.sku = r.attach_sku AND e.superseded_at IS NULL
    AND coalesce(e.valid_from, :last) <= :last AND coalesce(e.valid_to, :last) >= :last
  WHERE r.core_sku = a.sku AND r.type = 'service' AND r.superseded_at IS NULL)
"""  # noqa: S608 (our own text)
_ITEMS = """
  FROM offers_order_line o JOIN offers_product p ON p.sku = o.sku AND p.superseded_at IS NULL
  LEFT JOIN offers_bundle_item b ON p.kind = 'bundle' AND b.bundle_sku = o.sku AND b.superseded_at IS NULL
  JOIN offers_product i ON i.sku = coalesce(b.sku, o.sku) AND i.superseded_at IS NULL AND i.kind <> 'bundle'
  WHERE o.superseded_at IS NULL AND o.ordered_at <= :now
"""
_WINDOW = " AND o.ordered_at >= :first"
_UNITS = f"""
SELECT sum((i.kind IN ('attach', 'service')) * o.quantity * coalesce(b.quantity, 1)),
  sum((i.kind = 'core') * o.quantity * coalesce(b.quantity, 1)) {_ITEMS} {_WINDOW}
"""


def _members(column: str, more: str = "") -> str:
    return f"""
SELECT sum(core AND attached), sum(core) FROM (
  SELECT max(i.kind = 'core') AS core, max(i.kind IN ('attach', 'service')) AS attached
  {_ITEMS} {_WINDOW} {more} GROUP BY o.{column})
"""  # noqa: S608 (our own text)


_PRICE = """(SELECT {} FROM offers_pricebook_entry e WHERE e.superseded_at IS NULL AND e.sku = o.sku
  AND e.currency = o.currency AND coalesce(e.valid_from, '') <= date(o.ordered_at)
  AND coalesce(e.valid_to, '9999') >= date(o.ordered_at)
  ORDER BY lower(e.pricebook) <> 'standard', e.pricebook, e.valid_from DESC LIMIT 1)"""
_MARGIN = f"""
SELECT sum(paid - cost), sum(paid) FROM (
  SELECT o.quantity * o.unit_amount_minor AS paid, o.quantity * {_PRICE.format("e.unit_cost_minor")} AS cost
  {_ITEMS} {_WINDOW} AND p.kind IN ('attach', 'service') AND o.unit_amount_minor IS NOT NULL) WHERE cost IS NOT NULL
"""  # noqa: S608 (our own text)
_ENDED = """
  FROM offers_contract_line l JOIN offers_contract c ON c.contract_id = l.contract_id AND c.superseded_at IS NULL
    AND (c.status IN ('active', 'expired') OR (c.status = 'cancelled' AND c.cancelled_on > :last))
  WHERE l.superseded_at IS NULL AND coalesce(l.end_date, c.end_date) BETWEEN :first AND :last
"""
_RENEWED = f"""
SELECT sum(EXISTS (SELECT 1 FROM offers_contract_line n
  JOIN offers_contract d ON d.contract_id = n.contract_id AND d.superseded_at IS NULL
    AND (d.status IN ('active', 'expired') OR (d.status = 'cancelled' AND d.cancelled_on > :last))
  WHERE n.superseded_at IS NULL AND n.predecessor_line_id = l.contract_line_id AND n.booked_at <= :now
    AND coalesce(n.start_date, d.start_date, '') <= date(coalesce(l.end_date, c.end_date), '+30 days'))), count(*)
{_ENDED}
"""  # noqa: S608 (our own text)
_CANCELLED = """
SELECT sum(coalesce(status = 'cancelled' AND cancelled_on <= :last AND cancelled_on <= date(sold, '+90 days'), 0)),
  count(*)
FROM (SELECT c.status, c.cancelled_on, coalesce(date(l.booked_at), l.start_date, c.start_date) AS sold
  FROM offers_contract_line l JOIN offers_contract c ON c.contract_id = l.contract_id AND c.superseded_at IS NULL
  WHERE l.superseded_at IS NULL AND c.status <> 'draft') WHERE sold BETWEEN :first AND :last
"""
_ATTACHED = f"""
WITH first AS (SELECT o.related_asset_id AS asset_id, min(date(o.ordered_at)) AS day {_ITEMS}
  AND i.kind IN ('attach', 'service') AND o.related_asset_id IS NOT NULL GROUP BY o.related_asset_id)
SELECT sum(coalesce(first.day <= seen AND first.day <= date(install_date, '+30 days'), 0)), count(*) FROM (
  SELECT a.asset_id, a.install_date, CASE WHEN a.status = 'retired' THEN min(a.retired_on, :last) ELSE :last END AS seen
  FROM offers_asset a JOIN offers_product p ON p.sku = a.sku AND p.superseded_at IS NULL AND p.kind = 'core'
  WHERE a.superseded_at IS NULL AND a.install_date BETWEEN :first AND :last AND a.status <> 'competitor'
    AND (a.status <> 'retired' OR a.retired_on IS NOT NULL)) AS machine
LEFT JOIN first ON first.asset_id = machine.asset_id
"""  # noqa: S608 (our own text)
_ARMS = f"""
WITH considered AS (SELECT account_id, min(decided_at) AS since FROM offers_decision
  WHERE experiment IS NOT NULL AND decided_at >= :first AND decided_at <= :now GROUP BY account_id)
SELECT sum(EXISTS (SELECT 1 {_ITEMS} AND i.kind IN ('attach', 'service') AND o.account_id = considered.account_id
  AND o.ordered_at >= since AND julianday(date(o.ordered_at)) - julianday(date(since)) <= 90)), count(*) FROM considered
"""  # noqa: S608 (our own text)
_DECLINED = """
SELECT count(*), count(*) FROM offers_event
WHERE superseded_at IS NULL AND event = 'declined' AND occurred_at >= :first AND occurred_at <= :now
"""
_SHOWN = """
SELECT sum(event = 'accepted'), sum(event = 'surfaced') FROM (
  SELECT DISTINCT account_id, asset_id, play, event FROM offers_event
  WHERE superseded_at IS NULL AND event IN ('surfaced', 'accepted') AND occurred_at >= :first AND occurred_at <= :now)
"""


@dataclass(frozen=True, slots=True)
class ByHand:
    """A metric's numerator and denominator in plain SQL. `without` says what it leaves out, "" for nothing."""

    query: str
    counts: str
    without: str = ""

    @property
    def name(self) -> str:
        """Return what a row of the table calls it."""
        return (
            f"{self.counts} by plain SQL, {f'without {self.without}' if self.without else 'the same counts'}"
        )


_OPPORTUNITIES = ByHand(_SHOWN, "opportunities shown and taken", "decisions, reversals, attribution")
BY_HAND: Mapping[str, ByHand] = {
    "coverage": ByHand(_COVERAGE, "covered machines"),
    "value_attach": ByHand(_COVERAGE, "covered machines", "prices and currencies"),
    "leakage": ByHand(_LEAKAGE, "machines that nobody saw", "prices and currencies"),
    "units_attach": ByHand(_UNITS, "units"),
    "net_attach": ByHand(_UNITS, "units", "what came back or was undone"),
    "order_attach": ByHand(_members("order_id"), "orders"),
    "account_attach": ByHand(_members("account_id"), "accounts"),
    "partner_attach": ByHand(_members("account_id", "AND o.partner_id IS NOT NULL"), "partners' accounts"),
    "pos_attach": ByHand(_UNITS, "units", "installations"),
    "margin": ByHand(_MARGIN, "prices and costs of lines", "bundles"),
    "renewal_rate": ByHand(_RENEWED, "lines that end and are followed"),
    "renewal_value": ByHand(_RENEWED, "lines that end and are followed", "their values"),
    "first_renewal_rate": ByHand(
        f"{_RENEWED} AND l.predecessor_line_id IS NULL", "first lines that end and are followed"
    ),
    "cancellation_rate": ByHand(_CANCELLED, "lines sold and cancelled"),
    "conversion": _OPPORTUNITIES,
    "incremental_attach": ByHand(_ARMS, "accounts considered and served"),
    "time_to_attach": ByHand(_ATTACHED, "machines attached in time"),
    "funnel": _OPPORTUNITIES,
    "declines": ByHand(_DECLINED, "declined offers"),
}


def count_by_hand(connection: Connection, query: str, *, first: date, now: datetime) -> tuple[int, int]:
    """Return a query's numerator and denominator from a first day up to an instant in UTC."""
    given = {
        "first": first.isoformat(),
        "last": now.date().isoformat(),
        "now": now.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds"),
    }
    wanted = {name: value for name, value in given.items() if f":{name}" in query}
    found = connection.execute(text(query), wanted).one()
    return int(found[0] or 0), int(found[1] or 0)
