"""The forms and messages of an acceptance: within Slack's limits, escaped, and read back as they were filled in."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from bot.demo.workspace.blocks.surfaces import check_message_blocks, check_view
from bot.selling.deals import say_why_withdrawn
from bot.settings import Settings
from bot.views.acceptance import build_acceptance_form, build_discount_form, read_acceptance_form
from bot.views.discount import build_discount_answer, build_discount_question
from bot.views.offer import build_offer
from bot.views.payloads import FormRef
from offers.ledger import Open, Withdrawn
from offers.money import Money
from offers.quoting.sheets import Buyer, Figures, Option, QuoteFacts, QuoteLine
from offers.sales.cards import OfferCard
from offers.sales.discount_requests import RequestFacts

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOSTILE = "<!channel> *Care* & `x` <https://evil.example|click> " + "long " * 80
REF = FormRef(
    offer_id="OF-1",
    version=1,
    sku="CARE",
    discount_bps=0,
    total_minor=0,
    currency="EUR",
    channel="D1",
    ts="1.0",
)


def card(name: str = "Care Plus", **changes: Any) -> OfferCard:
    """An open offer of two plans."""
    options = (
        Option("CARE", name, Money(90_000, "EUR"), 12),
        Option("BASIC", f"Basic {name}", Money(60_000, "EUR"), 12),
    )
    return replace(
        OfferCard(
            offer_id="OF-1", version=1, play="coverage_gap", rule_id="R", rule_name="R", account_id="A-1",
            account_name=name, asset_id="M-1", serial_number="NV-1", sku="CARE", product_name=name,
            price=Money(90_000, "EUR"), options=options,
            term_months=12, items=(), list_total=None, reasons=(), expires_at=AT, status="open", accepted=None,
        ),
        **changes,
    )  # fmt: skip


def shown(
    name: str = "Care Plus", *, discount_bps: int = 0, tax_bps: int = 0, allowed_bps: int = 500
) -> Open:
    """What accepting comes to: 900.00 less the discount, plus the tax."""
    net = 90_000 - 90_000 * discount_bps // 10_000
    tax = net * tax_bps // 10_000
    line = QuoteLine("CARE", name, 1, 90_000, 90_000 - net, net)
    quote = QuoteFacts(
        quote_id=None, status="offered", offer_id="OF-1", offer_version=1, buyer=Buyer("A-1", name), seller_name=None,
        sku="CARE", product_name=name,
        figures=Figures((line,), "EUR", discount_bps, net, tax_bps, tax, net + tax), term_months=12,
        starts_on=date(2026, 4, 12), pricebook="standard", price_valid_from=None, valid_until=AT, created_at=AT,
        created_by="T-1", created_by_name="Mara", partner_id=None,
    )  # fmt: skip
    return Open(card(name), quote, allowed_bps)


def texts(view: dict[str, Any]) -> str:
    return repr(view)


def blocks_of(view: dict[str, Any]) -> list[str]:
    return [str(block.get("block_id", "")) for block in view["blocks"]]


def test_the_form_shows_term_tax_and_total_and_asks_three_things() -> None:
    view = build_acceptance_form(shown(tax_bps=1_900), REF).to_dict()
    for part in ("12 months from 12 Apr 2026", "Price: EUR 900", "Tax 19 %: EUR 171", "Total *EUR 1,071*"):
        assert part in texts(view), part
    assert [one for one in blocks_of(view) if one] == [
        "option:1", "discount", "said_by", "email", "purchase_order", "quote",
    ]  # fmt: skip


def test_without_a_tax_rate_the_total_is_plus_tax() -> None:
    text = texts(build_acceptance_form(shown(), REF).to_dict())
    assert "Total *EUR 900*, plus tax" in text
    assert "Tax 0" not in text


def test_who_may_give_nothing_sees_no_discount_field() -> None:
    assert "discount" not in blocks_of(build_acceptance_form(shown(allowed_bps=0), REF).to_dict())


@pytest.mark.parametrize("name", ["Care Plus", HOSTILE, "上海机电设备有限公司", "x" * 400])
def test_slack_takes_forms_and_messages_whatever_the_names_are(name: str) -> None:
    request = RequestFacts(
        request_id="DR-1", card=card(name), sku="CARE", product_name=name, discount_bps=1_200,
        amount=Money(79_200, "EUR"), reason=name, card_ref=None, asked_by="T-1", asked_by_name=name,
        asked_by_slack_id="U1", decision=None, decided_by=None, decided_by_name=None, decided_at=None,
        decision_reason=None,
    )  # fmt: skip
    views = [
        build_acceptance_form(shown(name), REF, remark=name).to_dict(),
        build_discount_form(shown(name), REF, remark=name).to_dict(),
    ]
    messages = [build_offer(card(name)), build_discount_question(request)]
    for decision in ("approved", "refused", "lapsed"):
        decided = replace(request, decision=decision, decided_by_name=name, decision_reason=name)
        messages += [build_discount_question(decided), build_discount_answer(decided)]
    for view in views:
        assert check_view(view, surface="modal")
    for message in messages:
        assert check_message_blocks(message.blocks)
    everything = repr([view["blocks"][0] for view in views]) + repr([message.blocks for message in messages])
    assert "<!channel>" not in everything
    assert "<https://evil" not in everything


def test_a_product_number_that_slack_cannot_carry_is_no_choice() -> None:
    long = replace(card(), options=(*card().options, Option("S" * 80, "Top", Money(1, "EUR"), 12)))
    view = build_acceptance_form(replace(shown(), card=long), REF).to_dict()
    assert "S" * 80 not in repr(view["blocks"])
    assert check_view(view, surface="modal")


def filled(**values: Any) -> dict[str, Any]:
    return {
        "discount": {"acceptance_discount": {"type": "number_input", "value": values.get("discount")}},
        "said_by": {"field": {"type": "plain_text_input", "value": values.get("said_by", "Ada")}},
        "email": {"field": {"type": "email_text_input", "value": values.get("email")}},
        "purchase_order": {"field": {"type": "plain_text_input", "value": values.get("order")}},
    }


def test_what_is_filled_in_is_read_back_in_one_line_each() -> None:
    read = read_acceptance_form(filled(said_by=" Ada\nWeiß ", order=" PO\t1 ", discount="7.5"))
    assert (read.confirmation.said_by, read.confirmation.email, read.confirmation.purchase_order) == (
        "Ada Weiß", None, "PO 1",
    )  # fmt: skip
    assert (read.discount_bps, read.sku, read.wrong) == (750, None, {})


@pytest.mark.parametrize(
    ("values", "block"),
    [
        ({"said_by": "  "}, "said_by"),
        ({"email": "ada"}, "email"),
        ({"email": "a b@example.org"}, "email"),
        ({"email": "ada@example.org>,x@y.z"}, "email"),
        ({"discount": "101"}, "discount"),
        ({"discount": "1.234"}, "discount"),
        ({"discount": "-1"}, "discount"),
    ],
)
def test_what_cannot_be_taken_is_named_by_its_field(values: dict[str, str], block: str) -> None:
    assert list(read_acceptance_form(filled(**values)).wrong) == [block]


def test_an_empty_discount_is_none_given_and_no_field_is_the_offers_own() -> None:
    values = filled()
    assert read_acceptance_form(values).discount_bps == 0
    del values["discount"]
    assert read_acceptance_form(values).discount_bps is None


def test_the_settings_are_the_conditions_and_a_slip_in_them_is_refused() -> None:
    settings = Settings(tax_rates="UK=20, North=19", tax_rate_percent=7.25, discount_limit_percent=2.5)
    conditions = settings.conditions
    assert [conditions.find_tax_bps(region) for region in ("uk", "North", None)] == [2_000, 1_900, 725]
    assert (conditions.discount_limit_bps, conditions.manager_discount_limit_bps) == (250, 2_000)
    with pytest.raises(ValidationError, match="REGION=PERCENT"):
        Settings(tax_rates="19")


@pytest.mark.parametrize(
    "why",
    [
        "no_price", "machine_gone", "machine_retired", "machine_replaced", "already_installed", "already_covered",
        "already_renewed", "contract_cancelled", "contract_gone", "contract_changed", "renews_itself",
        "under_warranty", "not_serviceable", "escalated_case", "do_not_sell", "repeat_failures",
    ],
)  # fmt: skip
def test_every_reason_has_a_sentence_of_its_own(why: str) -> None:
    assert say_why_withdrawn(Withdrawn(card(), why)) != say_why_withdrawn(Withdrawn(card(), "something else"))
