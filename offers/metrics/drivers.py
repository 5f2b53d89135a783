"""What moved a figure most: of all splits of it that somebody may see, the group that stands out from chance."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from statistics import NormalDist

from sqlmodel import Session

from offers.metrics.currencies import keep_currency
from offers.metrics.figures import Figure, Report, Scope
from offers.metrics.hindsight import is_unrecorded, read_back
from offers.metrics.movements import Contribution, Movement, compare, find_contributions
from offers.metrics.ranking import PEERS_AT_LEAST
from offers.metrics.recent import DAYS, Viewer, read_ninety_days
from offers.reporting import get_metric

_OF_MANAGERS = ("region", "partner", "family", "technician", "play")
_OF_PARTNERS = ("family", "sku", "technician", "play")
_OF_OTHERS = ("family", "play")
_Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A group's part of a movement, in points, with its own noise and the others'.

    `beyond_share` is what it has beyond its share of what all groups' rates moved: had all moved alike and kept their
    shares of the base, nothing.
    """

    part: Contribution
    beyond_share: float
    noise: float
    noise_of_rest: float
    share: float


def find_movement(
    session: Session,
    metric: str,
    viewer: Viewer,
    *,
    currency: str | None = None,
    after: Report | None = None,
) -> tuple[Movement | None, Contribution | None]:
    """Return how a figure moved against the ninety days before, and the group that moved it most.

    Amounts in several currencies move in one `currency` of them. `after` is the figure where it is read already. Where
    nothing was recorded ninety days ago, what stands on a day is read of both days as it is known now.
    """
    then, now = _days(viewer)
    before = _read(session, metric, viewer, then, currency=currency)
    is_hindsight = is_unrecorded(before)
    if is_hindsight:
        before = _read(session, metric, viewer, then, currency=currency, is_hindsight=True)
    after = after or _read(session, metric, viewer, now, currency=currency)
    movement = compare(before, after, is_hindsight=is_hindsight)
    why = find_driver(session, movement, viewer, currency=currency) if movement is not None else None
    return movement, why


def find_driver(
    session: Session, movement: Movement, viewer: Viewer, *, currency: str | None = None
) -> Contribution | None:
    """Return the group that accounts for most of a movement of the last ninety days; None where none stands out.

    Looked for in every split that the figure has and the viewer may see. A movement within chance has no reason.
    """
    if not movement.is_sure:
        return None
    pairs = [
        tuple(
            _read(
                session,
                movement.metric,
                viewer,
                day,
                split,
                currency=currency,
                is_hindsight=movement.is_hindsight,
            )
            for day in _days(viewer)
        )
        for split in list_splits(movement.metric, viewer)
    ]
    to_peers = Scope.of(viewer.reader).is_external
    return pick_driver(movement, [(before, after) for before, after in pairs], to_peers=to_peers)


def list_splits(metric: str, viewer: Viewer) -> tuple[str, ...]:
    """Return the dimensions by which a reason is looked for, in the order in which equal ones are preferred."""
    scope = Scope.of(viewer.reader)
    names = _OF_PARTNERS if scope.is_external else _OF_OTHERS if scope.person_id is not None else _OF_MANAGERS
    taken = {*(viewer.only or ()), *(("region",) if scope.region is not None else ())}
    return tuple(name for name in names if name in get_metric(metric).dimensions and name not in taken)


def pick_driver(
    movement: Movement, splits: Iterable[tuple[Report, Report]], *, to_peers: bool = False
) -> Contribution | None:
    """Return the group of several splits that has the most of a movement beyond what it had if all moved alike.

    `splits` are the reports of both windows, each pair by one dimension. A group is named where its part goes the
    movement's way by more than chance, at 95 % for all groups together (Bonferroni), and either as surely has more of
    it than if all had moved alike, or the others' part is within chance. What has no name is none;
    nor is a group whose own figure has no interval; `to_peers`: nor a person whose figure rests on fewer than five.
    """
    parts = [one for before, after in splits for one in _list_candidates(before, after)]
    if not parts:
        return None
    strict = NormalDist().inv_cdf(1 - 0.025 / len(parts))
    named = [
        one for one in parts if _is_named(one.part, to_peers=to_peers) and _stands_out(one, movement, strict)
    ]
    sign = 1 if movement.points > 0 else -1
    return max(named, key=lambda one: round(sign * one.beyond_share, 9)).part if named else None


