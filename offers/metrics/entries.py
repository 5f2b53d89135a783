"""From a metric's entries to its figures: one way of adding up for all of them.

A metric is a query with one row for each thing that it counts: `entry_id`, `account_id`, `group_0` …, `numerator` and
`denominator`, and by name what belongs beside them. Whatever is shown of the metric comes from these rows: the sums,
the intervals, the rows behind a figure, and what a restatement changed.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, literal, null, select
from sqlalchemy.sql.selectable import Subquery
from sqlmodel import Session

from offers.attach_rate import Group, wilson_interval
from offers.metrics.figures import Counts, Window
from offers.metrics.grouping import Query, group_names
from offers.resampling import bootstrap_interval

Counted = tuple[dict[Group, Counts], Counts | None]
"""The groups and the total; None where the total would add currencies."""


class Interval(StrEnum):
    """How the 95 % interval of a metric is made."""

    WILSON = "Wilson"
    BOOTSTRAP = "bootstrap over accounts"


@dataclass(frozen=True, slots=True)
class Entries:
    """The query of a metric's entries, and how they are added up. `is_money`: amounts, apart by `currency`.

    `is_additive`: whatever the groups, the entries are the same and each is in one group, so that the groups add up to
    the total; of accounts that are counted once in each group they belong to they don't. `differences`: asides that
    are one sum less another, by name. `standing`: asides that make a group one even where nothing is in the rate.
    `may_exceed_one`: the numerator is no part of the denominator. `may_be_negative`: it may be a loss.
    """

    query: Query
    interval: Interval
    asides: tuple[str, ...] = ()
    is_money: bool = False
    is_additive: bool = True
    differences: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    may_exceed_one: bool = False
    may_be_negative: bool = False
    standing: tuple[str, ...] = ()


Selector = Callable[[Session, Window], Entries]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row behind a figure. Amounts are in minor units of `currency`.

    `counts_as` says what it is in the figure where numerator and denominator alone don't.
    """

    entry_id: str
    account_id: str | None
    group: Group
    numerator: int
    denominator: int
    currency: str | None = None
    counts_as: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the row as `attache report --rows --json` prints it."""
        return {
            "id": self.entry_id,
            "account": self.account_id,
            "group": list(self.group),
            "numerator": self.numerator,
            "denominator": self.denominator,
            **({"currency": self.currency} if self.currency is not None else {}),
            **({"counts_as": self.counts_as} if self.counts_as is not None else {}),
        }


def count_entries(session: Session, window: Window, *, select_entries: Selector) -> Counted:
    """Return what a metric counts, by group and in total."""
    entries = select_entries(session, window)
    groups, total = _sum_up(session, entries, window)
    if not entries.is_additive and window.by:
        whole = replace(window, by=())
        total, _ = _sum_up(session, select_entries(session, whole), whole)
    if not window.by:
        total, groups = groups, {}
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


def _sum_up(
    session: Session, entries: Entries, window: Window
) -> tuple[dict[Group, Counts], dict[Group, Counts]]:
    """Return the counts by group, and what the groups are in total; of amounts, each currency apart.

    A currency joins the group where there are several. The second is empty where there are no groups to be totalled.
    """
    listed = entries.query.subquery()
    keys = [listed.c[name] for name in group_names(window.by)]
    if entries.is_money:
        keys.append(listed.c.currency)
    sums = [
        func.coalesce(func.sum(listed.c[name]), 0).label(name)
        for name in ("numerator", "denominator", *entries.asides)
    ]
    has_total = bool(window.by) and entries.is_additive
    if entries.interval is Interval.WILSON:
        rows = session.execute(select(*keys, *sums).group_by(*keys)).all()
        counted = {tuple(row[: len(keys)]): _proportion(entries, row[len(keys) :]) for row in rows}
        parts = [row[len(keys) :] for row in rows]
        total: dict[Group, Counts] = {}
        if parts:
            total[()] = _proportion(entries, [sum(one) for one in zip(*parts, strict=True)])
    else:
        counted, total = _sum_by_account(session, entries, listed, keys, sums, has_total=has_total)
    return _tidy(entries, counted), _tidy(entries, total) if has_total else {}


def _tidy(entries: Entries, counted: dict[Group, Counts]) -> dict[Group, Counts]:
    # A group of entries that all lie outside the figure (as attached units are for a rate of core units) has none.
    counted = {
        key: one
        for key, one in counted.items()
        if one.numerator or one.denominator or one.n or any(one.asides[name] for name in entries.standing)
    }
    return _part_currencies(counted) if entries.is_money else counted


def _proportion(entries: Entries, sums: Sequence[Any]) -> Counts:
    numerator, denominator, *asides = (int(value) for value in sums)
    return Counts(
        numerator,
        denominator,
        wilson_interval(numerator, denominator),
        denominator,
        _name_asides(entries, (numerator, denominator, *asides)),
    )


def _sum_by_account(
    session: Session,
    entries: Entries,
    listed: Subquery,
    keys: Sequence[ColumnElement[Any]],
    sums: Sequence[ColumnElement[Any]],
    *,
    has_total: bool,
) -> tuple[dict[Group, Counts], dict[Group, Counts]]:
    """Return the counts by group and in total, with an interval that resamples accounts.

    The database adds up what accounts share, and goes through the entries once for both.
    """
    labels = [key.label(f"key_{index}") for index, key in enumerate(keys)]
    names = ["numerator", "denominator", *entries.asides]
    accounts = (
        select(*labels, listed.c.account_id, *sums)
        .group_by(*keys, listed.c.account_id)
        .cte("of_accounts")
        .prefix_with("MATERIALIZED")
    )
    columns = [*(accounts.c[label.name] for label in labels), *(accounts.c[name] for name in names)]
    query: Any = select(literal(0).label("is_total"), *columns, func.count()).group_by(*columns)
    if has_total:
        currency = [accounts.c[label.name] for label in labels[len(labels) - entries.is_money :]]
        whole = (
            select(*currency, *(func.sum(accounts.c[name]).label(name) for name in names))
            .group_by(*currency, accounts.c.account_id)
            .subquery()
        )
        shared = [*(whole.c[one.name] for one in currency), *(whole.c[name] for name in names)]
        gaps = [null() for _ in labels[len(currency) :]]
        query = query.union_all(select(literal(1), *gaps, *shared, func.count()).group_by(*shared))
    grouped: tuple[defaultdict[Group, list[tuple[int, ...]]], ...] = (defaultdict(list), defaultdict(list))
    for is_total, *cells in session.execute(query).all():
        first = len(labels) - entries.is_money if is_total else 0
        members = grouped[is_total][tuple(cells[first : len(labels)])]
        members.append(tuple(int(value) for value in cells[len(labels) :]))
    counted, total = ({key: _ratio(entries, rows) for key, rows in side.items()} for side in grouped)
    return counted, total


def _ratio(entries: Entries, members: Iterable[tuple[int, ...]]) -> Counts:
    """Return the ratio of (numerator, denominator, asides…, how many accounts) tuples."""
    listed = list(members)
    totals = [sum(member[index] * member[-1] for member in listed) for index in range(len(listed[0]) - 1)]
    pairs = [((member[0], member[1]), member[-1]) for member in listed]
    return Counts(
        totals[0],
        totals[1],
        bootstrap_interval(pairs, is_share=not (entries.may_exceed_one or entries.may_be_negative)),
        sum(count for (_, denominator), count in pairs if denominator),
        _name_asides(entries, totals),
    )


def _name_asides(entries: Entries, sums: Sequence[int]) -> dict[str, int]:
    named = dict(zip(("numerator", "denominator", *entries.asides), sums, strict=True))
    for name, (whole, part) in entries.differences.items():
        named[name] = named[whole] - named[part]
    return {name: value for name, value in named.items() if name not in ("numerator", "denominator")}


def _part_currencies(counted: dict[Group, Counts]) -> dict[Group, Counts]:
    """Return the counts with their currency; it stays in the group only where there are several of them."""
    currencies = {group[-1] for group in counted}
    return {
        (group if len(currencies) > 1 else group[:-1]): replace(counts, currency=group[-1])
        for group, counts in counted.items()
    }
