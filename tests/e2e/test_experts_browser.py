"""The learning loop as people live it: with a phone at the machine, at a desk among experts, on the manager's Home."""

from playwright.sync_api import Locator, Page, expect

from bot.demo.launch import EXPERTS
from tests.e2e.browser import PHONE, Visitors, say, sideways
from tests.e2e.conftest import INGRID, JONAS, MARA
from tests.e2e.test_browser import CHILLER, act, ask, messages_of, top_of, visit

PAUL = "U0EXPT0001"
QUESTION = "Where is the bypass jumper for the louvre actuator?"
ANSWER = "The bypass jumper JP-4 sits behind the left door.\n\n1. Lock Q1.\n2. Move JP-4 from A to B."


def open_thread(page: Page) -> Locator:
    """Open the thread of the newest message; return that message."""
    root = messages_of(page, "conversation-pane").last
    opener = root.get_by_test_id("open-thread").or_(root.get_by_test_id("reply-in-thread"))
    opener.first.click()
    expect(page.get_by_test_id("thread-composer")).to_be_visible()
    return root


def problem_of(form: Locator) -> Locator:
    """What a form complains of."""
    return form.get_by_test_id("input-error").filter(visible=True)


def test_a_gap_is_closed_by_an_expert_for_the_next_who_asks(visitors: Visitors) -> None:
    phone = visitors.open(MARA, size=PHONE)
    visit(phone, CHILLER)
    gave_up = ask(phone, QUESTION)
    button = act(gave_up, "ask_expert")
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44  # A thumb's width, in pixels.
    button.tap()
    expect(messages_of(phone).last).to_contain_text("I've asked the experts for Aurora")
    assert sideways(phone) == []

    desk = visitors.open(PAUL, at=EXPERTS)
    root = messages_of(desk, "conversation-pane").last
    expect(root).to_contain_text("Question about Aurora from Mara Lindqvist, technician")
    expect(root).to_contain_text(f"{CHILLER} · firmware")
    open_thread(desk)
    say(desk, ANSWER, "thread-composer")
    expect(messages_of(desk).last).to_contain_text("Sent to Mara Lindqvist.")

    answer = messages_of(phone).filter(has_text="Paul Okafor answers:")
    expect(answer).to_contain_text("Move JP-4 from A to B.")
    act(answer, "expert_ask_back").tap()
    form = phone.get_by_test_id("modal")
    form.get_by_label("Your question to the expert").fill("Left as seen from the front?")
    form.get_by_test_id("modal-submit").tap()
    expect(messages_of(phone).last).to_contain_text("Paul Okafor has your question")
    asked_back = messages_of(desk).filter(has_text="Mara Lindqvist asks back:")
    expect(asked_back.locator("blockquote")).to_have_text("Left as seen from the front?")
    assert sideways(phone) == []

    act(desk, "note_open").click()
    form = desk.get_by_test_id("modal")
    expect(form.get_by_label("The answer")).to_have_value(ANSWER)
    form.get_by_label("Title").fill("")
    form.get_by_test_id("modal-submit").click()
    expect(problem_of(form)).to_be_visible()
    form.get_by_label("Title").fill("Bypass jumper of the louvre actuator")
    form.get_by_label("Not cited any more after").fill("2020-01-01")
    form.get_by_test_id("modal-submit").click()
    expect(problem_of(form)).to_contain_text("can't expire before today")
    form.get_by_label("Not cited any more after").fill("2099-12-31")
    form.get_by_test_id("modal-submit").click()
    expect(form).to_have_count(0)
    expect(messages_of(desk).last).to_contain_text("Saved as knowledge: Bypass jumper of the louvre actuator")

    next_one = visitors.open(JONAS)
    visit(next_one, CHILLER)
    cited = ask(next_one, "How do I find the bypass jumper of the louvre actuator?")
    expect(cited).to_contain_text("behind the left door")
    expect(cited).to_contain_text("[1] Note by Paul Okafor, reviewed")


def test_why_an_answer_was_no_help_is_one_tap_and_the_manager_sees_it(visitors: Visitors) -> None:
    phone = visitors.open(JONAS, size=PHONE)
    visit(phone, CHILLER)
    answer = ask(phone, "What does alarm E12 mean?")
    answer.get_by_role("button", name="This answer did not help").tap()
    why = messages_of(phone).last
    expect(why).to_contain_text("What was it?")
    expect(act(why, "feedback_hard_to_read")).to_be_in_viewport(ratio=1)
    assert top_of(why) >= 0
    assert sideways(phone) == []
    act(why, "feedback_incomplete").tap()
    expect(why).to_contain_text("Thanks, noted: incomplete.")
    act(why, "feedback_comment").tap()
    form = phone.get_by_test_id("modal")
    form.get_by_label("What was wrong or missing in this answer?").fill("It has a second cause.")
    form.get_by_test_id("modal-submit").tap()
    expect(messages_of(phone).last).to_contain_text("without your name")

    home = visitors.open(INGRID, at="home", size=PHONE).get_by_test_id("home")
    expect(home).to_contain_text("1 gap in the documents: see below")
    gap = home.locator("[data-block-type=section]").filter(has_text="What does alarm E12 mean?")
    expect(gap).to_contain_text("1× by 1 person")
    expect(gap).to_contain_text("1 × incomplete")
    act(home, "experts_open").scroll_into_view_if_needed()
    assert sideways(home.page) == []
    act(home, "experts_open").tap()
    form = home.page.get_by_test_id("modal")
    expect(form).to_contain_text("Everything else: #experts")
    form.get_by_label("Questions about").select_option("Aurora")
    form.get_by_label("go to").select_option("#lobby")
    form.get_by_test_id("modal-submit").tap()
    expect(problem_of(form)).to_contain_text("your own people only")
    form.get_by_label("go to").select_option("#service-desk")
    form.get_by_test_id("modal-submit").tap()
    expect(form).to_have_count(0)
