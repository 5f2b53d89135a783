"""The figures of Home as a file: each with interval, trend, target, months and forecast, and what stands beside."""

from collections.abc import Sequence
from datetime import date

from bot.figures.shelf import Shelf
from bot.files.list_tables import tabulate_outlook
from bot.files.lists import ListFile
from bot.files.pace_tables import EXPLAINED, PACE_COLUMNS, tabulate_pace
from bot.files.report_tables import Cell, Table, build_figure_table, major
from bot.files.reports import name_words
from bot.views.figure_home import Kpi, list_known_since
from bot.views.guardrails import name_rail
from offers.guardrails import Guardrail, Level
from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.figures import Figure
from offers.metrics.targets import judge

_HEADER = (
    "figure", "numerator", "denominator", "currency", "rate", "low", "high", "n", "rate before", "from", "to",
    "target", "verdict",
)  # fmt: skip
_BESIDE = (
    "guardrail", "numerator", "denominator", "rate", "numerator before", "denominator before", "rate before",
    "currency", "worse",
)  # fmt: skip


def describe_figures(
    kpis: Sequence[Kpi], beside: Sequence[Guardrail], shelf: Shelf, *, day: date, parts: Sequence[str] = ()
) -> ListFile:
    """Return the figures of a manager's page as a list to be written, with a table of each one's months.

    `parts` are what they are narrowed to, in words.
    """
    tables = {"figures": tabulate_kpis(kpis)}
    for kpi in kpis:
        months = _tabulate_months(kpi)
        if months is not None:
            tables[kpi.title] = months
    tables["beside"] = tabulate_beside(beside)
    funnel = shelf.find("funnel", by=("stage",))
    if funnel is not None:
        tables["funnel"] = build_figure_table(funnel)
    notes: list[tuple[str, Cell]] = [("known", f"{shelf.known_at:%Y-%m-%d %H:%M} UTC")]
    notes += [("only", part) for part in parts]
    notes += [
        (METRIC_TABLE[metric].title, METRIC_TABLE[metric].define(shelf.settings))
        for metric in dict.fromkeys(kpi.now.metric for kpi in kpis)
    ]
    notes += [("before", " ".join(["the ninety days before.", *list_known_since(kpis)]).removesuffix("."))]
    notes += [("targets", EXPLAINED)]
    title = ", ".join(["Attach rate", *parts])
    return ListFile("-".join(["figures", *name_words(parts)]), title, day, tables, notes)


def tabulate_kpis(kpis: Sequence[Kpi]) -> Table:
    """Return a row for each figure, with where its target stands; amounts in major units of their currency."""
    return Table((*_HEADER, *PACE_COLUMNS), [_tabulate(kpi) for kpi in kpis])


def tabulate_beside(rails: Sequence[Guardrail]) -> Table:
    """Return what stands beside the figures, each with where it stood before; "worse" is by more than chance."""
    return Table(
        _BESIDE,
        [
            [
                name_rail(one), *_level(one, one.now), *_level(one, one.before), one.currency,
                "yes" if one.is_worse else "no",
            ]
            for one in rails
        ],
    )  # fmt: skip


def _tabulate(kpi: Kpi) -> list[Cell]:
    total = kpi.now.total
    return [
        kpi.title,
        *_sides(total),
        total.rate,
        total.low,
        total.high,
        total.n,
        kpi.before.total.rate if kpi.before is not None else None,
        kpi.now.date_from,
        kpi.now.date_to or kpi.now.as_of,
        total.target,
        judge(kpi.now.metric, total) if total.target is not None else None,
        *tabulate_pace(kpi.pace),
    ]


def _tabulate_months(kpi: Kpi) -> Table | None:
    """Return a figure's months with its forecast, without one those of its bars; None of one that has neither."""
    if kpi.outlook is not None and kpi.outlook.forecast is not None:
        return tabulate_outlook(kpi.outlook)
    if not kpi.months:
        return None
    rows: list[list[Cell]] = [
        [month.group.get("month"), month.rate, month.low, month.high, *_sides(month)] for month in kpi.months
    ]
    header = ("month", "rate", "low", "high", "numerator", "denominator", "currency")
    is_money = kpi.now.total.currency is not None
    amounts = frozenset({"numerator", "denominator"} if is_money else ())
    return Table(header, rows, amounts=amounts, course=f"{kpi.title} by month")


def _sides(one: Figure) -> tuple[Cell, Cell, Cell]:
    if one.currency is None:
        return one.numerator, one.denominator, None
    return major(one.numerator, one.currency), major(one.denominator, one.currency), one.currency


def _level(one: Guardrail, level: Level) -> tuple[Cell, Cell, Cell]:
    if one.currency is None:
        return level.numerator, level.denominator, level.rate
    return major(level.numerator, one.currency), major(level.denominator, one.currency), level.rate
