"""The weekly digest: what moved, why, what missed its target, what to do next; when it goes out and to whom."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.figures.digest import compose_digest, is_due, name_week
from bot.figures.hours import Hours
from bot.settings import Settings
from bot.views.digest import Digest, build_digest
from offers.metrics.drivers import find_movement
from offers.metrics.figures import Figure, MetricSettings, Report
from offers.metrics.movements import compare, find_contributions
from offers.metrics.recent import Viewer
from offers.playbook.policy import Policy
from offers.steering.white_space import find_white_space
from tests.offers.company import COMPANY, NOW
from tests.offers.conftest import Store, person
from tests.offers.rows import contract, fill, line, machine, order, price


def fleet(store: Store, folder: Path) -> None:
    """Forty chillers in the North, sold by P-1: all covered until 31 December, ten of them since; a roof unit without.

    So on 1 March ten of 41 are covered, and ninety days before, on 1 December, forty of 41 were.
    """
    machines = [machine(f"M{number}", sold_by_partner_id="P-1") for number in range(40)]
    fill(
        store,
        folder,
        assets=[*machines, machine("ROOF", "ROOF", account_id="A-2")],
        contracts=[contract("OLD", "2025-01-01", "2025-12-31"), contract("NEW", "2026-01-01", "2026-12-31")],
        contract_lines=[
            *(line(f"O{number}", "OLD", asset_id=f"M{number}") for number in range(40)),
            *(line(f"N{number}", "NEW", asset_id=f"M{number}") for number in range(10)),
        ],
        orders=[order("1a", "CHILL", "2026-02-05"), order("1b", "GATE", "2026-02-05")],
        pricebook=COMPANY["pricebook"],
        targets=[{"metric": "coverage", "value": "0.6"}],
    )


def digest_of(store: Store, slack_user_id: str) -> Digest | None:
    with store.scope() as session:
        return compose_digest(
            session, person(session, slack_user_id), now=NOW, settings=MetricSettings(), policy=Policy()
        )


def said(digest: Digest | None) -> str:
    assert digest is not None
    return repr(build_digest(digest).blocks)


def test_a_manager_reads_what_moved_where_and_what_to_do(store: Store, folder: Path) -> None:
    fleet(store, folder)
    digest = digest_of(store, "UMGR")
    text = said(digest)
    # 40/41 = 97.6 % then, 10/41 = 24.4 % now; North lost thirty of 41: 73.2 points.
    assert "Coverage fell from 97.6 % to 24.4 %, most of it in North (-73.2 points)." in text
    assert "Coverage is below its target of 60.0 % by more than noise: 24.4 %" in text
    # Thirty machines at 900 euro.
    assert "Harbour Hotel has 30 machines in use without cover, EUR 27,000 of service at list price" in text
    assert digest is not None
    assert [missed.metric for missed in digest.missed] == ["coverage"]


def test_a_rate_above_its_limit_is_above_it_in_the_digest_as_in_the_alert(store: Store, folder: Path) -> None:
    fill(
        store,
        folder,
        assets=[machine(f"M{number}") for number in range(40)],
        contracts=[
            contract(f"C{number}", "2026-01-01", "2026-12-31", status="cancelled", cancelled_on="2026-02-01")
            if number < 6
            else contract(f"C{number}", "2026-01-01", "2026-12-31")
            for number in range(40)
        ],
        contract_lines=[line(f"L{number}", f"C{number}", asset_id=f"M{number}") for number in range(40)],
        targets=[{"metric": "cancellation_rate", "value": "0.05"}],
    )
    digest = digest_of(store, "UMGR")
    assert digest is not None
    (missed,) = digest.missed
    # 6 of 40 is 15 %; its Wilson interval is 7.1 % to 29.1 %.
    text = "Cancellation is above its target of at most 5.0 % by more than noise: 15.0 %, at least 7.1 %."
    assert missed.metric == "cancellation_rate"
    assert text in said(digest)


def test_white_space_in_two_currencies_is_suggested_in_both(store: Store, folder: Path) -> None:
    pound = {"currency": "GBP", "unit_price": "9.00", "account_id": "A-2"}
    fill(
        store,
        folder,
        assets=[machine("M1"), *(machine(f"R{number}", "ROOF", account_id="A-2") for number in range(2))],
        orders=[order("1a", "CHILL", "2026-02-05"), order("2a", "GATE", "2026-02-05", **pound)],
        pricebook=[price("CARE", "900.00"), price("CARE", "800.00", "GBP")],
    )
    text = said(digest_of(store, "UMGR"))
    # Pounds and euros are not compared: two machines come before one.
    assert "Larkfield Logistics has 2 machines in use without cover, GBP 1,600 of service" in text
    assert "In other currencies, Harbour Hotel has 1 machine, EUR 900." in text


def test_a_movement_without_intervals_is_not_called_chance(store: Store, folder: Path) -> None:
    # One customer: one gateway with two chillers, then two with two. An interval over customers takes eight.
    fill(
        store,
        folder,
        orders=[
            order("1a", "CHILL", "2025-10-05", quantity=2),
            order("1b", "GATE", "2025-10-05"),
            order("2a", "CHILL", "2026-02-05", quantity=2),
            order("2b", "GATE", "2026-02-05", quantity=2),
        ],
    )
    text = said(digest_of(store, "UMGR"))
    assert "*100.0 %*  +50.0 points, chance not known" in text
    assert "+50.0 points, within chance" not in text


def test_each_rate_has_its_interval_or_where_there_is_none_what_it_rests_on(
    store: Store, folder: Path
) -> None:
    fleet(store, folder)
    digest = digest_of(store, "UMGR")
    assert digest is not None
    fields = {
        words[0]: words[1:]
        for block in build_digest(digest).blocks
        for one in block.get("fields", ())
        for words in [one["text"].split("\n")]
    }
    # Wilson of 10 of 41: (.2439 + .0469) / 1.0937 -+ 1.96 / 1.0937 * sqrt(.2439 * .7561 / 41 + .000571) = .1382, .3934.
    assert fields["*Coverage*"] == ["*24.4 %*  -73.2 points", "10 of 41", "13.8 to 39.3 %"]
    # One gateway with one chiller, both one customer's: nothing is known of the spread.
    assert fields["*Units attach*"] == ["*100.0 %*", "1 of 1", "n = 1, too few customers for an interval"]


def test_a_partner_reads_their_own_numbers_and_customers(store: Store, folder: Path) -> None:
    fleet(store, folder)
    text = said(digest_of(store, "UPART1"))
    assert "Nordkälte" in text
    assert "10 of 40" in text
    assert "41" not in text.replace("2026", "")
    assert digest_of(store, "UPART2") is None


def test_a_technician_without_offers_gets_none(store: Store, folder: Path) -> None:
    fleet(store, folder)
    assert digest_of(store, "UTECH") is None


@pytest.mark.parametrize(
    ("moment", "weekday", "due"),
    [
        (datetime(2026, 3, 2, 8, tzinfo=UTC), "monday", True),
        (datetime(2026, 3, 2, 17, 59, tzinfo=UTC), "monday", True),
        (datetime(2026, 3, 2, 7, 59, tzinfo=UTC), "monday", False),
        (datetime(2026, 3, 2, 18, tzinfo=UTC), "monday", False),
        (datetime(2026, 3, 3, 9, tzinfo=UTC), "monday", False),
        (datetime(2026, 3, 3, 9, tzinfo=UTC), "tuesday", True),
        (datetime(2026, 3, 2, 9, tzinfo=UTC), "off", False),
    ],
)
def test_it_goes_out_on_its_day_and_never_at_night(moment: datetime, weekday: str, due: bool) -> None:
    assert is_due(moment, Settings(digest_weekday=weekday)) is due


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        # Auckland is 13 hours ahead in March: 19:00 UTC on Sunday is 08:00 there on Monday.
        (datetime(2026, 3, 1, 18, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 1, 19, tzinfo=UTC), True),
        (datetime(2026, 3, 2, 7, 59, tzinfo=UTC), True),
        (datetime(2026, 3, 2, 8, tzinfo=UTC), False),
    ],
)
def test_who_has_hours_of_their_own_gets_it_on_its_day_where_they_are(moment: datetime, due: bool) -> None:
    # Not quiet from 8:00 to 21:00.
    hours = Hours(8, 21, ZoneInfo("Pacific/Auckland"))
    assert is_due(moment, Settings(), hours) is due
    assert not is_due(moment, Settings(digest_weekday="off"), hours)


def test_a_week_is_named_where_the_reader_is_so_that_one_monday_is_one_week() -> None:
    auckland = Hours(8, 21, ZoneInfo("Pacific/Auckland"))
    # Sunday 1 March is the last day of week 9; in Auckland week 10 has begun, and lasts on when it does here.
    sunday, monday = datetime(2026, 3, 1, 19, tzinfo=UTC), datetime(2026, 3, 2, 7, tzinfo=UTC)
    assert [name_week(sunday, auckland), name_week(monday, auckland)] == ["2026-W10"] * 2
    assert [name_week(sunday), name_week(monday)] == ["2026-W09", "2026-W10"]


def whole(metric: str, total: Figure, *rows: Figure) -> Report:
    return Report(metric, date(2026, 3, 1), None, None, "", rows, total)


def figure(numerator: int, denominator: int, low: float, high: float, **group: str) -> Figure:
    return Figure(group, numerator, denominator, numerator / denominator, low, high, None)


def test_a_movement_is_sure_only_beyond_chance() -> None:
    # 56 of 70 against 48 of 80: Newcombe's interval of the difference is [.0524, .3339].
    then, now = figure(48, 80, 0.49, 0.70), figure(56, 70, 0.69, 0.88)
    moved = compare(whole("conversion", then), whole("conversion", now))
    assert moved is not None
    assert (round(moved.points, 1), moved.is_sure) == (20.0, True)
    few = compare(whole("conversion", figure(4, 8, 0.2, 0.8)), whole("conversion", figure(6, 8, 0.4, 0.9)))
    assert few is not None
    assert not few.is_sure
    ratio = compare(
        whole("units_attach", figure(12, 10, 0.8, 1.5)), whole("units_attach", figure(30, 10, 1.4, 4.0))
    )
    assert ratio is not None
    assert not ratio.is_sure
    nothing = Figure({}, 0, 0, None, None, None, None)
    assert compare(whole("conversion", nothing), whole("conversion", now)) is None


def test_four_to_one_and_two_to_one_of_a_customer_each_is_no_movement_beyond_chance(
    store: Store, folder: Path
) -> None:
    # One customer bought a core unit with three add-ons before, the other one with one now; each time who did not
    # bought an add-on.
    sold = [
        order("1a", "CHILL", "2025-10-05"),
        order("1b", "GATE", "2025-10-05", quantity=3),
        order("2", "GATE", "2025-10-06", account_id="A-2"),
        order("3a", "CHILL", "2026-02-05", account_id="A-2"),
        order("3b", "GATE", "2026-02-05", account_id="A-2"),
        order("4", "GATE", "2026-02-06"),
    ]
    fill(store, folder, orders=sold)
    with store.scope() as session:
        movement, why = find_movement(session, "units_attach", Viewer(NOW, MetricSettings()))
    assert movement is not None
    # 4 with 1 and 2 with 1.
    assert (movement.before.rate, movement.after.rate, round(movement.points)) == (4.0, 2.0, -200)
    assert (movement.before.low, movement.after.high) == (None, None)
    assert (movement.is_sure, why) == (False, None)


def test_contributions_add_up_to_the_movement() -> None:
    before = whole(
        "coverage", figure(50, 100, 0, 1), figure(30, 50, 0, 1, region="N"), figure(20, 50, 0, 1, region="S")
    )
    after = whole(
        "coverage", figure(60, 100, 0, 1), figure(28, 50, 0, 1, region="N"), figure(32, 50, 0, 1, region="S")
    )
    found = find_contributions(before, after)
    assert [(part.group["region"], round(part.points, 6)) for part in found] == [("S", 12.0), ("N", -2.0)]


def test_white_space_is_the_list_price_of_what_nothing_covers(store: Store, folder: Path) -> None:
    fleet(store, folder)
    with store.scope() as session:
        found = find_white_space(session, now=NOW)
        of_partner = find_white_space(session, now=NOW, reader=person(session, "UPART2"))
    assert [(one.account_name, one.machines, one.value.amount_minor) for one in found.accounts] == [
        ("Harbour Hotel", 30, 2_700_000),
        ("Larkfield Logistics", 1, 90_000),
    ]
    assert [(one.accounts, one.machines, one.value.amount_minor) for one in found.totals] == [
        (2, 31, 2_790_000)
    ]
    assert of_partner.accounts == of_partner.totals == ()
