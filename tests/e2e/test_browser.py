"""The three stories as people live them: in a browser, against the real app; every button is clicked once."""

import os
import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from bot.demo.workspace.faults import Fault
from tests.e2e.browser import PHONE, Visitors, say, sideways
from tests.e2e.conftest import ELIF, INGRID, JONAS, MARA, SERVICE_DESK, Stage

CHILLER, ROOFTOP, AIR_HANDLER = "NV-AUR240-00417", "NV-BOR090-00233", "NV-DEL200-00310"
ROOT = Path(__file__).resolve().parents[2]
SOURCE = re.compile(r"\[1\] .+ · p\. \d+")


def act(place: Page | Locator, action_id: str) -> Locator:
    """The newest button or menu of this kind."""
    return place.locator(f"[data-action-id={action_id}]").last


def messages_of(page: Page, pane: str = "thread") -> Locator:
    """The messages of the thread, or of another pane."""
    return page.get_by_test_id(pane).get_by_test_id("message")


def visit(page: Page, serial: str) -> Locator:
    """Type /visit, open the thread of the brief that comes, and return the brief."""
    say(page, f"/visit {serial}")
    brief = messages_of(page, "conversation-pane").filter(has_text=serial).last
    expect(brief.get_by_role("button", name="Job done")).to_be_visible()
    brief.get_by_test_id("open-thread").click()
    expect(messages_of(page)).to_have_count(1)
    return brief


def ask(page: Page, question: str) -> Locator:
    """Ask in the open thread and return the finished answer."""
    answers = messages_of(page).filter(has=page.locator("[data-action-id=answer_feedback]"))
    asked_before = answers.count()
    say(page, question, "thread-composer")
    expect(answers).to_have_count(asked_before + 1, timeout=30_000)
    return answers.nth(asked_before)


def find_card(page: Page, pane: str = "thread") -> Locator:
    """The offer that is open."""
    return messages_of(page, pane).filter(has=page.locator("[data-action-id=offer_accept]")).last


def accept(page: Page, *, by: Locator | None = None, is_phone: bool = False) -> None:
    """Press Accept, say who said yes, and confirm."""
    button = by or act(page, "offer_accept")
    button.tap() if is_phone else button.click()
    form = page.get_by_test_id("modal")
    form.get_by_label("Who said yes").fill("Ada Weiß")
    submit = form.get_by_test_id("modal-submit")
    submit.tap() if is_phone else submit.click()
    expect(form).to_have_count(0)


def top_of(message: Locator) -> float:
    """How far below the top of its list a message begins, in pixels; negative when it is past it."""
    found: float = message.evaluate(
        "(one) => one.getBoundingClientRect().top - one.closest('.list').getBoundingClientRect().top"
    )
    return found


def test_a_technician_follows_the_first_page_to_an_accepted_offer(visitors: Visitors) -> None:
    page = visitors.open(MARA)
    page.get_by_test_id("story").first.click()
    expect(page.get_by_test_id("composer")).to_have_value(f"/visit {CHILLER}")
    page.get_by_test_id("composer").press("Enter")
    brief = messages_of(page, "conversation-pane").last
    expect(brief).to_contain_text("Harbour Grand Hotel")
    expect(brief).to_contain_text("This call is covered until")
    expect(brief).to_contain_text("41 days left")
    expect(brief).to_contain_text("E02 circuit A")
    brief.get_by_test_id("open-thread").click()

    answer = ask(page, "What torque for the compressor terminal nuts?")
    expect(answer.locator("blockquote").first).to_contain_text(
        re.compile(r"^\s*DANGER Live parts at 400 V.*\[\d\]")
    )
    expect(answer.locator("blockquote").first).to_be_in_viewport(ratio=1)
    assert top_of(answer) >= 0
    expect(answer).to_contain_text("24 Nm")
    expect(answer).to_contain_text("[1] Service bulletin SB-2026-02")
    expect(act(page, "offer_accept")).to_have_count(0)

    follow_up = ask(page, "and what does alarm E12 mean?")
    expect(follow_up).to_contain_text("Compressor overcurrent")
    card = find_card(page)
    expect(card).to_contain_text("Keep this machine covered")
    expect(card).to_contain_text("in 41 days")
    expect(card).to_contain_text("EUR 5,400")
    accept(page, by=act(card, "offer_accept"))
    done = messages_of(page).filter(has_text="Accepted by Mara Lindqvist")
    expect(done).to_contain_text("Logged once")
    expect(page.get_by_test_id("thread").locator("[data-action-id^=offer_]")).to_have_count(0)


