"""Getting about: stories, links, other people, and a workspace that went away."""

import re

from playwright.sync_api import expect

from bot.demo.workspace.server import WorkspaceServer
from tests.e2e.browser import Visitors, say
from tests.e2e.page.conftest import DESK, JONAS, MARA, YARD, build_seed


def test_a_message_elsewhere_leaves_a_dot_until_it_is_read(
    visitors: Visitors, server: WorkspaceServer
) -> None:
    page = visitors.open(MARA, at=DESK)
    server.workspace.post_as(JONAS, YARD, "Truck is here")
    entry = page.locator(f"[data-conversation-id={YARD}]")
    expect(entry.get_by_test_id("unread")).to_be_visible()
    entry.click()
    expect(page.get_by_test_id("message")).to_contain_text("Truck is here")
    expect(entry.get_by_test_id("unread")).to_have_count(0)


def test_being_somebody_else_starts_afresh_in_the_same_channel(visitors: Visitors) -> None:
    page = visitors.open(MARA, at=YARD)
    page.get_by_test_id("composer").fill("half a thought")
    page.get_by_test_id("person-switch").select_option(JONAS)
    page.wait_for_url(re.compile(f"as={JONAS}.*at={YARD}"))
    expect(page.get_by_test_id("composer")).to_have_value("")
    expect(page.get_by_test_id("person-switch")).to_have_value(JONAS)


def test_a_permalink_opens_the_thread_it_points_into(visitors: Visitors, server: WorkspaceServer) -> None:
    root = server.workspace.post_as(JONAS, YARD, "Root")
    reply = server.workspace.post_as(JONAS, YARD, "Deep inside", thread_ts=root)
    page = visitors.open(MARA, at=DESK)
    link = f"{server.url}/archives/{YARD}/p{reply.replace('.', '')}?thread_ts={root}"
    server.workspace.post_as(JONAS, DESK, f"See {link}")
    page.get_by_test_id("message").locator("a").click()
    expect(page.get_by_test_id("thread").get_by_test_id("message").nth(1)).to_contain_text("Deep inside")
    assert len(page.context.pages) == 1


def test_a_story_leads_to_its_person_and_place_with_its_draft_in_the_field(
    visitors: Visitors, server: WorkspaceServer
) -> None:
    page = visitors.open(MARA, at="C0UNKNOWN1")
    page.wait_for_url(re.compile(f"as={MARA}&at=D"))
    stories = page.get_by_test_id("story")
    expect(stories).to_have_text(
        [
            "Mara at a chillerOpen a <b>visit</b>./visit NV-1",
            "Jonas in the yardAsk for help.Who can help?",
            "Jonas at his figuresLook.",
        ]
    )
    field = page.get_by_test_id("composer")
    stories.nth(0).click()
    expect(field).to_have_value("/visit NV-1")
    expect(field).to_be_focused()
    expect(page.get_by_test_id("completion")).to_contain_text("/visit[serial number]Open a service call")
    stories.nth(1).click()
    page.wait_for_url(re.compile(f"as={JONAS}&at={YARD}$"))
    expect(field).to_have_value("Who can help?")
    expect(field).to_be_focused()
    stories.nth(2).click()
    page.wait_for_url(re.compile(f"as={JONAS}&at=home$"))
    expect(page.get_by_test_id("home")).to_be_visible()
    page.goto(server.url)  # Whoever names nobody is who they were last, in their messages with the app.
    page.wait_for_url(re.compile(f"as={JONAS}&at=D"))
    page.get_by_test_id("welcome-dismiss").click()
    page.reload()
    expect(page.get_by_test_id("composer")).to_be_visible()
    expect(page.get_by_test_id("welcome")).to_have_count(0)


def test_an_address_that_names_nobody_opens_the_first_persons_messages(visitors: Visitors) -> None:
    page = visitors.open("", at="")
    page.wait_for_url(re.compile(f"as={MARA}&at=D"))


def test_a_lost_connection_is_said_and_made_up_for(visitors: Visitors, server: WorkspaceServer) -> None:
    server.workspace.post_as(JONAS, DESK, "What does E14 mean?")
    page = visitors.open(MARA, at=DESK)
    page.get_by_test_id("open-thread").click()
    port = server.port
    server.stop()
    expect(page.get_by_test_id("connection")).to_contain_text("Connection lost")
    say(page, "Are you there?")
    expect(page.get_by_test_id("composer-note")).to_contain_text("can't be reached")
    expect(page.get_by_test_id("composer")).to_have_value("Are you there?")
    with WorkspaceServer(build_seed(), port) as again:
        again.workspace.post_as(JONAS, DESK, "While you were away")
        expect(page.get_by_test_id("thread")).to_be_hidden()
        expect(page.get_by_test_id("toast")).to_contain_text("keeps messages only while it runs")
        expect(page.get_by_test_id("message")).to_have_text(re.compile("While you were away"))
        expect(page.get_by_test_id("connection")).to_be_hidden()


def test_a_link_into_a_conversation_of_others_stays_closed(
    visitors: Visitors, server: WorkspaceServer
) -> None:
    theirs = server.workspace.open_dm(JONAS)
    ts = server.workspace.post_as(JONAS, theirs, "Between us")
    link = f"{server.url}/archives/{theirs}/p{ts.replace('.', '')}"
    server.workspace.post_as(JONAS, DESK, f"See {link}")
    page = visitors.open(MARA, at=DESK)
    for _ in range(2):
        expect(page.get_by_test_id("toast")).to_have_count(0)
        page.get_by_test_id("message").locator("a").click()
        expect(page.get_by_test_id("toast")).to_have_text("You are not a member of that conversation.")
        page.get_by_test_id("toast").get_by_label("Dismiss").click()
    page.goto(link)
    expect(page.get_by_test_id("toast")).to_have_text("You are not a member of that conversation.")
    expect(page.get_by_test_id("composer")).to_be_visible()
