"""Targets of the company and of its parts: whose they are, how far they are, and the same wherever they are shown."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.access import OPERATOR
from bot.figures.book import FigureBook
from bot.figures.shelf import build_home_figures
from bot.views.course import outline_progress
from bot.views.pace import describe_progress
from offers.metrics.figures import MetricSettings
from offers.metrics.pacing import find_progress, find_progress_of
from offers.metrics.progress import Standing
from offers.metrics.targets import judge, period_of
from offers.models import Target
from offers.reporting import report
from tests.offers.company import COMPANY, NOW
from tests.offers.conftest import Store, person
from tests.offers.rows import contract, fill, line, machine, order, run

SETTINGS = MetricSettings()
OF_2026 = {"valid_from": "2026-01-01", "valid_to": "2026-12-31"}


def year(store: Store, folder: Path) -> None:
    """On 1 March 2026, the 60th day of the year: 30 core units and 12 attached, of them 10 and 9 in the South.

    Four of five machines are covered until 30 June; one of those contracts was followed up already.
    """
    machines = [machine(f"M{number}", sold_by_partner_id="P-1") for number in range(5)]
    fill(
        store,
        folder,
        assets=machines,
        contracts=[
            contract("C", "2025-07-01", "2026-06-30"),
            contract("N", "2026-07-01", "2027-06-30"),
        ],
        contract_lines=[
            *(line(f"L{number}", "C", asset_id=f"M{number}") for number in range(4)),
            line("L5", "N", asset_id="M0", predecessor_line_id="L0", booked_at="2026-02-01T00:00:00Z"),
        ],
        orders=[
            order("1a", "CHILL", "2026-01-05", quantity=20),
            order("1b", "GATE", "2026-01-05", quantity=3),
            order("2a", "ROOF", "2026-02-05", quantity=10, account_id="A-2"),
            order("2b", "GATE", "2026-02-05", quantity=9, account_id="A-2"),
        ],
        pricebook=COMPANY["pricebook"],
        targets=[
            {"metric": "units_attach", "value": "0.5", **OF_2026},
            {"metric": "units_attach", "value": "0.8", "region": "South", **OF_2026},
            {"metric": "coverage", "value": "1", **OF_2026},
            {"metric": "renewal_rate", "value": "0.75", **OF_2026},
            {"metric": "cancellation_rate", "value": "0.05", **OF_2026},
        ],
    )


def test_the_base_goes_on_as_it_did_and_the_rest_is_what_is_missing(store: Store, folder: Path) -> None:
    year(store, folder)
    with store.scope() as session:
        found = find_progress(session, "units_attach", now=NOW)
    assert found is not None
    # 30 in 60 days are 152.5 in the 305 to come. Half of 182.5 are 91.25; 12 are there: 80 more, (91.25 - 12) / 152.5.
    assert (found.numerator, found.denominator, found.base_to_come) == (12, 30, pytest.approx(152.5))
    assert (found.needed, found.required) == (80, pytest.approx(79.25 / 152.5))
    # 3 of 20 in January and 9 of 10 in February: the best month had 90 %.
    assert (found.best, found.best_month, found.standing) == (0.9, "2026-02", Standing.OPEN)
    assert describe_progress("units_attach", found) == (
        "Since 1 Jan 2026 12 of 30 (40.0 %); on target it would be 15. To reach 50.0 % by 31 Dec 2026 it "
        "takes 80 more attached units, about 1.8 a week: 52.0 % of what is still to come. "
        "The best month, Feb 2026, had 90.0 %."
    )
    assert outline_progress("units_attach", found) == (
        "40.0 % since 1 Jan 2026; 50.0 % by 31 Dec 2026: 80 more attached units, about 1.8 a week, "
        "52.0 % of what is still to come; "
        "the best month, Feb 2026, had 90.0 %"
    )


def test_a_part_has_its_own_target_and_never_the_wholes(store: Store, folder: Path) -> None:
    year(store, folder)
    with store.scope() as session:
        manager = person(session, "UMGR")
        south = find_progress(session, "units_attach", now=NOW, reader=replace(manager, region="South"))
        north = find_progress(session, "units_attach", now=NOW, reader=replace(manager, region="North"))
        asked = find_progress(session, "units_attach", now=NOW, only={"region": "South"})
        shown = report(session, "units_attach", now=NOW, reader=replace(manager, region="South"))
        partner = report(session, "coverage", now=NOW, reader=person(session, "UPART1"))
    assert south == asked
    assert south is not None
    assert (south.numerator, south.denominator, south.term.target) == (9, 10, 0.8)
    assert north is None
    assert (shown.total.target, partner.total.target) == (0.8, None)


def test_each_row_of_a_report_has_its_progress(store: Store, folder: Path) -> None:
    year(store, folder)
    by_region = run(store, "units_attach", "region")
    last_year = run(store, "units_attach", date_from=date(2025, 1, 1), date_to=date(2025, 12, 31))
    with store.scope() as session:
        found = find_progress_of(session, by_region, now=NOW)
        past = find_progress_of(session, last_year, now=NOW)
    assert {key: (one.numerator, one.denominator) for key, one in found.items()} == {
        ("South",): (9, 10),
        (): (12, 30),
    }
    assert past == {}


def test_a_level_and_a_base_that_is_known(store: Store, folder: Path) -> None:
    year(store, folder)
    with store.scope() as session:
        covered = find_progress(session, "coverage", now=NOW)
        renewed = find_progress(session, "renewal_rate", now=NOW)
        limit = find_progress(session, "cancellation_rate", now=NOW)
    assert covered is not None
    # Nothing was known of December, so there is no line to be on.
    assert (covered.numerator, covered.denominator, covered.needed, covered.is_level) == (4, 5, 1, True)
    assert renewed is not None
    # Four lines end on 30 June and none before; one is followed up. 75 % of four are three: two more.
    assert (renewed.denominator, renewed.base_to_come, renewed.needed) == (0, 4.0, 2)
    assert limit is None


def still_open(store: Store, folder: Path) -> None:
    """On 1 March 2026: offers of 5 January, 10 and 20 February (that one taken), lines that ended on 15 January and
    10 February, a customer who bought core alone and one who bought an add-on too.
    """
    surfaced = {"event": "surfaced", "play": "coverage_gap", "account_id": "A-1", "person_id": "T-1"}
    days = {"M0": "2026-01-05", "M1": "2026-02-10", "M2": "2026-02-20"}
    fill(
        store,
        folder,
        assets=[
            *(machine(name) for name in days),
            # Units of 5 January and 5 February: that one's thirty days are over on 4 February, this one is not in yet.
            machine("P1", install_date="2026-01-05"),
            machine("P2", account_id="A-2"),
        ],
        contracts=[contract("C", "2025-01-16", "2026-01-15"), contract("D", "2025-02-11", "2026-02-10")],
        contract_lines=[line("L0", "C", asset_id="M0"), line("L1", "D", asset_id="M1")],
        orders=[
            order("1a", "CHILL", "2026-01-05", related_asset_id="P1"),
            order("2a", "CHILL", "2026-02-05", account_id="A-2", related_asset_id="P2", quantity=3),
            order("3a", "GATE", "2026-02-06", account_id="A-2"),
        ],
        offer_events=[
            *(
                {**surfaced, "event_id": f"E-{name}", "offer_id": f"O-{name}", "asset_id": name,
                 "occurred_at": f"{day}T09:00:00Z"}
                for name, day in days.items()
            ),
            {**surfaced, "event_id": "E-4", "offer_id": "O-M2", "asset_id": "M2", "event": "accepted",
             "occurred_at": "2026-02-21T09:00:00Z"},
        ],
        targets=[
            {"metric": metric, "value": "0.9", **OF_2026}
            for metric in ("conversion", "renewal_rate", "account_attach", "order_attach", "pos_attach")
        ],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("metric", "open_base"),
    [
        # 30 days up to 1 March begin on 31 January: of two offers one is taken, of one line none is renewed.
        ("conversion", 1),
        ("renewal_rate", 1),
        # Who bought core alone may still buy; an order is what it is.
        ("account_attach", 1),
        ("order_attach", 0),
        ("pos_attach", 3),
    ],
)
def test_what_can_still_be_won_of_todays_base(
    store: Store, folder: Path, metric: str, open_base: int
) -> None:
    still_open(store, folder)
    with store.scope() as session:
        found = find_progress(session, metric, now=NOW, settings=MetricSettings(attribution_days=30))
    assert found is not None
    assert found.open_base == open_base


def test_a_window_ahead_has_the_targets_value_and_none_of_its_progress(store: Store, folder: Path) -> None:
    fill(
        store,
        folder,
        orders=[order("1a", "CHILL", "2026-02-05")],
        targets=[{"metric": "order_attach", "value": "0.4", "valid_from": "2026-01-01"}],
    )
    ahead = run(store, "order_attach", date_from=date(2027, 1, 1), date_to=date(2027, 3, 31))
    assert (ahead.total.target, ahead.total.rate) == (0.4, None)
    with store.scope() as session:
        # What the target takes until 31 December 2026 is not said of 2027.
        assert find_progress_of(session, ahead, now=NOW) == {}
        assert find_progress_of(session, run(store, "order_attach"), now=NOW) != {}


def read_home(store: Store) -> str:
    """What a manager's Home says of the figures, all of them made at once."""
    book = FigureBook(
        store.scope, store.scope, clock=lambda: NOW, settings=SETTINGS, at_once_ms=10**9, first_time_ms=10**9
    )
    shelf = book.look(OPERATOR)
    with store.scope() as session:
        blocks = build_home_figures(session, shelf, OPERATOR, unhelpful=None, now=NOW)
        return repr([block.to_dict() for block in blocks])


