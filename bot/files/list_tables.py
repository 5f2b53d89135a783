"""What could be sold or lost, what is to come, what goes together and what was held back, as tables of typed cells."""

from collections.abc import Sequence
from datetime import UTC, date

from bot.files.lists import ListFile
from bot.files.report_tables import Cell, Table, major
from bot.files.reports import name_words
from bot.needs import Need, rank
from bot.views.pace import warn_of_test
from offers.deciding.decision_log import DecisionLine
from offers.deciding.held import HeldBack
from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.figures import MetricSettings
from offers.metrics.outlook import Outlook
from offers.money import Money
from offers.steering.affinity import Affinity
from offers.steering.renewals import RenewalDue
from offers.steering.white_space import Uncovered, WhiteSpace

_AMOUNT = frozenset({"amount"})


def tabulate_accounts(rows: Sequence[WhiteSpace]) -> Table:
    """Return customers with machines that nothing covers."""
    return Table(
        ("account", "customer", "region", "machines", "amount", "currency"),
        [[one.account_id, one.account_name, one.region, one.machines, *_money(one.value)] for one in rows],
        amounts=_AMOUNT,
    )


def tabulate_machines(rows: Sequence[Uncovered]) -> Table:
    """Return machines that nothing covers."""
    return Table(
        ("account", "customer", "region", "asset", "machine", "product", "amount", "currency"),
        [
            [
                one.account_id, one.account_name, one.region, one.asset_id, one.serial_number, one.product_name,
                *_money(one.value),
            ]
            for one in rows
        ],
        amounts=_AMOUNT,
    )  # fmt: skip


def tabulate_renewals(rows: Sequence[RenewalDue]) -> Table:
    """Return contract lines that end with nothing after them."""
    return Table(
        (
            "account", "customer", "asset", "machine", "product", "ends", "notice", "renews itself", "contract",
            "line", "amount", "currency",
        ),
        [
            [
                one.account_id, one.account_name, one.asset_id, one.serial_number, one.product_name, one.ends_on,
                one.notice_date, _yes(one.auto_renew), one.contract_id, one.contract_line_id, *_money(one.value),
            ]
            for one in rows
        ],
        amounts=_AMOUNT,
    )  # fmt: skip


def tabulate_outlook(outlook: Outlook) -> Table:
    """Return a metric's months that are over and those to come with their band.

    Beside those to come stand the mean errors, as shares, of such forecasts and of the naive ones in the tested months.
    """
    currency = next((one.currency for one in outlook.figures if one.currency), None)
    made = outlook.forecast
    rows: list[list[Cell]] = [
        [month, "known", one.rate, None, None, *_counts(one.numerator, one.denominator, one.currency)]
        for month, one in zip(outlook.months, outlook.figures, strict=True)
    ]
    header: tuple[str, ...] = ("month", "kind", "rate", "low", "high", "numerator", "denominator")
    if currency is not None:
        header, rows = (*header, "currency"), [[*row, currency] for row in rows]
    amounts = frozenset({"numerator", "denominator"} if currency is not None else ())
    title = f"{METRIC_TABLE[outlook.metric].title}, forecast{f' in {currency}' if currency else ''}"
    if made is None:
        return Table(header, rows, amounts=amounts, course=title)
    rows = [[*row, None, None] for row in rows]
    rows += [
        [
            month, "forecast", one.rate, one.low, one.high, *_counts(one.numerator, one.denominator, currency),
            *([currency] if currency is not None else []), made.error, made.naive_error,
        ]
        for month, one in zip(outlook.ahead, made.points, strict=True)
    ]  # fmt: skip
    return Table((*header, "mean error", "naive mean error"), rows, amounts=amounts, course=title)


