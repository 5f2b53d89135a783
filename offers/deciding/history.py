"""How offers did so far: what ranking learns from.

Counted once by month, so that no call waits for the whole ledger.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, bindparam, func, select
from sqlmodel import Session, col, delete

from offers.models import Account, Asset, OfferEvent, PlayTally, Product, TallyState
from offers.playbook.track_record import HistoryKey, PlayHistory, PlayRecord
from offers.tables.calendar import utc_month
from offers.tables.columns import UtcDateTime
from offers.tables.versions import Instant, current, read_rows, table_of, version_bound
from offers.vocabulary import OfferEventType, Play

_TALLY = "plays"
_LENGTH = timedelta(days=365)
"""What a play did longer ago says little about the next customer."""
_COUNTED = (OfferEventType.SURFACED.value, OfferEventType.ACCEPTED.value, OfferEventType.REVERSED.value)
_SIGN = {OfferEventType.ACCEPTED.value: 1, OfferEventType.REVERSED.value: -1}
"""What an event adds to the acceptances: one that was reversed never was a yes."""
_KNOWN_PLAYS = [play.value for play in Play]


def load_history(session: Session, *, at: datetime, known: Instant) -> PlayHistory:
    """Return how offers did in the year up to the moment.

    For the present that is the tally and the few events since it was made, in whole months; for a moment of the
    past every event of the year that was known then.
    """
    state = next(iter(read_rows(session, _state, None, name=_TALLY)), None)
    is_past = known is not None and (
        state is None or state.until_recorded_at is None or known < state.until_recorded_at
    )
    counts: defaultdict[HistoryKey, list[int]] = defaultdict(lambda: [0, 0])
    bound = {"at": at, "since": at - _LENGTH}
    if state is None or is_past:
        _add(counts, read_rows(session, _of_year, known, **bound))
        return _history(counts)
    for row in read_rows(session, _tallied, None, month=f"{at - _LENGTH:%Y-%m}"):
        of_key = counts[Play(row.play), row.family or None, row.segment or None]
        of_key[0] += int(row.surfaced)
        of_key[1] += int(row.accepted)
    _add(counts, read_rows(session, _of_year_beyond, known, **bound, until_row_id=state.until_row_id))
    return _history(counts)


def tally_plays(session: Session, *, anew: bool = False) -> int:
    """Bring the tally up to date with the ledger; returns how many events were added to it.

    An event written by a transaction that ends late may be left out until the tally is made anew, as an import
    of history does: ranking learns from it, no figure is reported from it.
    """
    state = session.get(TallyState, _TALLY, with_for_update=True) or TallyState(name=_TALLY)
    if anew:
        session.exec(delete(PlayTally))
        state.until_row_id, state.until_recorded_at = 0, None
    last, recorded_at = session.execute(
        select(func.max(col(OfferEvent.row_id)), func.max(col(OfferEvent.recorded_at))).where(
            col(OfferEvent.row_id) > state.until_row_id
        )
    ).one()
    if last is None:
        return 0
    bounds = (col(OfferEvent.row_id) > state.until_row_id, col(OfferEvent.row_id) <= last)
    counted = _count_query(table_of(OfferEvent), *bounds, current(OfferEvent))
    rows = session.execute(_by_month(counted)).all()
    for row in rows:
        _add_to_tally(session, row)
    state.until_row_id = last
    state.until_recorded_at = max(filter(None, (state.until_recorded_at, recorded_at)))
    session.add(state)
    session.flush()
    return sum(row.events for row in rows)


def _add_to_tally(session: Session, row: Any) -> None:
    key = (row.month, row.play, row.family or "", row.segment or "")
    tally = session.execute(
        select(PlayTally).where(
            col(PlayTally.month) == key[0],
            col(PlayTally.play) == key[1],
            col(PlayTally.family) == key[2],
            col(PlayTally.segment) == key[3],
        )
    ).scalar_one_or_none() or PlayTally(month=key[0], play=key[1], family=key[2], segment=key[3])
    if row.event == OfferEventType.SURFACED.value:
        tally.surfaced += row.events
    else:
        tally.accepted += _SIGN[row.event] * row.events
    session.add(tally)
    session.flush()


@cache
def _state(_is_past: bool) -> Select[Any]:
    c = table_of(TallyState).c
    return select(c.until_row_id, c.until_recorded_at).where(c.name == bindparam("name"))


@cache
def _tallied(_is_past: bool) -> Select[Any]:
    c = table_of(PlayTally).c
    shown, taken = func.sum(c.surfaced).label("surfaced"), func.sum(c.accepted).label("accepted")
    return (
        select(c.play, c.family, c.segment, shown, taken)
        .where(c.month >= bindparam("month"))
        .group_by(c.play, c.family, c.segment)
    )


@cache
def _of_year(is_past: bool) -> Select[Any]:
    return _within_year(table_of(OfferEvent), is_past)


@cache
def _of_year_beyond(is_past: bool) -> Select[Any]:
    # The last few rows by their number, before anything else: by any other index the whole year would be walked.
    event = table_of(OfferEvent)
    latest = select(event).where(event.c.row_id > bindparam("until_row_id"))
    return _within_year(latest.cte("latest").prefix_with("MATERIALIZED"), is_past)


def _within_year(events: FromClause, is_past: bool) -> Select[Any]:
    since, until = bindparam("since", type_=UtcDateTime), bindparam("at", type_=UtcDateTime)
    occurred_at = events.c.occurred_at
    is_known = version_bound(events, is_past=is_past)
    return _count_query(events, occurred_at > since, occurred_at <= until, is_known)


def _count_query(events: FromClause, *conditions: ColumnElement[bool]) -> Select[Any]:
    """SQL: events of the ledger counted by play, family and segment, as machine and account are known today."""
    event = events.c
    return (
        select(
            event.play.label("play"),
            event.event.label("event"),
            col(Product.family).label("family"),
            col(Account.segment).label("segment"),
            func.count().label("events"),
        )
        .select_from(events)
        .outerjoin(Asset, and_(col(Asset.asset_id) == event.asset_id, current(Asset)))
        .outerjoin(Product, and_(col(Product.sku) == col(Asset.sku), current(Product)))
        .outerjoin(Account, and_(col(Account.account_id) == event.account_id, current(Account)))
        .where(event.event.in_(_COUNTED), event.play.in_(_KNOWN_PLAYS), *conditions)
        .group_by(event.play, event.event, col(Product.family), col(Account.segment))
    )


def _by_month(query: Any) -> Any:
    month = utc_month(col(OfferEvent.occurred_at))
    return query.add_columns(month.label("month")).group_by(month)


def _add(counts: defaultdict[HistoryKey, list[int]], rows: Iterable[Any]) -> None:
    for row in rows:
        of_key = counts[Play(row.play), row.family, row.segment]
        if row.event == OfferEventType.SURFACED.value:
            of_key[0] += row.events
        else:
            of_key[1] += _SIGN[row.event] * row.events


def _history(counts: defaultdict[HistoryKey, list[int]]) -> PlayHistory:
    return PlayHistory({key: PlayRecord(shown, taken) for key, (shown, taken) in counts.items()})