def test_home_knows_what_is_still_open(store: Store, folder: Path) -> None:
    still_open(store, folder)
    said = read_home(store)
    with store.scope() as session:
        # The whole year is within ninety days: both offers that nobody took are open.
        for metric, still in (("conversion", "open (2)"), ("renewal_rate", "out of reach")):
            found = find_progress(session, metric, now=NOW, settings=SETTINGS)
            assert found is not None
            takes = outline_progress(metric, found)
            assert takes is not None
            assert still in takes
            assert takes in said


def test_home_shows_what_the_command_line_shows(store: Store, folder: Path) -> None:
    year(store, folder)
    said = read_home(store)
    with store.scope() as session:
        for metric in ("units_attach", "coverage", "renewal_rate"):
            found = find_progress(session, metric, now=NOW, settings=SETTINGS)
            assert found is not None
            takes = outline_progress(metric, found)
            assert takes is not None
            assert takes in said
    assert "Too little history for a forecast" in said


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "period"),
    [
        (date(2026, 4, 1), date(2026, 6, 30), (date(2026, 4, 1), date(2026, 6, 30))),
        (None, None, (date(2026, 1, 1), date(2026, 12, 31))),
        (date(2024, 1, 1), None, (date(2026, 1, 1), date(2026, 12, 31))),
        (None, date(2027, 3, 31), (date(2027, 1, 1), date(2027, 3, 31))),
    ],
)
def test_an_open_period_is_the_calendar_year(
    valid_from: date | None, valid_to: date | None, period: tuple[date, date]
) -> None:
    target = Target(
        target_key="t",
        metric="coverage",
        value=0.5,
        valid_from=valid_from,
        valid_to=valid_to,
        recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert period_of(target, date(2026, 5, 1)) == period


def test_of_a_limit_less_is_better(store: Store, folder: Path) -> None:
    year(store, folder)
    with store.scope() as session:
        found = report(session, "cancellation_rate", now=NOW).total
    # None of one sold line was cancelled.
    assert judge("cancellation_rate", found) == "met"
    assert judge("cancellation_rate", replace(found, rate=0.2, low=0.1, high=0.3)) == "missed"
    assert judge("renewal_rate", replace(found, rate=0.2, low=0.1, high=0.3)) == "met"
