"""Quiet hours of one's own: chosen on Home, kept by the digest and by word of a missed target."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.e2e.browser import PHONE, Visitors
from tests.e2e.conftest import ELIF, INGRID, MARA, OpenStage, Stage, text_of
from tests.e2e.test_browser import act as find_button
from tests.e2e.test_digest import find_digests
from tests.e2e.test_hand_overs import home_of
from tests.e2e.test_steering import ALERTING, ask_database, find_alerts


def be_quiet(home: Path, slack_user_id: str, first: datetime, last: datetime) -> None:
    """Write somebody's quiet hours, from the one moment's full hour until the other's."""
    with closing(sqlite3.connect(home / "attache.db")) as database, database:
        database.execute(
            "INSERT OR REPLACE INTO bot_quiet_hours VALUES (?, ?, ?, 'UTC', '2026-01-01 00:00:00')",
            (slack_user_id, first.hour, last.hour),
        )


def test_a_technician_chooses_quiet_hours_on_a_phone(
    visitors: Visitors, stage: Stage, tmp_path: Path
) -> None:
    home = visitors.open(MARA, at="home", size=PHONE).get_by_test_id("home")
    find_button(home, "quiet_open").tap()
    form = home.page.get_by_test_id("modal")

    def field(name: str) -> Locator:
        return form.locator(f"[data-block-id={name}][data-action-id]").first

    expect(form).to_contain_text("18:00 to 08:00, UTC, as your company has set it")
    expect(form).not_to_contain_text("A target that comes to be missed")
    field("from_hour").select_option("17:00")
    field("until_hour").select_option("17:00")
    form.get_by_test_id("modal-submit").tap()
    expect(form).to_contain_text("That would be all day")
    field("until_hour").select_option("07:00")
    field("zone").press_sequentially("berl")
    form.locator(".listbox").get_by_role("option").first.tap()
    form.get_by_test_id("modal-submit").tap()
    expect(form).to_contain_text("Quiet hours: 17:00 to 07:00, Berlin (Europe).")
    form.get_by_test_id("modal-x").tap()
    find_button(home, "quiet_open").tap()
    expect(field("zone")).to_have_value("Berlin (Europe)")
    field("from_hour").select_option("")
    field("until_hour").select_option("")
    field("zone").fill("")
    form.get_by_role("checkbox").first.uncheck()
    form.get_by_test_id("modal-submit").tap()
    expect(form).to_contain_text("Quiet hours: 18:00 to 08:00, UTC.")
    expect(form).to_contain_text("Sent unasked: nothing.")
    assert ask_database(tmp_path, "SELECT count(*) FROM bot_quiet_hours") == 0
    assert ask_database(tmp_path, "SELECT count(*) FROM bot_digest_choice") == 1
    assert stage.workspace.problems == []


def test_a_digest_waits_for_the_end_of_quiet_hours(open_stage: OpenStage, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    hour = timedelta(hours=1)
    today = {"digest_weekday": f"{now:%A}".lower(), "digest_from_hour": 0, "digest_until_hour": 24}
    be_quiet(tmp_path / "home", INGRID, now - hour, now + 3 * hour)
    with open_stage(**today) as stage:
        space = stage.workspace
        space.wait_for(lambda now: find_digests(now, now.open_dm(ELIF)), timeout_s=60)
        assert find_digests(space, space.open_dm(INGRID)) == []
    be_quiet(tmp_path / "home", INGRID, now + 3 * hour, now - hour)
    with open_stage(**today) as stage:
        space = stage.workspace
        (digest,) = space.wait_for(lambda now: find_digests(now, now.open_dm(INGRID)), timeout_s=60)
        assert "Quiet hours" in text_of(digest)


def test_word_of_a_missed_target_waits_for_the_end_of_quiet_hours(
    open_stage: OpenStage, tmp_path: Path
) -> None:
    now, hour = datetime.now(UTC), timedelta(hours=1)
    be_quiet(tmp_path / "home", INGRID, now - hour, now + 3 * hour)
    waiting = "SELECT count(*) FROM bot_work_item WHERE kind = 'target_alert' AND finished_at IS NULL"
    with open_stage(**ALERTING) as stage:
        space = stage.workspace
        space.wait_for(lambda _: ask_database(tmp_path, waiting), timeout_s=60)
        assert find_alerts(space, space.open_dm(INGRID)) == []
        until = (
            "SELECT lease_until > datetime('now', '+1 hour') FROM bot_work_item WHERE kind = 'target_alert'"
        )
        assert ask_database(tmp_path, until) == 1
        ask_database(
            tmp_path,
            "UPDATE bot_work_item SET lease_until = datetime('now', '-1 hour') WHERE kind = 'target_alert'",
        )
        space.wait_for(lambda now: find_alerts(now, now.open_dm(INGRID)), timeout_s=60)
    assert ask_database(tmp_path, waiting) == 0


def test_who_is_sent_nothing_unasked_has_no_such_button(stage: Stage, tmp_path: Path) -> None:
    for person in (INGRID, ELIF, MARA):
        assert "Quiet hours" in home_of(stage, person)
    ask_database(tmp_path, "UPDATE offers_person SET role = 'expert' WHERE role = 'technician'")
    stage.workspace.open_home(MARA)
    stage.workspace.wait_for(lambda now: "Quiet hours" not in text_of(now.home_of(MARA) or {}))
