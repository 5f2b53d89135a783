"""The plays, one situation each: not there, fits, fits no more. Pure values, no database."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.engine import decide
from offers.money import Money
from offers.playbook.scoring import PRIOR_MEANS, estimate_propensity, scale_value
from offers.playbook.situations import (
    Catalogue,
    CustomerFacts,
    LineFacts,
    MachineFacts,
    OfferMemory,
    PriceFacts,
    ProductFacts,
    Refusal,
    RelationFacts,
    Situation,
)
from offers.playbook.track_record import PlayHistory, PlayRecord
from offers.playbook.wording import count_span
from offers.rules import DEFAULT_RULES
from offers.vocabulary import AssetStatus, Play, ProductKind, RelationType

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = NOW.date()


def price(minor: int) -> PriceFacts:
    return PriceFacts(Money(minor, "EUR"), "standard")


CATALOGUE = Catalogue(
    products={
        "CHILL": ProductFacts("CHILL", "Chiller", "Aurora", ProductKind.CORE),
        "CARE": ProductFacts("CARE", "CARE-PLUS", "Care", ProductKind.SERVICE),
        "GATE": ProductFacts("GATE", "Gateway", "Extras", ProductKind.ATTACH),
        "BUN": ProductFacts("BUN", "Bundle", "Bundles", ProductKind.BUNDLE),
    },
    relations={
        "CHILL": (
            RelationFacts("CARE", RelationType.SERVICE),
            RelationFacts("GATE", RelationType.ACCESSORY, min_age_days=30, max_age_days=3_650),
        )
    },
    bundles={"BUN": (("CARE", 1), ("GATE", 1))},
    prices={"CARE": price(90_000), "GATE": price(30_000), "BUN": price(110_000)},
)


def line(ends_in: int, *, starts_in: int = -300, **more: object) -> LineFacts:
    base = LineFacts(
        contract_line_id="L-1",
        contract_id="C-10234",
        sku="CARE",
        starts_on=TODAY + timedelta(days=starts_in),
        ends_on=TODAY + timedelta(days=ends_in),
        auto_renew=False,
        notice_date=None,
        predecessor_line_id=None,
    )
    return replace(base, **more)  # type: ignore[arg-type]


def machine(*lines: LineFacts, **more: object) -> MachineFacts:
    base = MachineFacts(
        asset_id="M",
        serial_number="S",
        sku="CHILL",
        product_name="Chiller",
        family="Aurora",
        status=AssetStatus.ACTIVE,
        is_serviceable=True,
        install_date=TODAY - timedelta(days=1_000),
        warranty_end=TODAY - timedelta(days=270),
        lines=lines,
    )
    return replace(base, **more)  # type: ignore[arg-type]


def situation(of: MachineFacts, **more: object) -> Situation:
    base = Situation(NOW, CustomerFacts("A", "Hotel", fleets={"Aurora": (3, 4)}), (of,), CATALOGUE)
    return replace(base, **more)  # type: ignore[arg-type]


def offered(of: MachineFacts, **more: object) -> set[tuple[str, str]]:
    verdict = decide(situation(of, **more), DEFAULT_RULES)
    return {(one.play.value, one.sku) for one in verdict.candidates}


def rejected(of: MachineFacts, **more: object) -> Mapping[tuple[str, str | None], str]:
    verdict = decide(situation(of, **more), DEFAULT_RULES)
    return {(one.play.value, one.sku): one.reason for one in verdict.rejections}


def test_a_renewal_states_the_end_in_the_customers_own_facts() -> None:
    (best, *_) = decide(situation(machine(line(41), visits_last_12m=2)), DEFAULT_RULES).candidates
    assert (best.play, best.sku) == (Play.RENEWAL, "CARE")
    # 41 days after 22 November 2026 are 2 January 2027.
    assert best.reasons == (
        "CARE-PLUS contract C-10234 ends on 2 Jan 2027, in 41 days",
        "It does not renew by itself",
        "2 call-outs on this machine in the last 12 months",
        "3 of your 4 Aurora machines are covered",
    )
    assert best.starts_on == date(2027, 1, 3)
    assert best.predecessor_line_id == "L-1"


@pytest.mark.parametrize(
    ("ends_in", "is_due"), [(0, True), (90, True), (91, False), (-1, True), (-30, True), (-31, False)]
)
def test_a_renewal_is_due_90_days_before_to_30_days_after_the_end(ends_in: int, is_due: bool) -> None:
    assert (("renewal", "CARE") in offered(machine(line(ends_in)))) is is_due


def test_a_contract_that_renews_by_itself_is_raised_only_near_its_notice_date() -> None:
    assert ("renewal", "CARE") not in offered(machine(line(41, auto_renew=True)))
    near = machine(line(41, auto_renew=True, notice_date=TODAY + timedelta(days=12)))
    assert ("renewal", "CARE") in offered(near)
    assert "renews by itself" in rejected(machine(line(41, auto_renew=True)))["renewal", "CARE"]


def test_what_is_renewed_already_is_not_renewed_again() -> None:
    follower = line(406, starts_in=42, contract_line_id="L-2", contract_id="C-2", predecessor_line_id="L-1")
    assert offered(machine(line(41), follower, installed_skus=frozenset({"GATE"}))) == set()


def test_a_gap_is_a_machine_without_contract_and_warranty() -> None:
    assert ("coverage_gap", "CARE") in offered(machine())
    assert ("coverage_gap", "CARE") in offered(machine(warranty_end=None))
    assert "covered by CARE-PLUS contract C-10234" in rejected(machine(line(200)))["coverage_gap", None]
    assert "under warranty" in rejected(machine(warranty_end=TODAY))["coverage_gap", None]
    assert "not a serviceable" in rejected(machine(is_serviceable=False))["coverage_gap", None]


def test_a_gap_and_a_renewal_are_never_offered_together() -> None:
    for ends_in in range(-60, 120, 3):
        plays = {play for play, _ in offered(machine(line(ends_in)))}
        assert not {"renewal", "coverage_gap"} <= plays


@pytest.mark.parametrize(("ends_in", "is_due"), [(-1, False), (0, True), (60, True), (61, False)])
def test_a_warranty_end_is_raised_60_days_before(ends_in: int, is_due: bool) -> None:
    of = machine(warranty_end=TODAY + timedelta(days=ends_in))
    assert (("warranty_end", "CARE") in offered(of)) is is_due


def test_an_add_on_must_fit_the_age_and_not_be_there() -> None:
    assert ("add_on", "GATE") in offered(machine())
    assert (
        "is on this machine already"
        in rejected(machine(installed_skus=frozenset({"GATE"})))["add_on", "GATE"]
    )
    young = machine(install_date=TODAY - timedelta(days=29))
    assert "from 30 days on" in rejected(young)["add_on", "GATE"]
    old = machine(install_date=TODAY - timedelta(days=3_651))
    assert "up to 3650 days" in rejected(old)["add_on", "GATE"]
    assert "install date is unknown" in rejected(machine(install_date=None))["add_on", "GATE"]


def test_a_bundle_needs_all_its_items_to_suit() -> None:
    assert ("bundle", "BUN") in offered(machine())
    assert "covered by contract C-10234" in rejected(machine(line(200)))["bundle", "BUN"]
    assert "on this machine already" in rejected(machine(installed_skus=frozenset({"GATE"})))["bundle", "BUN"]


def test_without_a_price_nothing_is_offered() -> None:
    unpriced = replace(CATALOGUE, prices={"CARE": price(90_000)})
    assert rejected(machine(), catalogue=unpriced)["add_on", "GATE"] == "no price"


@pytest.mark.parametrize("status", [AssetStatus.RETIRED, AssetStatus.COMPETITOR])
def test_nothing_is_offered_for_a_machine_out_of_use(status: AssetStatus) -> None:
    assert offered(machine(status=status)) == set()


ESCALATED = CustomerFacts("A", "Hotel", escalated_case_id="K-1")
RESTRAINED: list[dict[str, object]] = [
    {"customer": ESCALATED},
    {"customer": CustomerFacts("A", "Hotel", do_not_sell_until=TODAY)},
    {"has_open_hazard": True},
    {"has_card_in_thread": True},
]


@pytest.mark.parametrize("restraint", RESTRAINED)
def test_restraint_holds_back_everything_and_says_so(restraint: dict[str, object]) -> None:
    of = machine(line(41))
    assert offered(of, **restraint) == set()
    assert {"renewal", "add_on"} <= {
        play for (play, _), reason in rejected(of, **restraint).items() if reason
    }


def test_a_no_holds_for_90_days_and_an_open_offer_until_it_is_answered() -> None:
    subject = ("M", Play.ADD_ON)
    recent = OfferMemory(refusals={subject: Refusal(NOW - timedelta(days=89))})
    assert ("add_on", "GATE") not in offered(machine(), memory=recent)
    assert ("add_on", "GATE") in offered(machine(), memory=recent, is_asked=True)
    past = OfferMemory(refusals={subject: Refusal(NOW - timedelta(days=90))})
    assert ("add_on", "GATE") in offered(machine(), memory=past)
    snoozed = OfferMemory(snoozed_until={subject: NOW + timedelta(seconds=1)})
    assert ("add_on", "GATE") not in offered(machine(), memory=snoozed)
    pending = OfferMemory(open_offers={subject: "OF-1"})
    assert ("add_on", "GATE") not in offered(machine(), memory=pending)
    assert ("coverage_gap", "CARE") in offered(machine(), memory=pending)


def test_every_candidate_shows_its_score_terms_and_their_product() -> None:
    for one in decide(situation(machine(line(41))), DEFAULT_RULES).candidates:
        assert one.score["total"] == pytest.approx(
            one.score["propensity"] * one.score["value"] * one.score["urgency"],
            abs=1e-5,
        )


def test_propensity_starts_at_the_prior_and_learns() -> None:
    def learned(**records: PlayRecord) -> float:
        known = {(Play.ADD_ON, *key.split("_")): record for key, record in records.items()}
        history = PlayHistory(
            {(play, family, segment): one for (play, family, segment), one in known.items()}
        )
        return estimate_propensity(Play.ADD_ON, history, family="Aurora", segment="hotel")

    assert learned() == pytest.approx(PRIOR_MEANS[Play.ADD_ON])
    # Of another family, only the play's rate moves: prior .12 worth 20 offers, 30 of 100: (2.4 + 30) / 120 = .27.
    assert learned(Boreas_school=PlayRecord(100, 30)) == pytest.approx(0.27)
    # Of the family too: (.27 * 20 + 30) / 120 = .295; of the segment as well: (.295 * 20 + 30) / 120 = .29917.
    assert learned(Aurora_school=PlayRecord(100, 30)) == pytest.approx(0.295)
    assert learned(Aurora_hotel=PlayRecord(100, 30)) == pytest.approx(0.299167, abs=1e-6)


def test_value_counts_major_units_so_that_currencies_without_cents_are_not_a_hundredth() -> None:
    assert scale_value(Money(900, "JPY")) == pytest.approx(scale_value(Money(90_000, "EUR")))


@given(
    ends=st.lists(st.integers(-400, 400), max_size=3),
    visits=st.integers(0, 9),
    status=st.sampled_from(AssetStatus),
    warranty=st.none() | st.integers(-400, 400),
    installed=st.booleans(),
)
def test_no_selling_while_a_case_is_escalated_and_the_same_decision_every_time(
    ends: list[int], visits: int, status: AssetStatus, warranty: int | None, installed: bool
) -> None:
    of = machine(
        *(line(end, contract_line_id=f"L-{index}") for index, end in enumerate(ends)),
        visits_last_12m=visits,
        status=status,
        warranty_end=None if warranty is None else TODAY + timedelta(days=warranty),
        installed_skus=frozenset({"GATE"} if installed else ()),
    )
    assert offered(of, customer=ESCALATED) == set()
    assert decide(situation(of), DEFAULT_RULES) == decide(situation(of), DEFAULT_RULES)
    for one in decide(situation(of), DEFAULT_RULES).candidates:
        assert one.reasons
        assert 0 < one.score["total"] <= 1


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (1, "1 day"),
        (89, "89 days"),
        (92, "3 months"),
        (366, "1 year"),
        (1040, "2 years 10 months"),
        (396, "1 year 1 month"),
    ],
)
def test_a_long_time_is_told_in_years_and_months(days: int, said: str) -> None:
    assert count_span(days) == said
