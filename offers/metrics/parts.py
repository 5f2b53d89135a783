"""One part of a company: the groups and entries of a figure that have given values of its first dimensions."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from offers.attach_rate import Group
from offers.metrics.entries import Entry
from offers.metrics.figures import Counts

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
