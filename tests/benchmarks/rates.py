"""The attach rate over a million machines: each metric made from nothing, and Home's figures as they are kept."""

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import text

from bot.access import OPERATOR
from bot.database import build_read_scope, build_session_scope
from bot.figures.book import FigureBook
from offers.metrics.figures import MetricSettings
from offers.reporting import METRIC_TABLE, report
from tests.benchmarks.base_home import Base, sqlite_base
from tests.benchmarks.company_events import LONG_STANDING
from tests.benchmarks.figures import Figure, Peer
from tests.benchmarks.home import Home
from tests.benchmarks.readings import Readings, time_each_ms

_REPEATS = 3
_DAYS = 90
# What each metric has to read at least, written by hand: the same table, the same days.
_ASSETS = "SELECT count(*) FROM offers_asset WHERE superseded_at IS NULL AND status = 'active'"
_COVERED = (
    "SELECT count(*), sum(EXISTS (SELECT 1 FROM offers_contract_line l JOIN offers_contract c"
    " ON c.contract_id = l.contract_id AND c.superseded_at IS NULL WHERE l.asset_id = a.asset_id"
    " AND l.superseded_at IS NULL AND c.status IN ('active', 'expired')"
    " AND coalesce(l.start_date, c.start_date) <= :last AND coalesce(l.end_date, c.end_date) >= :last))"
    " FROM offers_asset a WHERE a.superseded_at IS NULL AND a.status = 'active'"
)
_ORDERS = (
    "SELECT p.kind, sum(o.quantity) FROM offers_order_line o JOIN offers_product p ON p.sku = o.sku"
    " AND p.superseded_at IS NULL WHERE o.superseded_at IS NULL AND o.ordered_at >= :first"
    " AND o.ordered_at < :after GROUP BY p.kind"
)
_LINES = (
    "SELECT count(*), sum(EXISTS (SELECT 1 FROM offers_contract_line n WHERE n.superseded_at IS NULL"
    " AND n.predecessor_line_id = l.contract_line_id)) FROM offers_contract_line l JOIN offers_contract c"
    " ON c.contract_id = l.contract_id AND c.superseded_at IS NULL WHERE l.superseded_at IS NULL"
    " AND coalesce(l.end_date, c.end_date) BETWEEN :first AND :last"
)
_EVENTS = (
    "SELECT event, count(*) FROM (SELECT DISTINCT account_id, asset_id, play, event FROM offers_event"
    " WHERE superseded_at IS NULL AND event IN ('surfaced', 'accepted') AND occurred_at >= :first"
    " AND occurred_at < :after) GROUP BY event"
)
_BY_HAND = {
    **dict.fromkeys(("coverage", "value_attach"), ("covered machines, counted by plain SQL", _COVERED)),
    **dict.fromkeys(
        ("units_attach", "net_attach", "order_attach", "account_attach", "partner_attach", "pos_attach"),
        ("units by kind, summed by plain SQL", _ORDERS),
    ),
    **dict.fromkeys(
        ("renewal_rate", "renewal_value", "first_renewal_rate", "cancellation_rate"),
        ("lines that end and have a successor, by plain SQL", _LINES),
    ),
    **dict.fromkeys(
        ("conversion", "funnel", "declines"), ("opportunities by kind of event, by plain SQL", _EVENTS)
    ),
}


def measure_rates(home: Home) -> list[Figure]:
    """Return the figures on SQLite; metrics that share a reading share its peer."""
    with sqlite_base(home.cache, assets=home.scale.base, shape=LONG_STANDING) as base:
        return [*_scratch_figures(base), *_kept_figures(base)]


def _scratch_figures(base: Base) -> list[Figure]:
    read_scope = build_read_scope(base.engine)
    day = base.now.date()
    first = day - timedelta(days=_DAYS - 1)
    peers: dict[str, Peer] = {}

    def run(metric: str) -> Callable[[int], None]:
        is_windowed = METRIC_TABLE[metric].is_windowed

        def call(_: int) -> None:
            with read_scope() as session:
                report(
                    session,
                    metric,
                    date_from=first if is_windowed else None,
                    date_to=day if is_windowed else None,
                    now=base.now,
                )

        return call

    figures = []
    for metric in METRIC_TABLE:
        name, query = _BY_HAND.get(metric, ("machines in use, counted by plain SQL", _ASSETS))
        if query not in peers:
            peers[query] = Peer(name, _time_by_hand(base, query, first, day))
        readings = time_each_ms(run(metric), range(_REPEATS))
        figures.append(Figure(f"{base.name}: {metric} from nothing", "ms", readings, peers[query]))
    return figures


def _time_by_hand(base: Base, query: str, first: date, last: date) -> Readings:
    bounds = {"first": first, "last": last, "after": last + timedelta(days=1)}
    wanted = {name: value for name, value in bounds.items() if f":{name}" in query}

    def call(_: int) -> None:
        with base.engine.connect() as connection:
            connection.execute(text(query), wanted).all()

    return time_each_ms(call, range(_REPEATS))


def _kept_figures(base: Base) -> list[Figure]:
    """Return what opening Home costs for its figures: made once, then read as they are kept."""
    read_scope, session_scope = build_read_scope(base.engine), build_session_scope(base.engine)
    book = FigureBook(read_scope, session_scope, clock=lambda: base.now, settings=MetricSettings())

    def look(_: int) -> None:
        book.look(OPERATOR)

    def make(_: int) -> None:
        book.look(OPERATOR)
        book.refresh()

    made = time_each_ms(make, range(1))
    peer = Peer("the same made from nothing", made)
    return [Figure(f"{base.name}: all figures of Home, kept", "ms", time_each_ms(look, range(20)), peer)]
