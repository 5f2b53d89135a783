"""A report of amounts in several currencies, one currency at a time: they are never added."""

from dataclasses import replace

from offers.attach_rate import divide
from offers.metrics.figures import Figure, Report

CURRENCY = "currency"


def list_currencies(report: Report) -> list[str]:
    """Return the currencies of a report's figures by name, [] of a report that counts something else."""
    return sorted({row.currency for row in (*report.rows, report.total) if row.currency is not None})


def keep_currency(report: Report, currency: str) -> Report:
    """Return what a report says in one currency, without that in the groups.

    A total that stood for several is that currency's own row, or where there are only groups their sum, which has no
    interval.
    """
    kept = [row for row in report.rows if row.currency == currency]
    rows = [
        replace(row, group={key: value for key, value in row.group.items() if key != CURRENCY})
        for row in kept
    ]
    total = report.total
    if total.currency != currency:
        total = next((row for row in rows if not row.group), None) or _add_up(rows, report.total, currency)
    return replace(report, rows=tuple(row for row in rows if row.group), total=total)


def _add_up(rows: list[Figure], total: Figure, currency: str) -> Figure:
    numerator, denominator = (
        sum(getattr(row, name) or 0 for row in rows) for name in ("numerator", "denominator")
    )
    return Figure(
        total.group,
        numerator,
        denominator,
        divide(numerator, denominator),
        None,
        None,
        total.target,
        n=sum(row.n for row in rows),
        currency=currency,
    )