def describe_outlook(
    outlook: Outlook, day: date, settings: MetricSettings, *, parts: Sequence[str] = ()
) -> ListFile:
    """Return an outlook as a list to be written, with how it was made and how far off such forecasts have been.

    Of a figure in several currencies each has a table. `parts` are what it is narrowed to, in words.
    """
    metric = METRIC_TABLE[outlook.metric]
    notes: list[tuple[str, Cell]] = [("metric", outlook.metric), ("definition", metric.define(settings))]
    notes += [("only", part) for part in parts]
    each = {part.currency: part for part in outlook.parts} or {None: outlook}
    for currency, one in each.items():
        notes += [(f"{name}, {currency}" if currency else name, said) for name, said in _describe_method(one)]
    tables = {
        f"forecast {currency}" if currency else "forecast": tabulate_outlook(one)
        for currency, one in each.items()
    }
    name = "-".join([outlook.metric, "forecast", *name_words(parts)])
    title = ", ".join([f"{metric.title}, forecast", *parts])
    return ListFile(name, title, day, tables, notes)


def _describe_method(outlook: Outlook) -> list[tuple[str, Cell]]:
    made = outlook.forecast
    if made is None:
        return [("forecast", "too little history: it takes three months with a base")]
    return [
        ("method", f"{made.method.value}, 95 % band, from {made.months_of_history} complete months"),
        ("mean error, points", _points(made.error)),
        ("of “as last month”, points", _points(made.naive_error)),
        ("months tested", made.tested),
        *([("remark", warning)] if (warning := warn_of_test(made)) else []),
    ]


def tabulate_affinities(rows: Sequence[Affinity]) -> Table:
    """Return pairs of products that customers own together."""
    return Table(
        ("core", "attach", "owners of both", "owners of core", "rate", "times chance", "in the catalogue"),
        [
            [
                one.core_sku, one.attach_sku, one.together, one.owners, one.confidence, one.lift,
                _yes(one.is_related),
            ]
            for one in rows
        ],
    )  # fmt: skip


def tabulate_needs(by: str, needs: Sequence[Need]) -> Table:
    """Return what products lack, a row for each, with a column of amounts for each currency.

    Args:
        by: "family" or "sku".
    """
    currencies = sorted({name for need in needs for name in need.shortcoming.declined_minor})
    amounts = [f"declined {name}" for name in currencies]
    header = (
        by, "declined", *amounts, "reasons", "unanswered", "disliked", "questions", "repeat_failures",
    )  # fmt: skip
    rows: list[list[Cell]] = [
        [
            need.part or "unknown",
            need.shortcoming.declines.total(),
            *(major(need.shortcoming.declined_minor.get(name), name) for name in currencies),
            list_reasons(need),
            need.unanswered,
            need.disliked,
            " | ".join(need.questions),
            need.shortcoming.repeat_failures,
        ]
        for need in needs
    ]
    return Table(header, rows, amounts=frozenset(amounts))


def list_reasons(need: Need) -> str:
    """Return why offers were declined, the most frequent reason first: "no_need 2, not said 1"."""
    return ", ".join(f"{reason or 'not said'} {count}" for reason, count in rank(need.shortcoming.declines))


def tabulate_held(rows: Sequence[HeldBack]) -> Table:
    """Return what restraint held back."""
    return Table(
        ("restraint", "opportunities", "amount", "currency"),
        [[one.restraint, one.opportunities, *_money(Money(one.amount_minor, one.currency))] for one in rows],
        amounts=_AMOUNT,
    )


def tabulate_decisions(rows: Sequence[DecisionLine]) -> Table:
    """Return decisions: what was shown where to whom, or why nothing."""
    return Table(
        ("decided", "customer", "region", "machine", "who", "play", "product", "nothing shown because", "decision"),
        [
            [
                one.decided_at.astimezone(UTC).date(), one.account_name, one.region, one.serial_number,
                one.person_name, one.play, one.product_name, one.held, one.decision_id,
            ]
            for one in rows
        ],
    )  # fmt: skip


def _money(value: Money | None) -> tuple[Cell, Cell]:
    return (None, None) if value is None else (major(value.amount_minor, value.currency), value.currency)


def _counts(numerator: float | None, denominator: float | None, currency: str | None) -> tuple[Cell, Cell]:
    if currency is None:
        return numerator, denominator
    return major(numerator, currency), major(denominator, currency)


def _points(error: float | None) -> Cell:
    return None if error is None else round(100 * error, 2)


def _yes(value: bool | None) -> str | None:
    return None if value is None else "yes" if value else "no"
