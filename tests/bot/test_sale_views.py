"""A conversion opened, and the table of conversions: everything that is on record, in what Slack takes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.demo.workspace.blocks.surfaces import check_message_blocks, check_view
from bot.views.conversion_table import ROWS_AT_MOST, build_conversion_table, tabulate_conversions
from bot.views.home_conversions import ConversionRow, build_conversion_list
from bot.views.sale_details import build_sale_details
from offers.deciding.decision_log import Considered, DecisionFacts
from offers.money import Money
from offers.quoting.sheets import Buyer, Confirmation, Figures, QuoteFacts
from offers.sales.conversions import Conversion, SaleEnd
from offers.sales.story import Allowance, HandOver, LifeEvent, SaleStory, TakenOffer

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
SALE = Conversion(
    "OF-1", "renewal", "Care Plus", "CARE-PLUS", "A-1", "Harbour Hotel", "M-1", "NV-417", "T-1", "Mara", None,
    "North", NOW, NOW, Money(540_000, "EUR"), "D1:1.1", "WO-9", "OL-1", "CL-1",
)  # fmt: skip
QUOTE = QuoteFacts(
    quote_id="QU-77",
    status="accepted",
    offer_id="OF-1",
    offer_version=2,
    buyer=Buyer("A-1", "Harbour Hotel"),
    seller_name="Norvane",
    sku="CARE-PLUS",
    product_name="Care Plus",
    figures=Figures((), "EUR", 1000, 540_000, 1900, 102_600, 642_600),
    term_months=12,
    starts_on=date(2026, 4, 1),
    pricebook="EU-2026",
    price_valid_from=date(2026, 1, 1),
    valid_until=NOW + timedelta(days=14),
    created_at=NOW,
    created_by="T-1",
    created_by_name="Mara",
    partner_id=None,
    confirmation=Confirmation("Ada Weiß", "ada@harbour.example", "PO-4711"),
)
CHOSEN = Considered(
    "r", "renewal", "M-1", "CARE-PLUS", True, None, None, None, {"propensity": 0.45, "total": 0.0125}, 0.8, 1, "EUR"
)  # fmt: skip
BELOW = Considered(
    "r", "add_on", "M-1", "GATE", False, "arbitration", "ranked below renewal CARE-PLUS", None, {"total": 0.0007},
    0.2, 30_000, "EUR",
)  # fmt: skip
OUT = Considered("r", "win_back", "M-1", None, False, "eligible", "covered", None, {}, None, None, None)
DECISION = DecisionFacts("DE-5", NOW, "A-1", "M-1", "T-1", "7", None, True, False, (CHOSEN, BELOW, OUT))
STORY = SaleStory(
    SALE,
    (
        LifeEvent("surfaced", NOW, "Mara", None, is_own=True),
        LifeEvent("accepted", NOW, "Mara", None, is_own=True),
        LifeEvent("cancelled", NOW, "Ingrid", "Budget was cut", is_own=True),
    ),
    TakenOffer(2, "Standard renewal", ("Ends on 11 Apr 2026",), 12, date(2026, 4, 1), NOW, "DE-5"),
    QUOTE,
    Allowance(1000, "Mara", "They asked twice", "Ingrid", NOW, "Only this year"),
    DECISION,
    {"CARE-PLUS": "Care Plus", "GATE": "Gateway"},
    (
        HandOver("offer.accepted", NOW, 1, NOW, None, None),
        HandOver("offer.cancelled", NOW, 3, None, NOW, "HTTP 500"),
        HandOver("offer.booked", NOW, 0, None, None, None),
    ),
)
ROW = ConversionRow(SALE, "https://example.org/archives/C1/p11")


def words_of(node: Any) -> str:
    """Return every text in a view or message."""
    if isinstance(node, dict):
        return "\n".join(
            value if key == "text" and isinstance(value, str) else words_of(value)
            for key, value in node.items()
        )
    return "\n".join(words_of(one) for one in node) if isinstance(node, list) else ""


def open_sale(story: SaleStory, **options: Any) -> dict[str, Any]:
    """Build the form and have Slack's rules read it."""
    view = build_sale_details(story, replace(ROW, conversion=story.sale), **options).to_dict()
    checked: dict[str, Any] = check_view(view, surface="modal")
    return checked


def test_a_sale_opened_says_what_was_offered_why_at_what_price_and_what_became_of_it() -> None:
    said = words_of(open_sale(STORY, can_take_back=True, can_book=True))
    for fact in (
        "EUR 5,400 for 12 months from 1 Apr 2026",
        "order line OL-1\ncontract line CL-1",
        "Ends on 11 Apr 2026",
        "Ada Weiß said yes",
        "purchase order PO-4711",
        "EUR 6,426 with 19 % tax",
        "price book EU-2026, prices from 1 Jan 2026",
        "10 % discount, approved by Ingrid",
        "asked for by Mara: They asked twice",
        "Only this year",
        "> Budget was cut",
        "offer.accepted: arrived",
        "*failed* after 3 tries: HTTP 500",
        "offer.booked: waits",
    ):
        assert fact in said


def test_the_decision_says_what_was_chosen_over_what_and_that_chance_had_a_part() -> None:
    said = words_of(open_sale(STORY))
    shown, below = said.split("*Chosen over*")
    assert "• Renewal Care Plus" in shown
    assert "propensity 0.45" in shown
    assert "• Add-on Gateway" in below
    assert "1 more fell out before the ranking." in below
    assert "chance chose among the best" in said
    assert "its chance was 80%" in said
    alone = replace(DECISION, considered=(CHOSEN,), is_exploring=False, is_held_out=True)
    said = words_of(open_sale(replace(STORY, decision=alone)))
    assert "Nothing else was open to choice." in said
    assert "hold-out group" in said
    assert "chance" not in said


