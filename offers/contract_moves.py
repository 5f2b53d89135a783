"""Contracts that were cancelled or renewed in a period: by the day on which that happened, whenever they were sold."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func

from offers.attach_rate import Group
from offers.installed_base.coverage import is_in_force
from offers.metrics.figures import MetricSettings, Window
from offers.metrics.grouping import Query, falls_in, group_names, name_periods, occurred_in
from offers.metrics.renewals import end_of_line, select_contract_lines, value_of_line
from offers.metrics.targets import group_of
from offers.models import ContractLine, ServiceContract
from offers.money import Money
from offers.people import PersonFacts
from offers.reporting import open_window, require_seen
from offers.tables.calendar import day_number
from offers.tables.versions import known_at
from offers.vocabulary import ContractStatus


class Move(StrEnum):
    """What happened to a contract."""

    CANCELLED = "cancelled"
    RENEWED = "renewed"


MOVES: Mapping[str, Move] = {
    "cancellation_rate": Move.CANCELLED,
    "renewal_rate": Move.RENEWED,
    "first_renewal_rate": Move.RENEWED,
}
"""What happened in the metrics that are rates of it."""

_DEFINITIONS = {
    Move.CANCELLED: "Contracts whose day of cancelling lies in the period, whenever they were sold, as known on the "
    "as-of day. Value: of their lines.",
    Move.RENEWED: "Contracts of which a line got a successor that was booked in the period and starts no later than "
    "{grace_days} days after the end, whenever they end, as known on the as-of day; drafts and what is cancelled by "
    "then are neither. Value: of the successors.",
}


@dataclass(frozen=True, slots=True)
class ContractMove:
    """A contract, the first day on which it happened, how many of its lines were moved, and their values by currency.

    `groups` are those that its lines are in.
    """

    contract_id: str
    account_id: str | None
    day: date
    lines: int
    values: tuple[Money, ...]
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class ContractMoves:
    """The contracts that moved from `first_day` (None: the beginning of the records) to `last_day`, latest first."""

    move: Move
    first_day: date | None
    last_day: date
    as_of: date
    definition: str
    contracts: tuple[ContractMove, ...]
    only: Mapping[str, str]
    by: tuple[str, ...] = ()

    @property
    def customers(self) -> int:
        """How many customers' contracts they are."""
        return len({one.account_id for one in self.contracts if one.account_id is not None})


def find_moves(
    session: Session,
    metric: str,
    *,
    now: datetime,
    settings: MetricSettings,
    only: Mapping[str, str] | None = None,
    by: Sequence[str] = (),
    among: Sequence[str] = (),
    reader: PersonFacts | None = None,
    **options: Any,
) -> ContractMoves:
    """Return the contracts that were cancelled or renewed, as the metric is a rate of one or the other.

    The options are those of `offers.reporting.report`; `among` keeps these values of the first dimension of `by`.

    Raises the errors of `offers.reporting.report`.
    """
    kept = dict(only or {})
    by = tuple(name for name in dict.fromkeys(by) if name not in kept)
    window = open_window(metric, by=(*kept, *by), now=now, reader=reader, settings=settings, **options)
    require_seen(metric, reader, kept)
    move = MOVES[metric]
    query = _select_cancelled(window) if move is Move.CANCELLED else _select_renewed(window)
    values = tuple(kept.values())
    rows = [
        row
        for row in session.execute(query).all()
        if (group := _group(row, window))[: len(values)] == values
        and (not among or group[len(values)] in among)
    ]
    return ContractMoves(
        move=move,
        first_day=window.first_day,
        last_day=window.last_day,
        as_of=window.day,
        definition=_DEFINITIONS[move].format(grace_days=settings.grace_days),
        contracts=_sum_up(rows, window, skip=len(values)),
        only={**{name: value for name, value in group_of(window.scope).items() if value is not None}, **kept},
        by=by,
    )


def _select_cancelled(window: Window) -> Query:
    """SQL: the lines of contracts that were cancelled in the window, and those contracts without a line."""
    day = col(ServiceContract.cancelled_on)
    query = select_contract_lines(window, periods=name_periods(day), is_whole=True)
    return query.where(
        col(ServiceContract.status) == ContractStatus.CANCELLED.value,
        day <= window.day,
        *falls_in(day, window),
    ).add_columns(
        col(ServiceContract.contract_id).label("contract_id"),
        day.label("day"),
        value_of_line(ContractLine).label("amount"),
        col(ContractLine.currency).label("currency"),
    )


def _select_renewed(window: Window) -> Query:
    """SQL: the lines of which a successor was booked in the window, once for each successor."""
    line, contract = aliased(ContractLine, name="next_line"), aliased(ServiceContract, name="next_contract")
    booked: Any = col(line.booked_at)
    start = func.coalesce(col(line.start_date), col(contract.start_date))
    in_grace = (
        day_number(start) - day_number(end_of_line(ContractLine, ServiceContract))
        <= window.settings.grace_days
    )
    return (
        select_contract_lines(window, periods=name_periods(booked))
        .join(
            line,
            and_(
                col(line.predecessor_line_id) == col(ContractLine.contract_line_id),
                known_at(line, window.known),
            ),
        )
        .join(
            contract,
            and_(col(contract.contract_id) == col(line.contract_id), known_at(contract, window.known)),
        )
        .where(
            is_in_force(ServiceContract, window.day),
            is_in_force(contract, window.day),
            *occurred_in(booked, window),
            or_(start.is_(None), in_grace),
        )
        .add_columns(
            col(ServiceContract.contract_id).label("contract_id"),
            booked.label("day"),
            value_of_line(line).label("amount"),
            col(line.currency).label("currency"),
        )
    )


def _group(row: Any, window: Window) -> Group:
    return tuple(getattr(row, name) for name in group_names(window.by))


def _sum_up(rows: Iterable[Any], window: Window, *, skip: int) -> tuple[ContractMove, ...]:
    """Return the contracts of the rows, the latest first; of their groups those behind the first `skip` values."""
    of_each: defaultdict[str, list[Any]] = defaultdict(list)
    for row in rows:
        of_each[row.contract_id].append(row)
    moves = []
    for contract_id, members in of_each.items():
        amounts: defaultdict[str, int] = defaultdict(int)
        for row in members:
            if row.amount is not None and row.currency is not None:
                amounts[row.currency] += row.amount
        moves.append(
            ContractMove(
                contract_id,
                members[0].account_id,
                min(_day_of(row.day) for row in members),
                len({row.entry_id for row in members if row.entry_id is not None}),
                tuple(Money(amount, currency) for currency, amount in sorted(amounts.items())),
                tuple(dict.fromkeys(_group(row, window)[skip:] for row in members)),
            )
        )
    return tuple(sorted(moves, key=lambda one: (-one.day.toordinal(), one.contract_id)))


def _day_of(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
