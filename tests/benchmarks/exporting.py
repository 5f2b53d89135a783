"""Lists as files: how long all of a list takes from the query to the bytes, as CSV and as a workbook."""

from collections.abc import Callable
from functools import partial

from sqlmodel import Session

from bot.access import OPERATOR
from bot.clock import utc_now
from bot.database import build_read_scope
from bot.files.conversions import IN_FILE_AT_MOST
from bot.files.list_tables import tabulate_machines, tabulate_renewals
from bot.files.lists import ListFile, build_list_file
from bot.files.report_tables import Table, build_trend_tables
from bot.files.reports import build_csv, build_workbook
from bot.views.conversion_table import tabulate_conversions
from offers.metrics.trend import find_trend
from offers.reporting import find_facts, find_rows, report
from offers.sales.conversions import list_conversions
from offers.steering.renewals import find_renewals_due
from offers.steering.white_space import list_uncovered
from tests.benchmarks.figures import Figure, single
from tests.benchmarks.home import Home
from tests.benchmarks.readings import time_s

_DAYS = 730


def measure_exports(home: Home) -> list[Figure]:
    """Measure the longest lists of the synthetic company; the target is 10 s for 100,000 rows."""
    home.imported()
    engine = home.open_engine()
    figures: list[Figure] = []
    with build_read_scope(engine)() as session:
        for name, tabulate in _LISTS.items():
            for is_workbook in (True, False):
                rows, took_s = time_s(partial(_write, session, name, tabulate, is_workbook=is_workbook))
                figures.append(single(_name(name, rows, is_workbook=is_workbook), "s", took_s))
        for is_workbook in (True, False):
            rows, took_s = time_s(partial(_write_report, session, is_workbook=is_workbook))
            figures.append(single(_name("coverage with rows", rows, is_workbook=is_workbook), "s", took_s))
    engine.dispose()
    return figures


def _name(name: str, rows: int, *, is_workbook: bool) -> str:
    return f"{name}, {rows:,} rows as {'a workbook' if is_workbook else 'CSV'}"


def _write(session: Session, name: str, tabulate: Callable[[Session], Table], *, is_workbook: bool) -> int:
    """Write a list; return how many rows it has."""
    table = tabulate(session)
    build_list_file(ListFile(name, name, utc_now().date(), {name: table}), is_workbook=is_workbook)
    return len(table.rows)


def _write_report(session: Session, *, is_workbook: bool) -> int:
    """Write a figure with the rows behind it; return how many there are."""
    now = utc_now()
    found = report(session, "coverage", now=now)
    entries = find_rows(session, "coverage", now=now)
    facts = find_facts(session, found, entries, now=now)
    if is_workbook:
        trend = find_trend(session, found, now=now)
        build_workbook(found, entries, facts=facts, tables=build_trend_tables(trend))
    else:
        build_csv(found, entries, facts)
    return len(entries)


def _tabulate_uncovered(session: Session) -> Table:
    return tabulate_machines(
        list_uncovered(session, now=utc_now(), reader=OPERATOR, accounts=None, of_each=None)
    )


def _tabulate_renewals(session: Session) -> Table:
    day = utc_now().date()
    return tabulate_renewals(find_renewals_due(session, day=day, days=_DAYS, reader=OPERATOR))


def _tabulate_conversions(session: Session) -> Table:
    return tabulate_conversions(list_conversions(session, reader=OPERATOR, limit=IN_FILE_AT_MOST))


_LISTS = {
    "machines without cover": _tabulate_uncovered,
    "renewals due": _tabulate_renewals,
    "conversions": _tabulate_conversions,
}
