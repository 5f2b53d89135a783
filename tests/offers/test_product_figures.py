"""A figure of one product by its name, in a command and in a direct message; and what is said where there is none."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.figures.computing import compute
from bot.figures.directs import Understood, compose_reply, refer_to, understand
from bot.figures.questions import Subject
from bot.figures.versus import describe_versus
from bot.settings import Settings
from bot.views.payloads import FigureRef
from offers.reporting import METRIC_TABLE, report
from tests.offers.company import COMPANY, NOW
from tests.offers.conftest import Store, person
from tests.offers.rows import contract, fill, line, machine

DEPS: Any = SimpleNamespace(clock=lambda: NOW, settings=Settings(_env_file=None))
PRODUCTS = [
    {"sku": "NV-240", "name": "AquaPort 7", "family": "Aqua", "kind": "core", "serviceable": "true"},
    {"sku": "NV-241", "name": "AquaPort 7 Plus", "family": "Aqua", "kind": "core", "serviceable": "true"},
    {"sku": "TWIN-1", "name": "Twin", "family": "Aqua", "kind": "core", "serviceable": "true"},
    {"sku": "TWIN-2", "name": "Twin", "family": "Aqua", "kind": "core", "serviceable": "true"},
]


@pytest.fixture
def company(store: Store, tmp_path: Path) -> Store:
    """Four AquaPort 7, one of them covered, two of its sibling, both covered, and a machine that is neither."""
    machines = [
        *(machine(f"A{number}", "NV-240") for number in range(4)),
        *(machine(f"B{number}", "NV-241") for number in range(2)),
        machine("T0", "TWIN-1"),
    ]
    fill(
        store,
        tmp_path,
        products=[*COMPANY["products"], *PRODUCTS],
        people=COMPANY["people"],
        assets=machines,
        contracts=[contract("C", "2026-01-01", "2026-12-31")],
        contract_lines=[line(f"L{name}", "C", asset_id=name) for name in ("A0", "B0", "B1")],
    )
    return store


def ask(store: Store, text: str, *, is_command: bool = True) -> Understood:
    with store.scope() as session:
        return understand(session, text, person(session, "UMGR"), DEPS, is_command=is_command)


def reply(store: Store, text: str) -> tuple[str, list[FigureRef]]:
    """Return what is said, and the figures that stand there as buttons."""
    with store.scope() as session:
        manager = person(session, "UMGR")
        asked = understand(session, text, manager, DEPS, is_command=True)
        message = compose_reply(session, asked, manager, DEPS)
    buttons = [
        one for block in message.blocks for one in block.get("elements", ()) if one["type"] == "button"
    ]
    return message.text, [FigureRef.model_validate_json(one["value"]) for one in buttons]


@pytest.mark.parametrize(
    "text",
    [
        "coverage of AquaPort 7",
        "Coverage for NV-240?",
        "what is the coverage of the aquaport 7 today",
        "coverage for product AquaPort 7",
    ],
)
def test_a_product_is_known_by_its_name_and_its_number(company: Store, text: str) -> None:
    for is_command in (True, False):
        found = ask(company, text, is_command=is_command).found
        assert found.subject is Subject.FIGURE
        assert found.figure is not None
        assert (found.figure.metric, found.figure.only) == ("coverage", {"sku": "NV-240"})
        with company.scope() as session:
            total = compute(session, found.figure, person(session, "UMGR"), DEPS).report.total
        assert (total.numerator, total.denominator) == (1, 4)


def test_the_longer_name_is_the_product_and_several_stand_side_by_side(company: Store) -> None:
    sibling = ask(company, "why did coverage of AquaPort 7 Plus drop last quarter").found.figure
    assert sibling is not None
    assert (sibling.only, sibling.aspect) == ({"sku": "NV-241"}, "moved")
    both = ask(company, "coverage AquaPort 7 vs AquaPort 7 Plus").found.figure
    assert both is not None
    assert (both.by, both.among) == (("sku",), ("NV-240", "NV-241"))
    ahead = ask(company, "forecast coverage of AquaPort 7").found.forecast
    assert ahead is not None
    assert ahead.only == {"sku": "NV-240"}


def test_of_two_windows_only_the_products_that_are_asked_for_are_told(company: Store) -> None:
    found = ask(company, "coverage AquaPort 7 and AquaPort 7 Plus now vs 3 months ago").found.figure
    assert found is not None
    assert found.versus is not None
    with company.scope() as session:
        manager, result = person(session, "UMGR"), report(session, "coverage", by=("sku",), now=NOW)
        windows, told = describe_versus(session, refer_to(found), found.versus, result, manager, DEPS)
    assert "Twin" not in told
    assert [one.group for one in windows.groups] == [{"sku": "NV-240"}, {"sku": "NV-241"}]


def test_a_product_and_a_region_narrow_it_both(company: Store) -> None:
    found = ask(company, "order attach for AquaPort 7 in North by month this year").found.figure
    assert found is not None
    assert (found.metric, found.by) == ("order_attach", ("month",))
    assert found.only == {"sku": "NV-240", "region": "North"}


@pytest.mark.parametrize("metric", ["attach rate", "net attach", "forecast attach rate"])
def test_add_ons_against_core_units_are_not_told_of_one_product(company: Store, metric: str) -> None:
    told, ready = reply(company, f"{metric} for AquaPort 7 by region")
    title = "Net attach" if metric == "net attach" else "Units attach"
    assert told == (
        f"{title} is not told of one product (AquaPort 7): it sets add-ons against core units, and a product is one "
        "of the two."
    )
    # Orders with that product are, and of an add-on the units of all products.
    assert [(one.metric, one.only) for one in ready] == [("order_attach", {"sku": "NV-240"})]
    _, (one,) = reply(company, "attach rate for GATE")
    assert (one.metric, one.by, one.only) == ("units_attach", ("sku",), {})


def test_what_has_no_products_says_why(company: Store) -> None:
    told, (ready,) = reply(company, "incremental attach of AquaPort 7 this quarter")
    assert told == (
        "Incremental attach is not told by product (AquaPort 7): an account is drawn into an arm as a whole, whatever "
        "it has and whoever serves it."
    )
    assert (ready.metric, ready.by, ready.only) == ("incremental_attach", (), {})


def test_a_name_of_two_products_is_neither_and_its_numbers_are(company: Store) -> None:
    told, _ = reply(company, "coverage of Twin")
    assert told == "I don't know what “twin” means for a figure."
    numbered = ask(company, "coverage of TWIN-2").found.figure
    assert numbered is not None
    assert numbered.only == {"sku": "TWIN-2"}


def test_what_is_asked_of_a_machine_is_no_figure(company: Store) -> None:
    for text in (
        "is the AquaPort 7 leaking",
        "attach AquaPort 7",
        "AquaPort 7 conversion kit",
        "coverage radius of AquaPort 7",
    ):
        assert ask(company, text, is_command=False).found.subject is Subject.DOCUMENTS, text


def test_what_else_is_not_known_is_said(company: Store) -> None:
    told, (ready,) = reply(company, "coverage of AquaPort 7 in Atlantis")
    assert told == "I don't know what “atlantis” means for a figure."
    assert (ready.metric, ready.only) == ("coverage", {"sku": "NV-240"})


@pytest.mark.parametrize("metric", METRIC_TABLE)
def test_every_figure_of_a_product_is_told_or_refused_with_a_reason(company: Store, metric: str) -> None:
    asked = ask(company, f"{METRIC_TABLE[metric].title} of AquaPort 7")
    assert asked.found.figure is not None
    if asked.found.subject is Subject.FIGURE:
        with company.scope() as session:
            compute(session, asked.found.figure, person(session, "UMGR"), DEPS)
    else:
        assert asked.products[0].sku == "NV-240"


def test_two_figures_of_one_product_are_two_buttons(company: Store) -> None:
    told, ready = reply(company, "coverage vs order attach of AquaPort 7")
    assert told.startswith(
        "Order attach and coverage have bases of their own, so one figure is told at a time"
    )
    assert [(one.metric, one.only) for one in ready] == [
        ("order_attach", {"sku": "NV-240"}),
        ("coverage", {"sku": "NV-240"}),
    ]