def _stands_out(one: _Candidate, movement: Movement, strict: float) -> bool:
    part = one.part
    if not part.goes_with(movement) or abs(part.points) <= strict * one.noise:
        return False
    is_beyond = one.beyond_share * movement.points > 0 and abs(one.beyond_share) > strict * sqrt(
        ((1 - one.share) * one.noise) ** 2 + (one.share * one.noise_of_rest) ** 2
    )
    return is_beyond or abs(movement.points - part.points) <= _Z * one.noise_of_rest


def _is_named(part: Contribution, *, to_peers: bool) -> bool:
    if None in part.group.values() or not all(map(_has_noise, (part.before, part.after))):
        return False
    if "technician" not in part.group or not to_peers:
        return True
    return all(side.n >= PEERS_AT_LEAST for side in (part.before, part.after) if side is not None)


def _has_noise(row: Figure | None) -> bool:
    """Tell whether a group's noise is known, or it has no base to have any of its own."""
    return row is None or not row.denominator or row.low is not None


def _list_candidates(before: Report, after: Report) -> list[_Candidate]:
    """Return the groups of a split with their noise; none where all of it is one group."""
    parts = find_contributions(before, after)
    if len(parts) < 2:
        return []
    sides = (before.total, after.total)
    middle = sum((side.numerator or 0) / (side.denominator or 1) for side in sides) / 2
    squares = [
        sum(_noise(row, side, middle) for row, side in zip((one.before, one.after), sides, strict=True))
        for one in parts
    ]
    of_rates = sum(one.of_rate for one in parts)
    found = []
    for one, square in zip(parts, squares, strict=True):
        share = sum(_share(row, side) for row, side in zip((one.before, one.after), sides, strict=True)) / 2
        rest = 100 * sqrt(max(0.0, sum(squares) - square))
        found.append(_Candidate(one, one.points - share * of_rates, 100 * sqrt(square), rest, share))
    return found


def _noise(row: Figure | None, total: Figure, middle: float) -> float:
    """Return the variance of what a group adds to one window's rate, above or below the middle rate of the whole.

    Of a share s with rate r it is s² var(r) + s (1 - s) (r - middle)² / n: that of its rate, from its interval, and
    that of how much of the base it is. Units without a base of their own have their part of the whole's.
    """
    if row is None:
        return 0.0
    share, square = _share(row, total), _square(total)
    if row.rate is None or row.low is None or row.high is None:
        return square * (row.numerator or 0) / (total.numerator or 1)
    return share**2 * _square(row) + share * (1 - share) * (row.rate - middle) ** 2 / max(1, total.n)


def _square(row: Figure) -> float:
    """Return the variance of a rate, from the width of its 95 % interval."""
    return ((row.high - row.low) / (2 * _Z)) ** 2 if row.low is not None and row.high is not None else 0.0


def _share(row: Figure | None, total: Figure) -> float:
    return (row.denominator or 0) / (total.denominator or 1) if row is not None else 0.0


def _days(viewer: Viewer) -> Sequence[date]:
    today = viewer.now.date()
    return today - timedelta(days=DAYS), today


def _read(
    session: Session,
    metric: str,
    viewer: Viewer,
    day: date,
    *by: str,
    currency: str | None = None,
    is_hindsight: bool = False,
) -> Report:
    if is_hindsight:
        made = read_back(session, metric, viewer, day - timedelta(days=DAYS - 1), day, by)
    else:
        made = read_ninety_days(session, metric, viewer, last=day, by=by)
    return made if currency is None else keep_currency(made, currency)
