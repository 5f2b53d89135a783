"""Quiet hours: when somebody may be written to, the time zones to choose from, and the form."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.demo.workspace.blocks.surfaces import check_view
from bot.figures.hours import Hours, find_zones, is_zone, name_zone
from bot.settings import Settings
from bot.views.quiet import (
    SEARCH,
    Quiet,
    Wishes,
    build_quiet_form,
    build_quiet_saved,
    build_zone_options,
    find_quiet_faults,
    read_wishes,
)

COMPANY = Quiet(18, 8, "UTC")
BERLIN, AUCKLAND = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Auckland")
NAMES = {"UTC": "UTC", "Europe/Berlin": "Berlin (Europe)"}


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of March 2026, whose second is a Monday."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def test_hours_are_those_of_the_time_zone_and_may_go_over_midnight() -> None:
    # Berlin is an hour ahead in winter, two in summer.
    day = Hours(8, 18, BERLIN)
    assert [day.includes(at(2, hour)) for hour in (6, 7, 16, 17)] == [False, True, True, False]
    assert [day.includes(at(30, hour)) for hour in (5, 6, 15, 16)] == [False, True, True, False]
    night = Hours(22, 6)
    assert [night.includes(at(2, hour)) for hour in (21, 22, 0, 5, 6)] == [False, True, True, True, False]
    assert [Hours(0, 24).includes(at(2, hour)) for hour in (0, 23)] == [True, True]
    assert Hours.of_company(Settings()) == Hours(8, 18)


def test_what_comes_in_quiet_hours_waits_until_they_are_over() -> None:
    day = Hours(8, 18, BERLIN)
    assert day.find_next(at(2, 12, 5), on_working_days=True) == at(2, 12, 5)
    assert day.find_next(at(2, 3, 5), on_working_days=True) == at(2, 7)
    # From 17:00 UTC it is evening in Berlin; Friday's waits for Monday where weekends count.
    assert day.find_next(at(6, 17), on_working_days=False) == at(7, 7)
    assert day.find_next(at(6, 17), on_working_days=True) == at(9, 7)
    # The clocks go forward on Sunday the 29th: the next morning comes an hour sooner.
    assert day.find_next(at(28, 20), on_working_days=False) == at(29, 6)


def test_a_weekend_is_where_the_reader_is() -> None:
    # Sunday noon here is one o'clock on Monday in Auckland, thirteen hours ahead; eight o'clock there is 19:00 here.
    assert Hours(8, 18, AUCKLAND).find_next(at(1, 12), on_working_days=True) == at(1, 19)
    # Who is up at night has the first hours of Monday, too.
    assert Hours(22, 6).find_next(at(1, 23), on_working_days=True) == at(2, 0)


def test_time_zones_are_found_by_their_city() -> None:
    assert find_zones("berl", limit=5) == ["Europe/Berlin"]
    assert find_zones("york NEW", limit=5) == ["America/New_York"]
    assert find_zones("rome", limit=5) == ["Europe/Rome"]
    assert len(find_zones("a", limit=25)) == 25
    assert find_zones("utc", limit=5) == ["UTC"]
    assert find_zones("atlantis", limit=5) == []
    assert [is_zone(one) for one in ("Europe/Berlin", "US/Eastern", "../etc/passwd")] == [True, False, False]
    assert [name_zone(one) for one in ("America/New_York", "UTC")] == ["New York (America)", "UTC"]
    assert len(build_zone_options(find_zones("", limit=25), {})) == 25


@pytest.mark.parametrize("has_alerts", [True, False])
def test_the_form_shows_what_is_chosen_and_what_the_company_has_set(has_alerts: bool) -> None:
    own = Wishes(digest=True, alerts=False, quiet=Quiet(20, 7, "Europe/Berlin"))
    for wishes in (own, Wishes(digest=False, alerts=False, quiet=None)):
        view = build_quiet_form(wishes, company=COMPANY, has_alerts=has_alerts, names=NAMES).to_dict()
        assert check_view(view, surface="modal")
        fields = {block["block_id"]: block["element"] for block in view["blocks"]}
        assert len(fields["wanted"]["options"]) == 1 + has_alerts
        assert "18:00 to 08:00, UTC, as your company has set it" in repr(view)
        is_own = wishes.quiet is not None
        chosen = [value["value"] for value in fields["wanted"].get("initial_options", ())]
        assert chosen == (["digest"] if is_own else [])
        assert ("initial_option" in fields["from_hour"]) is is_own
    saved = build_quiet_saved(own, company=COMPANY, has_alerts=has_alerts, names=NAMES).to_dict()
    assert check_view(saved, surface="modal")
    assert "Quiet hours: 20:00 to 07:00, Berlin (Europe)." in repr(saved)
    assert "Sent unasked: My figures, once a week." in repr(saved)


def submit(first: int | None, last: int | None, zone: str | None, *wanted: str) -> dict[str, Any]:
    """The values that Slack sends."""

    def option(value: object) -> dict[str, Any] | None:
        return {"value": str(value)} if value is not None else None

    return {
        "wanted": {"field": {"selected_options": [option(one) for one in wanted]}},
        "from_hour": {"field": {"selected_option": option(first)}},
        "until_hour": {"field": {"selected_option": option(last)}},
        "zone": {SEARCH: {"selected_option": option(zone)}},
    }


def test_hours_come_in_pairs_and_none_of_them_is_the_companys_again() -> None:
    whole = submit(20, 7, "Europe/Berlin", "digest", "alerts")
    assert read_wishes(whole) == Wishes(True, True, Quiet(20, 7, "Europe/Berlin"))
    assert read_wishes(submit(0, 7, None)) == Wishes(False, False, Quiet(0, 7, "UTC"))
    assert read_wishes(submit(None, None, None, "digest")) == Wishes(True, False, None)
    for right in (whole, submit(0, 7, None), submit(None, None, None)):
        assert find_quiet_faults(right) == {}
    assert find_quiet_faults(submit(20, None, None)) == {"until_hour": "Quiet hours take both."}
    assert find_quiet_faults(submit(None, 7, None)) == {"from_hour": "Quiet hours take both."}
    assert list(find_quiet_faults(submit(7, 7, None))) == ["until_hour"]
    assert list(find_quiet_faults(submit(None, None, "Europe/Berlin"))) == ["from_hour"]
