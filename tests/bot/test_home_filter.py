"""The form that narrows the conversions on Home: what it offers, what is read from it, and what is said of it."""

from datetime import date
from typing import Any

from bot.demo.workspace.blocks.surfaces import check_view
from bot.views.home_filter import (
    SEARCH,
    build_filter_form,
    build_filter_options,
    find_filter_faults,
    name_filter,
    read_filter,
)
from offers.sales.conversion_filter import ConversionFilter
from offers.sales.filter_choices import FilterChoices

CHOICES = FilterChoices(
    families=(("Care", "Care"), ("Extras", "Extras")), products=(("CARE-PLUS", "Care Plus for Aurora"),)
)
JUNE_1, JUNE_9 = date(2026, 6, 1), date(2026, 6, 9)


def form(choices: FilterChoices, only: ConversionFilter) -> dict[str, dict[str, Any]]:
    """The form's elements by block."""
    view = build_filter_form(choices, only).to_dict()
    assert check_view(view, surface="modal")
    return {block["block_id"]: block["element"] for block in view["blocks"]}


def test_products_are_looked_for_and_days_are_picked() -> None:
    fields = form(CHOICES, ConversionFilter())
    assert list(fields) == ["family", "sku", "days", "first_day", "last_day"]
    assert (fields["sku"]["type"], fields["sku"]["action_id"]) == ("external_select", SEARCH)
    assert fields["sku"]["min_query_length"] == 0
    assert [fields[name]["type"] for name in ("first_day", "last_day")] == ["datepicker"] * 2
    # A company that has sold nothing yet opens it, too.
    assert list(form(FilterChoices(), ConversionFilter())) == ["sku", "days", "first_day", "last_day"]


def test_what_is_chosen_stands_in_it_when_it_is_opened_again() -> None:
    only = ConversionFilter(sku="CARE-PLUS", first_day=JUNE_1, last_day=JUNE_9)
    fields = form(CHOICES, only)
    assert fields["sku"]["initial_option"]["value"] == "CARE-PLUS"
    assert fields["sku"]["initial_option"]["text"]["text"] == "Care Plus for Aurora (CARE-PLUS)"
    assert (fields["first_day"]["initial_date"], fields["last_day"]["initial_date"]) == (
        "2026-06-01",
        "2026-06-09",
    )


def test_more_people_than_a_menu_holds_are_looked_for_and_the_chosen_one_is_kept() -> None:
    people = tuple((f"T-{number}", f"Person {number}") for number in range(101))
    menu = form(FilterChoices(people=people[:100]), ConversionFilter(person_id="T-99"))["person_id"]
    assert (menu["type"], len(menu["options"])) == ("static_select", 100)
    search = form(FilterChoices(people=people), ConversionFilter(person_id="T-100"))["person_id"]
    assert (search["type"], search["initial_option"]["value"]) == ("external_select", "T-100")
    assert len(build_filter_options(people)) == 100


def test_days_go_before_a_period_and_the_first_is_not_after_the_last() -> None:
    def submit(**days: str) -> ConversionFilter:
        chosen = {"value": "CARE-PLUS", "text": {"type": "plain_text", "text": "Care Plus"}}
        return read_filter(
            {
                "sku": {SEARCH: {"type": "external_select", "selected_option": chosen}},
                "family": {"field": {"type": "static_select", "selected_option": None}},
                "days": {"field": {"type": "static_select", "selected_option": {"value": "30"}}},
                **{
                    name: {"field": {"type": "datepicker", "selected_date": days.get(name)}}
                    for name in ("first_day", "last_day")
                },
            }
        )

    assert submit() == ConversionFilter(sku="CARE-PLUS", days=30)
    assert submit(last_day="2026-06-09") == ConversionFilter(sku="CARE-PLUS", last_day=JUNE_9)
    both = submit(first_day="2026-06-01", last_day="2026-06-09")
    assert both == ConversionFilter(sku="CARE-PLUS", first_day=JUNE_1, last_day=JUNE_9)
    assert find_filter_faults(both) == find_filter_faults(ConversionFilter(last_day=JUNE_1)) == {}
    wrong = submit(first_day="2026-06-09", last_day="2026-06-01")
    assert find_filter_faults(wrong) == {"last_day": "This is before 9 Jun 2026."}


def test_what_it_is_narrowed_to_is_said_in_words() -> None:
    def named(**only: Any) -> list[str]:
        return name_filter(CHOICES, ConversionFilter(**only))

    assert named(sku="CARE-PLUS", first_day=JUNE_1, last_day=JUNE_9) == [
        "Care Plus for Aurora (CARE-PLUS)",
        "1 Jun 2026 to 9 Jun 2026",
    ]
    assert named(sku="GONE") == ["GONE"]
    assert named(first_day=JUNE_1, last_day=JUNE_1) == ["1 Jun 2026"]
    assert named(first_day=JUNE_1) == ["from 1 Jun 2026"]
    assert named(last_day=JUNE_9) == ["until 9 Jun 2026"]
    assert named() == []
