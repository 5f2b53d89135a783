"""Why a figure moved, for each reader in their own numbers: the group of any split that stands out, or nothing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.figures.digest import compose_digest
from bot.views.alert import build_alert
from bot.views.digest import build_digest
from offers.attach_rate import wilson_interval
from offers.metrics.drivers import find_driver, find_movement, list_splits, pick_driver
from offers.metrics.figures import Figure, MetricSettings, Report
from offers.metrics.misses import Miss
from offers.metrics.movements import Contribution, compare
from offers.metrics.recent import Viewer
from offers.playbook.policy import Policy
from tests.offers.company import COMPANY, NOW, RECORDED, load
from tests.offers.conftest import Store, person
from tests.offers.rows import BASE, contract, line, machine

DAY = date(2026, 3, 1)
Shares = Mapping[str, tuple[int, int]]


def told(dimension: str, shares: Shares, metric: str = "conversion") -> Report:
    """Return a report of groups by their (numerator, denominator), and their total."""

    def figure(counts: tuple[int, int], **group: str) -> Figure:
        low, high = wilson_interval(*counts) or (None, None)
        rate = counts[0] / counts[1] if counts[1] else None
        return Figure(group, *counts, rate, low, high, None, counts[1])

    rows = [figure(counts, **{dimension: name}) for name, counts in shares.items()]
    hits, base = (sum(counts[side] for counts in shares.values()) for side in (0, 1))
    return Report(metric, DAY, DAY, DAY, "", tuple(rows), figure((hits, base)))


def pick(*splits: tuple[str, Shares, Shares], to_peers: bool = False) -> Contribution | None:
    pairs = [(told(name, before), told(name, after)) for name, before, after in splits]
    movement = compare(*pairs[0])
    assert movement is not None
    assert movement.is_sure
    return pick_driver(movement, pairs, to_peers=to_peers)


# 200 of 400 became 140 of 400: -15 points.
EVEN = ("region", {"N": (100, 200), "S": (100, 200)}, {"N": (70, 200), "S": (70, 200)})
ONE = ("technician", {"T-1": (50, 100), "T-2": (150, 300)}, {"T-1": (0, 100), "T-2": (140, 300)})


def test_a_group_of_too_few_accounts_to_have_an_interval_is_no_reason() -> None:
    before, after = (told(ONE[0], counts) for counts in ONE[1:])
    movement = compare(before, after)
    assert movement is not None
    found = pick_driver(movement, [(before, after)])
    assert found is not None
    assert found.group == {"technician": "T-1"}
    few = [
        replace(one, rows=(replace(one.rows[0], low=None, high=None), *one.rows[1:]))
        for one in (before, after)
    ]
    assert pick_driver(movement, [(few[0], few[1])]) is None


def test_the_split_is_chosen_in_which_a_group_moved_it_beyond_its_share() -> None:
    found = pick(EVEN, ONE)
    assert found is not None
    # T-1 lost 50 of 400: 12.5 points of 15, from a quarter of the base.
    assert found.group == {"technician": "T-1"}
    assert found.points == pytest.approx(-12.5)
    assert found.before is not None
    assert found.after is not None
    assert (found.before.numerator, found.after.numerator) == (50, 0)


def test_nothing_is_said_where_all_groups_moved_alike() -> None:
    assert pick(EVEN) is None


def test_one_group_alone_explains_nothing() -> None:
    assert pick(("region", {"N": (200, 400)}, {"N": (140, 400)})) is None


def test_a_group_that_is_nearly_all_is_named_where_the_others_hardly_moved() -> None:
    found = pick(("region", {"N": (195, 390), "S": (5, 10)}, {"N": (135, 390), "S": (5, 10)}))
    assert found is not None
    assert found.group == {"region": "N"}


def test_a_mix_that_shifted_is_a_reason_though_no_rate_moved() -> None:
    # 80 % of 300 and 20 % of 100 are 65 %; of 100 and 300 they are 35 %.
    found = pick(("family", {"A": (240, 300), "B": (20, 100)}, {"A": (80, 100), "B": (60, 300)}))
    assert found is not None
    assert found.of_rate == pytest.approx(0)
    # A: from 3/4 to 1/4 of the base at .8 where the middle is .5: -.5 * .3; B the same the other way round.
    assert found.points == pytest.approx(-15)


def test_more_groups_take_more_to_stand_out() -> None:
    # T-1 lost 18 of 400, 4.5 points with a standard error of 1.35: 3.3 times as much, where two groups take 2.2 times,
    # and four hundred 3.8.
    before, after = {"T-1": (40, 60), "T-2": (180, 340)}, {"T-1": (22, 60), "T-2": (165, 340)}
    many = {f"G{number}": (5, 10) for number in range(400)}
    assert pick(("technician", before, after)) is not None
    split = (told("technician", before), told("technician", after))
    movement = compare(*split)
    assert movement is not None
    assert pick_driver(movement, [split, (told("sku", many), told("sku", many))]) is None


def test_a_person_with_fewer_than_five_is_not_told_to_peers() -> None:
    before, after = {"T-1": (100, 100), "T-2": (50, 300)}, {"T-1": (0, 4), "T-2": (50, 300)}
    found = pick(("technician", before, after))
    assert found is not None
    assert found.group == {"technician": "T-1"}
    few = pick(("technician", before, after), to_peers=True)
    assert few is None or few.group != {"technician": "T-1"}


def fill(store: Store, folder: Path, *, recorded_at: datetime = RECORDED, **tables: Any) -> None:
    people = [
        *COMPANY["people"],
        {"person_id": "M-2", "slack_user_id": "UNORTH", "name": "Marc", "role": "manager", "region": "North"},
    ]
    tables = {**BASE, "people": people, "pricebook": COMPANY["pricebook"], **tables}
    load(store.scope, folder, tables, recorded_at=recorded_at)


def fleet(store: Store, folder: Path, **more: Any) -> None:
    """Twenty chillers and twenty rooftop units of P-1's and as many chillers of P-2's, all in the North and covered
    until 31 December; the rooftop units and P-2's chillers are since. So P-1's chillers lost their cover, of forty
    chillers and of forty machines of P-1's a half each.
    """
    machines = [
        *(machine(f"A{number}", sold_by_partner_id="P-1") for number in range(20)),
        *(machine(f"B{number}", "ROOF", sold_by_partner_id="P-1") for number in range(20)),
        *(machine(f"C{number}", sold_by_partner_id="P-2") for number in range(20)),
    ]
    ids = [str(one["asset_id"]) for one in machines]
    fill(
        store,
        folder,
        assets=machines,
        contracts=[contract("OLD", "2025-01-01", "2025-12-31"), contract("NEW", "2026-01-01", "2026-12-31")],
        contract_lines=[
            *(line(f"O{name}", "OLD", asset_id=name) for name in ids),
            *(line(f"N{name}", "NEW", asset_id=name) for name in ids if not name.startswith("A")),
        ],
        **more,
    )


def offered(folder: Path, store: Store) -> None:
    """Add-ons and renewals that Mara showed, twenty of each in both windows: the add-ons are no longer taken."""
    windows = (("2025-10-01", {"add_on": 16, "renewal": 10}), ("2026-02-01", {"add_on": 2, "renewal": 10}))
    events = [
        {
            "event_id": f"{day}-{play}-{number}-{name}", "offer_id": f"{day}-{play}-{number}", "play": play,
            "event": name, "account_id": "A-1", "asset_id": f"M{number}", "person_id": "T-1",
            "occurred_at": f"{day}T08:00:00Z",
        }
        for day, taken in windows
        for play, accepted in taken.items()
        for number in range(20)
        for name in (("surfaced", "accepted") if number < accepted else ("surfaced",))
    ]  # fmt: skip
    fill(store, folder, assets=[machine(f"M{number}") for number in range(20)], offer_events=events)


def said(store: Store, slack_user_id: str) -> str:
    with store.scope() as session:
        digest = compose_digest(
            session, person(session, slack_user_id), now=NOW, settings=MetricSettings(), policy=Policy()
        )
    assert digest is not None
    return build_digest(digest).text


def test_a_partner_reads_which_of_its_product_families_it_was(store: Store, folder: Path) -> None:
    fleet(store, folder)
    text = said(store, "UPART1")
    assert (
        "Coverage fell from 100.0 % to 50.0 %, most of it in Aurora (-50.0 points). There 20 of 20 became 0 of 20."
    ) in text
    assert "P-2" not in text


def test_before_the_first_import_the_digest_and_the_word_of_a_miss_tell_it_by_when_things_happened(
    store: Store, folder: Path
) -> None:
    # All of it recorded today: 20 of 20 of the chillers that P-1 sold were covered ninety days ago.
    fleet(store, folder, recorded_at=NOW)
    with store.scope() as session:
        digest = compose_digest(
            session, person(session, "UPART1"), now=NOW, settings=MetricSettings(), policy=Policy()
        )
        movement, why = find_movement(session, "coverage", Viewer(NOW, MetricSettings()))
    assert digest is not None
    told = str(build_digest(digest).blocks)
    assert "Coverage fell from 100.0 % to 50.0 %, most of it in Aurora (-50.0 points)." in told
    assert "Nothing of it was recorded ninety days ago: coverage of both days is as it is known now." in told
    assert movement is not None
    assert why is not None
    # 60 of 60, then 40 of 60.
    assert (movement.before.numerator, movement.after.numerator, why.group) == (60, 40, {"partner": "P-1"})
    miss = Miss("T", "coverage", {}, movement.after, None, movement, why)
    alert = str(build_alert([miss], names={}, next_step=None).blocks)
    assert "Nothing of it was recorded ninety days ago: coverage of both days is as it is known now." in alert


def test_a_regions_manager_reads_which_partner_it_was(store: Store, folder: Path) -> None:
    fleet(store, folder)
    text = said(store, "UNORTH")
    # 60 of 60 became 40 of 60. P-1 has two thirds of the machines, as chillers are: all of it in both, and the partner
    # is named, by name, as it comes first.
    assert (
        "Coverage fell from 100.0 % to 66.7 %, most of it with Nordkälte (-33.3 points). "
        "There 40 of 40 became 20 of 40."
    ) in text


def test_a_technician_reads_which_offers_it_was(store: Store, folder: Path) -> None:
    offered(folder, store)
    # 26 of 40 became 12 of 40; fourteen of them add-ons: 35 points.
    assert (
        "Conversion fell from 65.0 % to 30.0 %, most of it with Add-on (-35.0 points). "
        "There 16 of 20 became 2 of 20."
    ) in said(store, "UTECH")


def test_what_may_be_chance_has_no_reason(store: Store, folder: Path) -> None:
    fleet(store, folder)
    with store.scope() as session:
        viewer = Viewer(NOW, MetricSettings(), person(session, "UMGR"))
        movement, why = find_movement(session, "coverage", viewer)
        assert movement is not None
        assert why is not None
        assert find_driver(session, replace(movement, is_sure=False), viewer) is None


def test_everybody_has_splits_of_their_own(store: Store, folder: Path) -> None:
    fleet(store, folder)
    with store.scope() as session:
        found = {
            user: list_splits("conversion", Viewer(NOW, MetricSettings(), person(session, user)))
            for user in ("UMGR", "UNORTH", "UPART1", "UTECH")
        }
    assert found == {
        "UMGR": ("region", "partner", "family", "technician", "play"),
        "UNORTH": ("partner", "family", "technician", "play"),
        "UPART1": ("family", "sku", "technician", "play"),
        "UTECH": ("family", "play"),
    }
    narrowed = Viewer(NOW, MetricSettings(), only={"region": "North", "partner": "P-1"})
    assert list_splits("coverage", narrowed) == ("family",)