def test_the_rest_of_an_answer_and_what_it_was_worth(visitors: Visitors) -> None:
    page = visitors.open(JONAS)
    visit(page, ROOFTOP)
    answer = ask(page, "How often must filters be changed?")
    expect(answer).to_contain_text("every 6 months or at 250 Pa")
    act(answer, "answer_more").click()
    rest = messages_of(page).nth(3)
    expect(rest).to_contain_text(re.compile(r"\[\d\]"))
    expect(rest).to_be_in_viewport()

    bad = answer.get_by_role("button", name="This answer did not help")
    bad.click()
    expect(bad).to_have_attribute("aria-pressed", "true")
    expect(messages_of(page).last).to_contain_text("a gap in our documents")
    answer.get_by_role("button", name="This answer helped").click()
    expect(bad).to_have_attribute("aria-pressed", "false")
    card = find_card(page)  # An answer that helped may be followed by the offer.
    expect(card).to_contain_text("Cover this machine")
    act(card, "offer_snooze").click()
    expect(messages_of(page).filter(has_text="Not now.")).to_contain_text("not on this visit")
    expect(act(page, "offer_accept")).to_have_count(0)


def test_an_offer_at_the_end_of_a_job_is_refused_with_a_reason(visitors: Visitors) -> None:
    page = visitors.open(JONAS)
    brief = visit(page, AIR_HANDLER)
    act(brief, "visit_close").click()
    expect(messages_of(page).nth(1)).to_contain_text("Visit closed")
    card = find_card(page)
    expect(card).to_contain_text("before you leave")
    act(card, "offer_decline").select_option("Too expensive")
    expect(messages_of(page).filter(has_text="No, thanks.")).to_contain_text("Noted with the reason")
    expect(act(page, "offer_accept")).to_have_count(0)
    expect(brief).to_contain_text("Closed today")
    expect(act(brief, "visit_close")).to_have_count(0)


def test_a_wrong_serial_is_found_by_typing_and_the_visit_is_not_shown_to_the_channel(
    visitors: Visitors,
) -> None:
    page = visitors.open(JONAS, at=SERVICE_DESK)
    say(page, "/visit NV-NOPE")
    form = page.get_by_test_id("modal")
    expect(form).to_contain_text("I know no machine with the serial number NV-NOPE")
    form.get_by_test_id("modal-close").click()
    expect(form).to_have_count(0)

    say(page, "/visit")
    expect(form).to_contain_text("Which machine is this visit for?")
    form.get_by_test_id("modal-submit").click()
    expect(form.get_by_test_id("input-error")).to_have_text("Please fill in this field.")
    form.locator("[data-action-id=asset_search]").press_sequentially("bor090 00233")
    option = form.get_by_role("option", name=ROOFTOP)
    expect(option).to_contain_text("Larkfield Logistics")
    option.click()
    form.get_by_test_id("modal-submit").click()
    pointer = messages_of(page, "conversation-pane").filter(has_text="Only visible to you")
    expect(pointer).to_contain_text(f"Your visit for {ROOFTOP} is open")
    act(pointer, "thread_link").click()
    expect(messages_of(page, "conversation-pane").last).to_contain_text("Larkfield Logistics")
    expect(messages_of(page, "conversation-pane").last).to_contain_text("This call is not covered")


