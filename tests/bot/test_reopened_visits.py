"""A danger goes on when the visit on which it was reported is opened again, for as long as a visit lasts."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.conduct.threads import is_danger_open, open_visit
from bot.database import SessionScope

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LASTS_H = 12


def visit(scope: SessionScope, number: int, *, asset_id: str = "M-1", now: datetime) -> bool:
    """Open Mara's visit, report a danger on the first, and return whether one is open on it."""
    with scope() as session:
        opened = open_visit(
            session,
            slack_user_id="UMARA",
            person_id="T-1",
            asset_id=asset_id,
            work_order_id=None,
            channel="D1",
            visit_id=f"V-{number}",
            now=now,
            lasts_h=LASTS_H,
        )
        if number == 1:
            opened.danger_reported_at = now
    with scope() as session:
        return is_danger_open(session, "UMARA", [asset_id], now=now, lasts_h=LASTS_H)


@pytest.mark.parametrize(
    ("hours", "asset_id", "is_open"), [(1, "M-1", True), (13, "M-1", False), (1, "M-2", False)]
)
def test_a_visit_that_is_opened_again_goes_on_with_its_danger(
    session_scope: SessionScope, hours: int, asset_id: str, is_open: bool
) -> None:
    assert visit(session_scope, 1, now=NOW)
    again = NOW + timedelta(hours=hours)
    assert visit(session_scope, 2, asset_id=asset_id, now=again) is is_open


def test_a_danger_on_a_colleagues_visit_counts_on_that_machine_for_as_long_as_a_visit_lasts(
    session_scope: SessionScope,
) -> None:
    visit(session_scope, 1, now=NOW)
    with session_scope() as session:
        for machines, hours, is_open in ((["M-1"], 1, True), (["M-1"], 13, False), (["M-2"], 1, False)):
            now = NOW + timedelta(hours=hours)
            assert is_danger_open(session, "UJONAS", machines, now=now, lasts_h=LASTS_H) is is_open
