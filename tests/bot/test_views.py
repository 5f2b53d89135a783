"""Views: whatever the facts are, Slack takes the blocks, and text from outside stays text."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.demo.workspace.blocks.surfaces import check_message_blocks, check_view
from bot.views.answer import build_answer, build_stopped, render_parts, render_statements
from bot.views.brief import build_brief
from bot.views.forms import build_account_options, build_asset_options, build_bundle_form, build_visit_form
from bot.views.home import build_field_home
from bot.views.home_conversions import ConversionRow
from bot.views.notes import build_danger_note, build_note
from bot.views.offer import build_offer
from bot.views.payloads import SaleRef
from bot.views.sale_step import build_sale_settled, build_sale_step_done, build_sale_step_form
from knowledge.replies import Answer, Citation, Notice, ReadCode, Statement
from offers.installed_base.machines import AccountFacts, AssetFacts
from offers.installed_base.visits import CoverageFacts, VisitBrief, WorkOrderFacts
from offers.money import Money
from offers.sales.cards import AcceptanceFacts, OfferCard, OfferItem
from offers.sales.conversions import Conversion, SaleEnd
from offers.sales.fulfilment import SaleStep
from offers.vocabulary import OfferEventType

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
ASSET = AssetFacts(
    asset_id="AS-1",
    serial_number="NV-1",
    sku="AUR-240",
    product_name="Aurora 240",
    family="Aurora",
    model="AUR-240",
    firmware="4.1",
    account_id="A-1",
    account_name="Harbour Grand Hotel",
    site_name="Main building",
    site_address="Quay 4",
    region="North",
    install_date=date(2020, 9, 22),
    status="active",
    warranty_end=date(2022, 9, 21),
    sold_by_partner_id=None,
    serviced_by_partner_id=None,
)
CARD = OfferCard(
    offer_id="off_1",
    version=1,
    play="renewal",
    rule_id="renewal",
    rule_name="Renewal",
    account_id="A-1",
    account_name="Harbour Grand Hotel",
    asset_id="AS-1",
    serial_number="NV-1",
    sku="CARE-PLUS-AUR",
    product_name="Care Plus",
    price=Money(540_000, "EUR"),
    term_months=12,
    items=(),
    list_total=None,
    reasons=("Contract ends in 41 days",),
    expires_at=NOW,
    status="open",
    accepted=None,
)
hostile = st.one_of(
    st.text(max_size=120),
    st.sampled_from(
        ["<!channel>", "<@U1>", "*bold*", "</script>", "a" * 4_000, "💧" * 2_000, "\n\n\n", "`x`"]
    ),
)


def accept_blocks(blocks: list[dict[str, Any]]) -> None:
    """The strict workspace takes these blocks in a message."""
    assert check_message_blocks(blocks) == blocks


@given(text=hostile, other=hostile)
@settings(max_examples=60, deadline=None)
def test_a_brief_fits_whatever_the_records_hold(text: str, other: str) -> None:
    asset = replace(
        ASSET, product_name=text or "?", account_name=other or "?", site_address=text, status=other
    )
    order = WorkOrderFacts("WO-1", NOW, None, text, other, text, other)
    brief = VisitBrief(
        asset=asset,
        coverage=CoverageFacts("covered", text, text, other, date(2027, 1, 2), True, None),
        open_work_order=order,
        history=(order,) * 5,
        visits_last_12m=5,
        open_cases=1,
        is_escalated=True,
        fleet=(3, 4),
    )
    message = build_brief(brief, visit_id="visit_1", today=NOW.date(), closes=other or "?")
    accept_blocks(message.blocks)
    assert "<!channel>" not in repr(message.blocks[1:])
    assert "<!channel>" not in message.text


@given(text=hostile, reason=hostile)
@settings(max_examples=60, deadline=None)
def test_an_offer_fits_whatever_the_catalogue_holds(text: str, reason: str) -> None:
    item = OfferItem("GW-100", text or "?", 1, Money(89_000, "EUR"))
    card = replace(
        CARD,
        product_name=text or "?",
        account_name=reason or "?",
        reasons=(reason,) * 8,
        items=(item,) * 9,
        list_total=Money(900_000, "EUR"),
    )
    for state in (card, replace(card, status="declined"), replace(card, status="expired")):
        accept_blocks(build_offer(state, remark=text or None).blocks)


def test_an_accepted_offer_says_who_and_has_no_buttons() -> None:
    done = AcceptanceFacts("Mara Lindqvist", NOW, "OL-1", None)
    message = build_offer(replace(CARD, status="accepted", accepted=done))
    assert "Mara Lindqvist" in repr(message.blocks)
    assert "contract line" not in repr(message.blocks)
    assert "offer_accept" not in repr(message.blocks)


def test_a_saving_is_what_the_items_cost_apart_less_the_price() -> None:
    # 6,000 apart, 5,400 together: 600 saved.
    item = OfferItem("GW-100", "Gateway", 1, Money(600_000, "EUR"))
    shown = repr(build_offer(replace(CARD, items=(item,), list_total=Money(600_000, "EUR"))).blocks)
    assert "Apart they cost EUR 6,000: EUR 600 saved." in shown
    dearer = replace(CARD, items=(item,), list_total=Money(500_000, "EUR"))
    assert "saved" not in repr(build_offer(dearer).blocks)


@given(text=hostile, title=hostile)
@settings(max_examples=60, deadline=None)
def test_an_answer_fits_whatever_the_documents_hold(text: str, title: str) -> None:
    citation = Citation(1, "a.md", title or "?", text, 3, text)
    answer = Answer(
        question="?",
        abstained=False,
        reason=None,
        notices=(Notice("danger", text, 1),) * 3,
        statements=(
            Statement("step", text, 1, 1),
            Statement("row", text, 1, None),
            Statement("sentence", text, 1, None),
        )
        * 4,
        more=(Statement("sentence", text, 1, None),),
        citations=(citation,) * 12,
        nearest=(),
        widened=False,
        shortened=True,
        timings_ms={},
    )
    message = build_answer(answer, turn_id="turn_1", bench="Aurora")
    accept_blocks(message.blocks)
    accept_blocks(message.closing)
    assert len(message.text) <= 3_000
    assert "<!channel>" not in "".join(message.stream)


def test_an_answer_tells_that_its_code_stands_in_more_lists() -> None:
    answer = Answer(
        question="K12",
        abstained=False,
        statements=(Statement("row", "K12: stuck.", 1),),
        citations=(Citation(1, "a.csv", "A", None, None, "K12: stuck."),),
    )

    def read(shown: Answer) -> str:
        return repr(build_answer(shown, turn_id="t", bench=None).closing)

    assert "1 more list: name the machine" in read(replace(answer, more_lists=1))
    assert "more list" not in read(answer)
    assert "I read 12 as K-12." in read(replace(answer, read_codes=(ReadCode("12", "K-12"),)))


def test_that_an_answer_is_for_other_machines_stands_before_its_first_step() -> None:
    answer = Answer(
        question="?",
        abstained=False,
        reason=None,
        notices=(Notice("danger", "Hot.", 1),),
        statements=(Statement("step", "Close the valve.", 1, 1),),
        more=(),
        citations=(Citation(1, "a.md", "A", None, None, "Close the valve."),),
        nearest=(),
        widened=True,
        shortened=False,
        timings_ms={},
    )

    def read(shown: Answer, bench: str | None = "Boreal 90") -> str:
        return "".join(build_answer(shown, turn_id="t", bench=bench).stream)

    said = read(answer)
    assert said.index("Hot.") < said.index("Nothing for Boreal 90 itself") < said.index("Close the valve.")
    # A model's words were read while it wrote them: what they are for comes after the last of them.
    composed = read(replace(answer, composed_by="m"))
    assert composed.index("Close the valve.") < composed.index("Nothing for Boreal 90 itself")
    for other, bench in ((replace(answer, widened=False), "Boreal 90"), (answer, None)):
        assert "Nothing for" not in repr(build_answer(other, turn_id="t", bench=bench).blocks)


def test_steps_keep_their_numbers_and_a_sentence_after_a_list_stands_apart() -> None:
    statements = [
        Statement("step", "Close the valve.", 1, 3),
        Statement("step", "Drain 4.5 l.", 1, 4),
        Statement("sentence", "Refill with VG 120.", 2, None),
    ]
    assert "".join(render_statements(statements)) == (
        "3. Close the valve. [1]\n4. Drain 4.5 l. [1]\n\nRefill with VG 120. [2]\n\n"
    )


@given(text=hostile)
@settings(max_examples=40, deadline=None)
def test_forms_notes_and_home_fit(text: str) -> None:
    accept_blocks(build_note(text or "?").blocks)
    assets = [replace(ASSET, serial_number=text or "?", account_name=text or "?")]
    accounts = [AccountFacts("A-1", text or "?", None, None, 3)]
    for option in build_asset_options(assets) + build_account_options(accounts):
        assert len(option["text"]["text"]) <= 75  # type: ignore[index]
    sale = Conversion(
        "off_1",
        "bundle",
        text,
        text,
        "A-1",
        text,
        "AS-1",
        text,
        "P-1",
        text,
        text,
        text,
        NOW,
        NOW,
        None,
        "D1:1.1",
        text,
        text,
        None,
        (SaleEnd("returned", NOW, text, text or None), SaleEnd("reversed", NOW, text * 4, None)),
    )
    ref = SaleRef(offer_id="off_1")
    done = SaleStep("off_1", OfferEventType.REVERSED, NOW, is_new=True, left_to_crm=(text,) * 20)
    row = ConversionRow(sale, "https://example.org/archives/D1/p11")
    views = [
        build_visit_form(origin="D1", wrong=text or None),
        build_bundle_form(origin="D1", wrong=text or None),
        build_sale_step_form(ref, tuple(OfferEventType), what=text or "?"),
        build_sale_step_done(done),
        build_sale_settled(),
        build_field_home(
            name=text or "?",
            can_visit=True,
            can_bundle=True,
            conversions=text or "?",
            rows=[row] * 75,
            now=NOW,
            more=75,
        ),
    ]
    for view in views:
        data = view.to_dict()
        assert check_view(data, surface=data["type"]) == data


def test_a_brief_names_a_model_that_is_its_article_number_once() -> None:
    text = repr(build_brief(brief_of(CoverageFacts("none")), visit_id="v", today=NOW.date()).blocks)
    assert text.count("AUR-240") == 1


def test_a_brief_tells_a_booked_renewal_instead_of_the_days_that_are_left() -> None:
    ends, then = date(2027, 1, 2), date(2028, 1, 2)
    before = CoverageFacts("covered", "C-1", "CARE", "Care Plus", ends)
    after = replace(before, is_renewed=True, renewed_until=then)
    told = [
        repr(build_brief(brief_of(one), visit_id="v", today=NOW.date()).blocks) for one in (before, after)
    ]
    assert "41 days left" in told[0]
    assert "41 days left" not in told[1]
    assert "renewal is booked" in told[1]
    assert "2 Jan 2028" in told[1]


def test_a_brief_of_a_closed_visit_says_so_and_has_no_button() -> None:
    message = build_brief(brief_of(CoverageFacts("none")), visit_id="v", today=NOW.date(), closed_at=NOW)
    assert "visit_close" not in repr(message.blocks)
    assert "Closed" in repr(message.blocks)
    accept_blocks(message.blocks)


def test_a_bundle_that_is_put_off_speaks_of_no_visit() -> None:
    put_off = [
        build_offer(replace(CARD, play=play, status="snoozed")).blocks for play in ("bundle", "renewal")
    ]
    assert "visit" not in repr(put_off[0])
    assert "not on this visit" in repr(put_off[1])


def brief_of(coverage: CoverageFacts) -> VisitBrief:
    """A brief with nothing else to tell."""
    return VisitBrief(
        asset=ASSET,
        coverage=coverage,
        open_work_order=None,
        history=(),
        visits_last_12m=0,
        open_cases=0,
        is_escalated=False,
        fleet=(1, 1),
    )


def test_a_rows_labels_stand_out_and_its_cells_are_kept_word_for_word() -> None:
    row = Statement("row", "code: E12; part_number: NP-1; remedy: Check voltage; then: retighten; see *2*", 1)
    assert render_statements([row]) == (
        "- **Code:** E12 · **Part number:** NP-1 · **Remedy:** Check voltage · **Then:** retighten; see \\*2\\* [1]\n",
    )


parts = st.lists(
    st.builds(
        Statement,
        kind=st.sampled_from(["step", "sentence", "row"]),
        text=st.text(max_size=40),
        citation=st.integers(1, 3),
        step=st.one_of(st.none(), st.integers(1, 9)),
    ),
    max_size=6,
)


@given(statements=parts, count=st.integers(0, 6), hazard=st.text(min_size=1, max_size=40))
def test_what_was_read_of_a_growing_answer_is_how_the_whole_begins(
    statements: list[Statement], count: int, hazard: str
) -> None:
    whole = [Notice("danger", hazard, 1), *statements]
    read = render_parts(whole[:count])
    assert render_parts(whole)[: len(read)] == read
    assert build_stopped(read).stream[: len(read)] == read
    accept_blocks(build_stopped(read).blocks)


def test_a_reader_is_told_who_worded_the_answer() -> None:
    answer = Answer(
        question="q",
        abstained=False,
        statements=(Statement("sentence", "Tighten to 24 Nm.", 1),),
        composed_by="a:b",
    )
    told = {
        short_form: repr(build_answer(replace(answer, short_form=short_form), turn_id="t", bench=None).blocks)
        for short_form in (None, "slow", "failed", "cut_off", "incomplete")
    }
    assert "Worded by AI, each line checked against its source." in told[None]
    assert "Short form: in the documents' own words." in told["slow"] + told["failed"]
    assert "Completed in the documents' own words." in told["cut_off"]
    assert all("Worded by AI" not in text for short_form, text in told.items() if short_form)
    plain = repr(build_answer(replace(answer, composed_by=None), turn_id="t", bench=None).blocks)
    assert "AI" not in plain
    assert "Short form" not in plain


@pytest.mark.parametrize(
    ("language", "first", "contact"),
    [
        ("en", "People first. Get everybody out", "Then call +49 40 1."),
        ("de", "Menschen zuerst. Bringt alle", "Ruft danach an: +49 40 1."),
        ("es", "Primero las personas. Saca a todos", "Después llama a +49 40 1."),
        ("fr", "Les personnes d'abord. Fais sortir", "Appelle ensuite +49 40 1."),
        ("zh", "人员安全第一。 让所有人", "然后联系 +49 40 1。"),
        ("it", "People first. Get everybody out", "Then call +49 40 1."),
    ],
)
def test_a_danger_is_answered_in_the_language_it_was_reported_in(
    language: str, first: str, contact: str
) -> None:
    note = build_danger_note("+49 40 1", language=language)
    assert note.text.startswith(first)
    assert note.text.endswith(contact)
    check_message_blocks(note.blocks)