def test_a_partner_prices_bundles_in_three_ways_for_its_own_customers_only(visitors: Visitors) -> None:
    page = visitors.open(ELIF)
    say(page, "/bundle Alpenblick Resort")
    form = page.get_by_test_id("modal")
    expect(form).to_contain_text("I know no customer called Alpenblick Resort")
    search = form.locator("[data-action-id=account_search]")
    search.press_sequentially("Alpen")
    expect(form.locator(".listbox")).to_contain_text("Nothing found")
    search.fill("fjord")
    form.get_by_role("option", name="Fjordview Clinic").click()
    form.get_by_test_id("modal-submit").click()
    card = find_card(page, "conversation-pane")
    expect(card).to_contain_text("For Fjordview Clinic")
    expect(card).to_contain_text(re.compile(r"Apart they cost EUR [\d,.]+: EUR [\d,.]+ saved"))

    messages = messages_of(page, "conversation-pane")
    priced = messages.count()
    say(page, "/bundle Fjordview Clinic")
    expect(messages.filter(has=page.locator("[data-action-id=offer_accept]"))).to_have_count(priced + 1)
    say(page, "Please show me a bundle for Fjordview Clinic.")
    expect(messages.filter(has=page.locator("[data-action-id=offer_accept]"))).to_have_count(priced + 2)
    accept(page)
    expect(messages.last).to_contain_text("Accepted by Elif Kaya")

    page.get_by_test_id("head-home").click()
    home = page.get_by_test_id("home")
    expect(home).to_contain_text("Hello Elif Kaya")
    expect(home).to_contain_text("comfort bundle · Fjordview Clinic")
    act(home, "home_bundle").click()
    expect(form).to_contain_text("Which customer is the bundle for?")
    form.get_by_test_id("modal-x").click()
    act(home, "home_visit").click()
    expect(form).to_contain_text("Which machine is this visit for?")
    form.locator("[data-action-id=asset_search]").press_sequentially(AIR_HANDLER)
    expect(form.get_by_role("option").first).to_contain_text("NV-DEL200")
    expect(form.get_by_role("option", name=AIR_HANDLER)).to_have_count(0)


def test_a_manager_sees_a_conversion_on_home_as_it_happens(visitors: Visitors) -> None:
    home = visitors.open(INGRID, at="home").get_by_test_id("home")
    expect(home).to_contain_text("Conversions")
    newest = home.locator(
        "[data-block-type=section]", has=home.page.locator("[data-action-id=home_conversion]")
    ).first
    page = visitors.open(MARA)
    visit(page, CHILLER)
    ask(page, "What torque for the compressor terminal nuts?")
    ask(page, "and what does alarm E12 mean?")
    accept(page)
    line = "Care Plus for Aurora · Harbour Grand Hotel · EUR 5,400 · Mara Lindqvist · accepted"
    expect(newest).to_contain_text(line, timeout=1_000)

    act(newest, "home_conversion").click()
    details = home.page.get_by_test_id("modal")
    for fact in (
        "Mara Lindqvist",
        "Care Plus for Aurora",
        CHILLER,
        "EUR 5,400",
        "Booked as",
        "Why this offer",
    ):
        expect(details).to_contain_text(fact)
    expect(details).to_contain_text("It was agreed in Mara Lindqvist's direct messages.")
    expect(act(details, "thread_link")).to_have_count(0)
    details.get_by_test_id("modal-close").click()
    act(home, "home_refresh").click()
    expect(home).to_contain_text("Updated")
    expect(newest.get_by_role("link", name="thread")).to_have_count(0)


def test_a_technician_does_it_all_with_a_phone(visitors: Visitors) -> None:
    page = visitors.open(MARA, size=PHONE)
    visit(page, CHILLER)
    answer = ask(page, "What torque for the compressor terminal nuts?")
    expect(answer.locator("blockquote").first).to_be_in_viewport(ratio=1)
    assert 0 <= top_of(answer) < 20  # It is longer than the window, so it begins at its top.
    ask(page, "and what does alarm E12 mean?")
    button = act(find_card(page), "offer_accept")
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44  # A thumb's width, in pixels.
    assert sideways(page) == []
    accept(page, by=button, is_phone=True)
    expect(messages_of(page).filter(has_text="Accepted by Mara Lindqvist")).to_be_visible()
    page.get_by_test_id("close-thread").tap()
    expect(page.get_by_test_id("thread")).to_be_hidden()
    page.get_by_test_id("tab-home").tap()
    expect(page.get_by_test_id("home")).to_contain_text("Care Plus for Aurora · Harbour Grand Hotel")
    assert sideways(page) == []


