"""Views of the learning loop: Slack takes them whatever people wrote, and what they wrote stays whole and harmless."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.views import View

from bot.demo.workspace.blocks.surfaces import check_view
from bot.gaps import ON_HOME
from bot.home.page import SHOWN_AT_MOST
from bot.mrkdwn import relay
from bot.views.answer import build_answer
from bot.views.expert import (
    ExpertCase,
    build_ask_back_form,
    build_asked_back,
    build_expert_answer,
    build_expert_question,
    build_forwarded,
)
from bot.views.feedback import COMPLAINTS, build_comment_form, build_feedback_question
from bot.views.figure_home import Kpi, build_figures
from bot.views.hand_overs import build_failed_hand_overs
from bot.views.home import build_manager_home
from bot.views.home_conversions import ConversionRow
from bot.views.learning import Learning, build_channel_form, build_learning, summarise_learning
from bot.views.note_form import NoteFields, build_note_form, build_note_saved, read_note_form
from bot.views.opportunities import build_opportunities
from bot.views.payloads import NoteRef, ReplyRef, read_turn_id
from knowledge.documents import Audience
from knowledge.gaps import Gap, Page, Trouble
from knowledge.notes import Note
from knowledge.replies import Answer, Citation
from offers.guardrails import Rail, guard_figure, guard_health, guard_share
from offers.installed_base.service_health import ServiceHealth
from offers.metrics.figures import Figure, Report
from offers.money import Money
from offers.outbox.failures import FailedHandOver
from offers.sales.conversions import Conversion
from offers.steering.renewals import RenewalSummary
from tests.bot.test_views import accept_blocks, hostile
from tests.knowledge.test_notes import DRAFT

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
REF = ReplyRef(channel="C0EXPERTS1", ts="1795336315.172321")
NOTE = NoteRef(note_id="note_1", reply=REF)


def accept_view(view: View) -> dict[str, Any]:
    """The strict workspace takes this view."""
    data: dict[str, Any] = view.to_dict()
    assert check_view(data, surface=data["type"]) == data
    return data


def a_gap(text: str) -> Gap:
    page = Page("a.md", text, text, 3)
    return Gap(
        (text or "?",), 4, 3, NOW, (text,), Trouble.DISLIKED, ((text, 2),), (text,), (page,), text, ("t",)
    )


@given(text=hostile, other=hostile)
@settings(max_examples=60, deadline=None)
def test_a_question_to_experts_fits_whatever_was_asked(text: str, other: str) -> None:
    page = Citation(1, "a.md", other or "?", text, 3, text)
    case = ExpertCase(
        asker=other,
        family=text or None,
        readers=Audience.PARTNER,
        question=text,
        machine=(text, other),
        earlier=(text,) * 5,
        tried=(other,) * 20,
        answer=text,
        complaint="wrong",
        pages=(page,) * 12,
    )
    for one in (case, replace(case, answer="", pages=())):
        message = build_expert_question(one)
        accept_blocks(message.blocks)
        assert "<!channel>" not in repr(message)
    accept_blocks(build_asked_back(other, text).blocks)
    accept_blocks(build_forwarded(other, ref=REF, remark=text).blocks)


@given(text=st.one_of(hostile, st.text(max_size=9_000)))
@settings(max_examples=60, deadline=None)
def test_an_experts_words_arrive_whole(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    message = build_expert_answer("Ada", relay(escaped, lambda _: "?"), ref=REF, files=2, asker_id="U1")
    accept_blocks(message.blocks)
    shown = "".join(block["text"]["text"] for block in message.blocks[1:-2])
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", escaped)


def test_who_reads_the_answer_is_said_to_the_experts() -> None:
    case = ExpertCase("Ada", None, Audience.INTERNAL, "Where?")
    shown = {reader: repr(build_expert_question(replace(case, readers=reader)).blocks) for reader in Audience}
    assert "your answer" not in shown[Audience.INTERNAL]
    assert "A partner reads your answer" in shown[Audience.PARTNER]
    assert "People from outside read your answer" in shown[Audience.PUBLIC]


@pytest.mark.parametrize(
    ("reason", "can_ask"), [("no_evidence", True), ("unknown_code", True), ("empty_question", False)]
)
def test_an_abstention_offers_an_expert(reason: str, can_ask: bool) -> None:
    answer = Answer("Where?", abstained=True, reason=reason)
    message = build_answer(answer, turn_id="turn_1", bench=None)
    accept_blocks(message.blocks)
    assert ("'ask_expert'" in repr(message.blocks)) is can_ask
    assert "'ask_expert'" not in repr(
        build_answer(replace(answer, abstained=False), turn_id="t", bench=None).blocks
    )


def test_every_reason_is_one_tap_and_thanks_for_itself() -> None:
    asked = build_feedback_question("turn_1")
    accept_blocks(asked.blocks)
    for code, label in COMPLAINTS.items():
        assert f"'feedback_{code}'" in repr(asked.blocks)
        thanks = build_feedback_question("turn_1", chosen=code)
        accept_blocks(thanks.blocks)
        assert f"noted: {label}." in thanks.text
        assert "'feedback_wrong'" not in repr(thanks.blocks)
    assert "ask_expert" not in repr(build_feedback_question("turn_1", can_ask=False).blocks)
    accept_view(build_comment_form("turn_1"))


@given(text=hostile, family=hostile)
@settings(max_examples=60, deadline=None)
def test_the_form_of_a_note_fits_and_brings_back_what_it_shows(text: str, family: str) -> None:
    fields = NoteFields(text, text, text, family, Audience.PARTNER, date(2027, 5, 21), date(2027, 11, 22))
    data = accept_view(build_note_form(NOTE, fields, families=[family, "Aurora"] * 3, author=text, hint=text))
    values = {}
    for block in data["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            held = {
                "value": element.get("initial_value"),
                "selected_date": element.get("initial_date"),
                "selected_option": element.get("initial_option"),
            }
            values[block["block_id"]] = {element["action_id"]: held}
    read = read_note_form(values)
    assert (read.audience, read.review_on, read.expires_on) == (
        Audience.PARTNER,
        date(2027, 5, 21),
        date(2027, 11, 22),
    )
    assert (read.title, read.question, read.text) == (text[:150], text[:1_000], text[:3_000])
    assert read.family == (family if family.strip() and len(family) <= 75 and family != "*" else None)
    assert NoteRef.model_validate_json(data["private_metadata"]) == NOTE
    accept_blocks(build_note_saved(replace(DRAFT, title=text, products=(family,))).blocks)
    accept_view(build_ask_back_form(REF))


@given(text=hostile)
@settings(max_examples=60, deadline=None)
def test_a_managers_page_fits_whatever_is_to_be_learnt(text: str) -> None:
    note = Note("note:a", replace(DRAFT, title=text, author=text), date(2026, 1, 1))
    learning = Learning((a_gap(text),) * 5, (note,) * 9, 3, NOW, 90)
    blocks = build_learning(learning, today=NOW.date())
    accept_view(View(type="home", blocks=blocks))
    # Eight blocks and up to 75 conversions stand above it; Slack takes a hundred.
    assert len(blocks) + len(summarise_learning(learning)) <= 100 - 75 - 8
    accept_view(
        build_channel_form([f"{text}{n}" for n in range(120)], [(None, "C0EXPERTS1"), (text, "C0AURORA01")])
    )


def test_a_gap_is_one_line_that_names_nobody() -> None:
    gap = replace(
        a_gap("x"), questions=("Where is it?",), families=("Aurora",), missing="No document mentions “it”."
    )
    learning = Learning((gap,), (), 0, None, 90)
    (line,) = [
        block.to_dict()["text"]["text"]
        for block in build_learning(learning, today=NOW.date())
        if block.to_dict()["type"] == "section"
    ]
    assert line == "*Where is it?* · Aurora · 4× by 3 people · 22 Nov 2026 · No document mentions “it”."


def test_the_top_of_the_page_says_what_waits_below() -> None:
    note = Note("note:a", DRAFT, date(2026, 3, 2))
    (line,) = summarise_learning(Learning((a_gap("x"),) * 2, (note,), 3, NOW, 90))
    assert line.to_dict()["elements"][0]["text"] == (
        "2 gaps in the documents · 1 note due for review · 3 questions wait for an expert: see below the conversions."
    )
    assert summarise_learning(Learning((), (), 0, None, 90)) == []


def test_a_due_note_says_whether_it_is_still_cited() -> None:
    note = Note("note:a", DRAFT, date(2026, 3, 2))
    due = repr(
        [b.to_dict() for b in build_learning(Learning((), (note,), 0, None, 90), today=date(2026, 9, 1))]
    )
    assert "due for review since 29 Aug 2026" in due
    gone = repr(
        [b.to_dict() for b in build_learning(Learning((), (note,), 0, None, 90), today=date(2027, 3, 3))]
    )
    assert "expired on 2 Mar 2027, not cited any more" in gone


def test_a_button_may_carry_the_bare_turn_or_a_reference_to_it() -> None:
    assert read_turn_id("turn_1") == read_turn_id('{"turn_id":"turn_1"}') == "turn_1"


@given(text=hostile)
@settings(max_examples=30, deadline=None)
def test_a_managers_page_holds_everything_at_its_longest(text: str) -> None:
    sale = Conversion(
        "off_1", "bundle", text, text, "A-1", text, "AS-1", text, "P-1", text, text, text, NOW, NOW, None, "D1:1.1",
        text, text, None,
    )  # fmt: skip
    failed = [
        FailedHandOver("MS-1", topic, text or None, 10, NOW, NOW, text or "?")
        for topic in ("offer.accepted", text)
    ] * 20
    learning = Learning((a_gap(text),) * ON_HOME, (Note("a.md", DRAFT, NOW.date()),) * 9, 3, NOW, 90)
    figure = Figure({}, 3, 4, 0.75, 0.3, 0.95, 0.8)
    worse = Figure({}, 3, 400, 0.0075, 0.002, 0.02, None)
    whole = Report("units_attach", NOW.date(), NOW.date(), NOW.date(), "", (), figure)
    part = Report("value_attach", NOW.date(), None, None, "", (replace(figure, currency="EUR"),) * 9, worse)
    beside = [
        *guard_figure(Rail.FIRST_RENEWAL, replace(whole, total=worse), whole),
        *guard_figure(Rail.CANCELLATIONS, whole, replace(whole, total=worse)),
        *guard_health(ServiceHealth((9, 1), (3, 3))),
        guard_share(Rail.UNHELPFUL, (2, 9), (0, 4)),
    ]
    kpis = [Kpi(whole, replace(whole, total=worse), [figure, worse] * 6), Kpi(part, None, [])] * 3
    view = build_manager_home(
        [
            *build_figures(kpis, beside, whole, known_at=NOW, is_behind=True),
            *build_opportunities(part.total, RenewalSummary(9, 1, (Money(1, "EUR"),)), rows=part.rows),
        ],
        [ConversionRow(sale, None)] * SHOWN_AT_MOST,
        now=NOW,
        summary=summarise_learning(learning),
        learning=build_learning(learning, today=NOW.date()),
        failed=build_failed_hand_overs(40, failed),
    )
    accept_view(view)
    assert build_failed_hand_overs(0, []) == []
