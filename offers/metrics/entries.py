"""From a metric's entries to its figures: one way of adding up for all of them.

A metric is a query with one row for each thing that it counts: `entry_id`, `account_id`, `group_0` …, `numerator` and
`denominator`, and by name what belongs beside them. Whatever is shown of the metric comes from these rows: the sums,
the intervals, the rows behind a figure, and what a restatement changed.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.sql.selectable import Subquery
from sqlmodel import Session

from offers.attach_rate import Group, bootstrap_interval, wilson_interval
from offers.metrics.figures import Counts, Window
from offers.metrics.grouping import Query, group_names

Counted = tuple[dict[Group, Counts], Counts | None]
"""The groups and the total; None where the total would add currencies."""


class Interval(StrEnum):
    """How the 95 % interval of a metric is made."""

    WILSON = "Wilson"
    BOOTSTRAP = "bootstrap over accounts"


@dataclass(frozen=True, slots=True)
class Entries:
    """The query of a metric's entries, and how they are added up. `is_money`: amounts, apart by `currency`."""

    query: Query
    interval: Interval
    asides: tuple[str, ...] = ()
    is_money: bool = False


Selector = Callable[[Session, Window], Entries]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row behind a figure. Amounts are in minor units of `currency`."""

    entry_id: str
    account_id: str | None
    group: Group
    numerator: int
    denominator: int
    currency: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the row as `attache report --rows --json` prints it."""
        return {
            "id": self.entry_id,
            "account": self.account_id,
            "group": list(self.group),
            "numerator": self.numerator,
            "denominator": self.denominator,
            **({"currency": self.currency} if self.currency is not None else {}),
        }


def count_entries(session: Session, window: Window, *, select_entries: Selector) -> Counted:
    """Return what a metric counts, by group and in total."""
    whole = replace(window, by=())
    total = _sum_up(session, select_entries(session, whole), whole)
    groups = _sum_up(session, select_entries(session, window), window) if window.by else {}
    if len(total) > 1:
        return groups or total, None
    nothing = Counts(0, 0, None)
    return groups, next(iter(total.values()), nothing)


def list_entries(
    session: Session, window: Window, *, select_entries: Selector, limit: int | None = None
) -> list[Entry]:
    """Return the rows behind a metric in order of their ids, at most `limit`."""
    entries = select_entries(session, window)
    listed = entries.query.subquery()
    columns = [listed.c.entry_id, listed.c.account_id, listed.c.numerator, listed.c.denominator]
    if entries.is_money:
        columns.append(listed.c.currency)
    names = group_names(window.by)
    query = select(*columns, *(listed.c[name] for name in names)).order_by(listed.c.entry_id).limit(limit)
    return [
        Entry(
            entry_id=row.entry_id,
            account_id=row.account_id,
            group=tuple(getattr(row, name) for name in names),
            numerator=int(row.numerator or 0),
            denominator=int(row.denominator or 0),
            currency=row.currency if entries.is_money else None,
        )
        for row in session.execute(query).all()
    ]


def _sum_up(session: Session, entries: Entries, window: Window) -> dict[Group, Counts]:
    """Return the counts by group; of amounts, apart by currency, which joins the group where there are several."""
    listed = entries.query.subquery()
    keys = [listed.c[name] for name in group_names(window.by)]
    if entries.is_money:
        keys.append(listed.c.currency)
    sums = [
        func.coalesce(func.sum(listed.c[name]), 0) for name in ("numerator", "denominator", *entries.asides)
    ]
    if entries.interval is Interval.WILSON:
        rows = session.execute(select(*keys, *sums).group_by(*keys)).all()
        counted = {_key(row, len(keys)): _proportion(entries, row[len(keys) :]) for row in rows}
    else:
        counted = _sum_by_account(session, entries, listed, keys, sums)
    # A group of entries that all lie outside the figure (as attached units are for a rate of core units) has none.
    counted = {key: one for key, one in counted.items() if one.numerator or one.denominator or one.n}
    return _part_currencies(counted) if entries.is_money else counted


def _key(row: Row[Any], length: int) -> Group:
    return tuple(row[:length])


def _proportion(entries: Entries, sums: Sequence[Any]) -> Counts:
    numerator, denominator, *asides = (int(value) for value in sums)
    return Counts(
        numerator,
        denominator,
        wilson_interval(numerator, denominator),
        denominator,
        dict(zip(entries.asides, asides, strict=True)),
    )


def _sum_by_account(
    session: Session,
    entries: Entries,
    listed: Subquery,
    keys: Sequence[ColumnElement[Any]],
    sums: Sequence[ColumnElement[Any]],
) -> dict[Group, Counts]:
    """Return the counts with an interval that resamples accounts; the database adds up what accounts share."""
    labels = [key.label(f"key_{index}") for index, key in enumerate(keys)]
    names = ["numerator", "denominator", *entries.asides]
    accounts = (
        select(*labels, *(total.label(name) for total, name in zip(sums, names, strict=True)))
        .group_by(*keys, listed.c.account_id)
        .subquery()
    )
    columns = [*(accounts.c[label.name] for label in labels), *(accounts.c[name] for name in names)]
    rows = session.execute(select(*columns, func.count()).group_by(*columns)).all()
    grouped: defaultdict[Group, list[tuple[int, ...]]] = defaultdict(list)
    for row in rows:
        grouped[_key(row, len(keys))].append(tuple(int(value) for value in row[len(keys) :]))
    return {group: _ratio(entries, members) for group, members in grouped.items()}


def _ratio(entries: Entries, members: Iterable[tuple[int, ...]]) -> Counts:
    """Return the ratio of (numerator, denominator, asides…, how many accounts) tuples."""
    listed = list(members)
    totals = [sum(member[index] * member[-1] for member in listed) for index in range(len(listed[0]) - 1)]
    pairs = [((member[0], member[1]), member[-1]) for member in listed]
    return Counts(
        totals[0],
        totals[1],
        bootstrap_interval(pairs),
        sum(count for (_, denominator), count in pairs if denominator),
        dict(zip(entries.asides, totals[2:], strict=True)),
    )


def _part_currencies(counted: dict[Group, Counts]) -> dict[Group, Counts]:
    """Return the counts with their currency; it stays in the group only where there are several of them."""
    currencies = {group[-1] for group in counted}
    return {
        (group if len(currencies) > 1 else group[:-1]): replace(counts, currency=group[-1])
        for group, counts in counted.items()
    }