def test_a_technician_looks_for_a_fault_with_a_thumb(visitors: Visitors) -> None:
    page = visitors.open(MARA, size=PHONE)
    visit(page, CHILLER)
    card = ask(page, "The water is too warm although both circuits run at 100 %")
    expect(card).to_contain_text("Check 1 of 5 · Set point raised")
    for action in ("guide_fixed", "guide_next", "guide_view"):
        button = act(card, action)
        expect(button).to_be_in_viewport(ratio=1)
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44  # A thumb's width, in pixels.
    act(card, "guide_next").tap()
    expect(card).to_contain_text("Check 2 of 5 · Water flow too large")
    expect(card.locator("s, del, strike")).to_have_text("Set point raised")
    act(card, "guide_next").tap()
    expect(card).to_contain_text("Check 3 of 5")
    hazard = card.locator("blockquote").first
    expect(hazard).to_contain_text("WARNING The fans can start without warning.")
    expect(hazard).to_be_in_viewport(ratio=1)
    expect(act(card, "guide_next")).to_be_in_viewport(ratio=1)
    act(card, "guide_view").tap()
    expect(card.locator("ol li")).to_have_count(5)
    assert sideways(page) == []
    act(card, "guide_view").tap()
    expect(card.locator("ol li")).to_have_count(0)
    act(card, "guide_fixed").tap()
    expect(card).to_contain_text("What fixed it: Condenser coils dirty")
    expect(card.locator("[data-action-id^=guide_]")).to_have_count(0)
    expect(find_card(page)).to_contain_text("Keep this machine covered")
    assert sideways(page) == []


def test_a_technician_rules_everything_out_and_is_led_to_an_expert(visitors: Visitors) -> None:
    page = visitors.open(JONAS)
    visit(page, CHILLER)
    card = ask(page, "High condensing pressure on circuit A")
    expect(card.locator("blockquote").first).to_contain_text("DANGER Never bridge the high-pressure switch")
    expect(card.locator("strong", has_text="Clean the coil (5.2)")).to_be_visible()
    act(card, "guide_next").click()
    expect(card).to_contain_text("Check 2 of 3 · fan stopped")
    expect(card.locator("strong", has_text="check the fan drive (6.5)")).to_be_visible()
    act(card, "guide_next").click()
    expect(act(card, "guide_next")).to_have_text("None of these")
    act(card, "guide_next").click()
    expect(act(card, "ask_expert")).to_have_text("Ask an expert")
    expect(card).to_contain_text("Ruled out: Dirty coil, fan stopped, air in the circuit")
    expect(act(page, "offer_accept")).to_have_count(0)


def test_a_suggestion_is_sent_by_a_click_and_the_work_on_it_can_be_stopped(
    visitors: Visitors, stage: Stage
) -> None:
    page = visitors.open(MARA)
    page.get_by_test_id("prompt").first.click()
    expect(messages_of(page).nth(1)).to_contain_text("[1]")
    expect(page.get_by_test_id("stop")).to_have_count(0)
    assert [call.error for call in stage.workspace.calls if not call.ok] == []

    stage.faults.inject(Fault(method="assistant.threads.setStatus", delay_s=2))
    say(page, "How is the oil changed?", "thread-composer")
    page.get_by_test_id("stop").click()
    expect(messages_of(page).last).to_contain_text("Stopped. Ask again when you need it.")
    expect(page.get_by_test_id("stop")).to_have_count(0)


def test_the_picture_in_the_readme_is_what_the_page_looks_like(visitors: Visitors) -> None:
    page = visitors.open(MARA)
    visit(page, CHILLER)
    ask(page, "What torque for the compressor terminal nuts?")
    answer = ask(page, "What is the acid number limit of the oil?")
    expect(answer.locator("blockquote")).to_contain_text(
        "CAUTION The oil is at up to 80 °C and under pressure."
    )
    expect(answer).to_contain_text(SOURCE)
    expect(act(find_card(page), "offer_accept")).to_be_in_viewport(ratio=1)
    expect(answer.locator("blockquote")).to_be_in_viewport(ratio=1)
    page.get_by_test_id("thread-composer").blur()
    page.mouse.move(640, 20)
    picture = ROOT / "test-artifacts" / "workspace.png"
    picture.parent.mkdir(exist_ok=True)
    page.screenshot(path=picture, animations="disabled")
    if os.environ.get("ATTACHE_UPDATE_PICTURE"):
        (ROOT / "deploy" / "workspace.png").write_bytes(picture.read_bytes())
