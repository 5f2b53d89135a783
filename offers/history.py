"""How offers did so far: what ranking learns from.

Counted once by month, so that no call waits for the whole ledger.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlmodel import Session, col, delete

from offers.models import Account, Asset, OfferEvent, PlayTally, Product, TallyState
from offers.playbook.situations import HistoryKey, PlayHistory, PlayRecord
from offers.tables.calendar import utc_month
from offers.tables.versions import Instant, current, version_at
from offers.vocabulary import OfferEventType, Play

_TALLY = "plays"
_LENGTH = timedelta(days=365)
"""What a play did longer ago says little about the next customer."""
_COUNTED = (OfferEventType.SURFACED.value, OfferEventType.ACCEPTED.value, OfferEventType.REVERSED.value)
_SIGN = {OfferEventType.ACCEPTED.value: 1, OfferEventType.REVERSED.value: -1}
"""What an event adds to the acceptances: one that was reversed never was a yes."""
_KNOWN_PLAYS = {play.value for play in Play}


def load_history(session: Session, *, at: datetime, known: Instant) -> PlayHistory:
    """Return how offers did in the year up to the moment.

    For the present that is the tally and the few events since it was made, in whole months; for a moment of the
    past every event of the year that was known then.
    """
    state = session.get(TallyState, _TALLY)
    is_past = known is not None and (
        state is None or state.until_recorded_at is None or known < state.until_recorded_at
    )
    counts: defaultdict[HistoryKey, list[int]] = defaultdict(lambda: [0, 0])
    if state is None or is_past:
        within = (col(OfferEvent.occurred_at) > at - _LENGTH, version_at(OfferEvent, known))
        _add(counts, _count_events(session, at, *within))
        return _history(counts)
    for row in session.execute(
        select(
            col(PlayTally.play),
            col(PlayTally.family),
            col(PlayTally.segment),
            func.sum(col(PlayTally.surfaced)),
            func.sum(col(PlayTally.accepted)),
        )
        .where(col(PlayTally.month) >= f"{at - _LENGTH:%Y-%m}")
        .group_by(col(PlayTally.play), col(PlayTally.family), col(PlayTally.segment))
    ).all():
        play, family, segment, surfaced, accepted = row
        of_key = counts[Play(play), family or None, segment or None]
        of_key[0] += int(surfaced)
        of_key[1] += int(accepted)
    since = (col(OfferEvent.row_id) > state.until_row_id, version_at(OfferEvent, known))
    _add(counts, _count_events(session, at, col(OfferEvent.occurred_at) > at - _LENGTH, *since))
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
    rows = session.execute(_by_month(_count_query(*bounds, current(OfferEvent)))).all()
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


def _count_events(session: Session, at: datetime, *conditions: ColumnElement[bool]) -> Iterable[Any]:
    return session.execute(_count_query(col(OfferEvent.occurred_at) <= at, *conditions)).all()


def _count_query(*conditions: ColumnElement[bool]) -> Any:
    """SQL: events counted by play, family and segment, as the machine and the account are known today."""
    return (
        select(
            col(OfferEvent.play).label("play"),
            col(OfferEvent.event).label("event"),
            col(Product.family).label("family"),
            col(Account.segment).label("segment"),
            func.count().label("events"),
        )
        .select_from(OfferEvent)
        .outerjoin(Asset, and_(col(Asset.asset_id) == col(OfferEvent.asset_id), current(Asset)))
        .outerjoin(Product, and_(col(Product.sku) == col(Asset.sku), current(Product)))
        .outerjoin(Account, and_(col(Account.account_id) == col(OfferEvent.account_id), current(Account)))
        .where(col(OfferEvent.event).in_(_COUNTED), col(OfferEvent.play).in_(_KNOWN_PLAYS), *conditions)
        .group_by(col(OfferEvent.play), col(OfferEvent.event), col(Product.family), col(Account.segment))
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