def test_what_the_reader_is_not_told_leaves_no_trace() -> None:
    bare = replace(STORY, decision=None, hand_overs=(), names={})
    said = words_of(open_sale(bare))
    assert "Why this offer" not in said
    assert "Handed over" not in said
    imported = open_sale(SaleStory(SALE, STORY.events))
    assert "imported history" in words_of(imported)
    assert "from a file" not in words_of(imported)
    booked = LifeEvent("booked", NOW, None, None, is_own=False)
    assert "*booked* · from a file" in words_of(open_sale(replace(STORY, events=(booked,))))
    assert "sale_quote" not in repr(imported)
    assert "sale_step" not in repr(imported)
    unpriced = words_of(open_sale(replace(STORY, quote=None)))
    assert "No quote was written for this sale." in unpriced


def test_a_discount_that_nobody_had_to_allow_says_so() -> None:
    for allowance in (
        None,
        replace(STORY.allowance or Allowance(0, None, "", None, None, None), discount_bps=1),
    ):
        said = words_of(open_sale(replace(STORY, allowance=allowance)))
        assert "10 % discount, for which nobody had to be asked" in said
        assert "approved" not in said


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=400))
def test_whatever_the_records_hold_a_sale_can_be_opened(text: str) -> None:
    sale = replace(
        SALE, product_name=text, account_name=text, serial_number=text, person_name=text, partner_name=text
    )
    event = LifeEvent(text, NOW, text, text * 4, is_own=False)
    story = replace(
        STORY,
        sale=sale,
        events=(event,) * 60,
        offer=TakenOffer(1, text, (text,) * 30, None, None, NOW, "DE-5"),
        quote=replace(QUOTE, pricebook=text, confirmation=Confirmation(text, text, text)),
        allowance=Allowance(1000, text, text * 3, text, None, text),
        decision=replace(DECISION, considered=(replace(CHOSEN, reason=text), *([BELOW] * 40))),
        names={"GATE": text},
        hand_overs=(HandOver(text, NOW, 1, None, NOW, text),) * 12,
    )
    open_sale(story, can_take_back=True, can_book=True, remark="Sent.")
    for block in build_conversion_list([ConversionRow(sale, None)] * 3, empty="None.", more=30):
        block.to_dict()
    for message in build_conversion_table([sale] * 150, total=400, only=[text], in_file=150).forms:
        assert check_message_blocks(message.blocks) == message.blocks


def test_the_list_has_one_line_for_each_and_strikes_what_was_taken_back() -> None:
    undone = replace(SALE, ends=(SaleEnd("reversed", NOW, "by mistake", "Ingrid"),))
    lines = [
        str(block.to_dict()["text"]["text"]).replace("\u2060", "")
        for block in build_conversion_list([ROW, replace(ROW, conversion=undone)], empty="", more=None)
    ]
    link = "<https://example.org/archives/C1/p11|thread>"
    assert lines == [
        f"1 Mar 2026 · *Care Plus* · Harbour Hotel · EUR 5,400 · Mara · accepted · {link}",
        f"1 Mar 2026 · ~*Care Plus*~ · Harbour Hotel · EUR 5,400 · Mara · *reversed* · {link}",
    ]


def test_the_table_sorts_days_and_amounts_as_numbers_and_tells_how_many_it_leaves_out() -> None:
    best, plain, words = build_conversion_table([SALE] * 120, total=340, only=["North"], in_file=120).forms
    (table,) = [block for block in best.blocks if block["type"] == "data_table"]
    assert len(table["rows"]) == ROWS_AT_MOST + 1
    day, _, _, value, status, *_ = table["rows"][1]
    # Midnight of 1 Mar 2026 in UTC; 540,000 cents are 5,400.
    assert (day["value"], day["text"]) == (1_772_323_200, "1 Mar 2026")
    assert (value["value"], value["text"], status["text"]) == (5_400.0, "EUR 5,400", "accepted")
    assert "The newest 100 of 340; 240 more. The workbook below has the newest 120." in words_of(best.blocks)
    (lesser,) = [block for block in plain.blocks if block["type"] == "table"]
    assert len(lesser["rows"]) == 100
    assert "The newest 99 of 340; 241 more." in words_of(plain.blocks)
    listed = words_of(words.blocks).count("• ")
    assert f"The newest {listed} of 340" in words_of(words.blocks)
    assert [message.text for message in (best, plain, words)] == ["Conversions, North: 340"] * 3
    (whole, *_) = build_conversion_table([SALE], total=1, only=[], in_file=1).forms
    assert "All 1, newest first." in words_of(whole.blocks)


def test_the_workbook_has_every_column_of_every_sale() -> None:
    undone = replace(
        SALE, amount=None, ends=(SaleEnd("returned", NOW + timedelta(days=9), "broken", "Ingrid"),)
    )
    table = tabulate_conversions([SALE, undone])
    header, (first, second) = table.header, table.rows
    sold, back = dict(zip(header, first, strict=True)), dict(zip(header, second, strict=True))
    assert (sold["accepted"], sold["amount"], sold["currency"], sold["status"], sold["since"]) == (
        date(2026, 3, 1),
        5_400.0,
        "EUR",
        "accepted",
        None,
    )
    assert (back["amount"], back["status"], back["since"], back["reason"]) == (
        None,
        "returned",
        date(2026, 3, 10),
        "broken",
    )
