"""One part of a company: the groups and entries of a figure that have given values of its first dimensions."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from sqlmodel import Session

from offers.attach_rate import Group, wilson_interval
from offers.metrics.entries import Counted, Entry
from offers.metrics.figures import Counts, Window

NO_COUNTS = Counts(0, 0, None)


def keep_groups(groups: Mapping[Group, Counts], values: Group) -> dict[Group, Counts]:
    """Return the groups that begin with the values, without them."""
    return {key[len(values) :]: one for key, one in groups.items() if key[: len(values)] == values}


def keep_entries(entries: Iterable[Entry], values: Group) -> list[Entry]:
    """Return the entries whose groups begin with the values, without them."""
    if not values:
        return list(entries)
    return [
        replace(one, group=one.group[len(values) :]) for one in entries if one.group[: len(values)] == values
    ]


def find_total(groups: Mapping[Group, Counts], values: Group) -> Counts | None:
    """Return what the part has in all, from groups by its own dimensions; None where it has several currencies."""
    parts = list(keep_groups(groups, values).values())
    return None if len(parts) > 1 else next(iter(parts), NO_COUNTS)


def count_base(
    session: Session,
    window: Window,
    kept: Mapping[str, str],
    *,
    count: Callable[[Session, Window], Counted],
    shared_by: str,
) -> int:
    """Return what a share of everything is a share of in a part: all that is counted there.

    What it is `shared_by` (the reason of a "No") makes no part: one reason is still a share of all of them.
    """
    parts = {name: value for name, value in kept.items() if name != shared_by}
    groups, total = count(session, replace(window, by=tuple(parts)))
    found = find_total(groups, tuple(parts.values())) if parts else total
    return found.numerator if found is not None else 0


def rebase(counts: Counts, base: int) -> Counts:
    """Return the same number as a share of another base."""
    return replace(counts, denominator=base, interval=wilson_interval(counts.numerator, base), n=base)


def without_share(counts: Counts) -> Counts:
    """Return all of something: it is a share of nothing else, and has no interval."""
    return replace(counts, interval=None)
