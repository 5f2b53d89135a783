"""The hours in which somebody may be written to unasked: the company's, or their own in their own time zone. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import cache
from zoneinfo import available_timezones

from bot.settings import Settings

_SATURDAY = 5
_LOOK_AHEAD_DAYS = 8
# Names such as "US/Eastern", "GMT+0" or "EST" stay in the database of time zones for old programs.
_AREAS = frozenset({
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hours:
    """From one full hour until another in a time zone; over midnight where the first is the later one."""

    from_hour: int
    until_hour: int
    zone: tzinfo = UTC

    @classmethod
    def of_company(cls, settings: Settings) -> "Hours":
        """Return the hours of everybody who has none of their own."""
        return cls(settings.digest_from_hour, settings.digest_until_hour)

    def includes(self, moment: datetime) -> bool:
        """Tell whether the moment lies in these hours."""
        hour = moment.astimezone(self.zone).hour
        if self.from_hour <= self.until_hour:
            return self.from_hour <= hour < self.until_hour
        return hour >= self.from_hour or hour < self.until_hour

    def find_next(self, now: datetime, *, on_working_days: bool) -> datetime:
        """Return the first moment from now on in these hours, now itself when it is one.

        Args:
            on_working_days: Saturdays and Sundays of the time zone are left out.
        """
        return next(
            moment
            for moment in self._list_starts(now)
            if self.includes(moment)
            and not (on_working_days and moment.astimezone(self.zone).weekday() >= _SATURDAY)
        )

    def _list_starts(self, now: datetime) -> Iterator[datetime]:
        """Yield now, and after it each midnight and each start of these hours, in order of time."""
        yield now
        today = now.astimezone(self.zone).date()
        for ahead in range(_LOOK_AHEAD_DAYS):
            for hour in sorted({0, self.from_hour}):
                day = today + timedelta(days=ahead)
                start = datetime.combine(day, time(hour), self.zone).astimezone(UTC)
                if start > now:
                    yield start


def find_zones(text: str, *, limit: int) -> list[str]:
    """Return time zones with every word of the text in their names, those of a city that begins with it first."""
    wanted = " ".join(text.casefold().split())
    found = [
        zone for zone in _list_zones() if all(word in name_zone(zone).casefold() for word in wanted.split())
    ]
    found.sort(key=lambda zone: not name_zone(zone).casefold().startswith(wanted))
    return found[:limit]


def is_zone(zone: str) -> bool:
    """Tell whether there is such a time zone."""
    return zone in _list_zones()


def name_zone(zone: str) -> str:
    """Return a time zone as people read it: "New York (America)"."""
    area, _, city = zone.partition("/")
    return f"{city.replace('_', ' ')} ({area})" if city else zone


@cache
def _list_zones() -> list[str]:
    """Return the time zones by name, UTC first."""
    named = [zone for zone in available_timezones() if zone.partition("/")[0] in _AREAS]
    return ["UTC", *sorted(named, key=name_zone)]
