"""The sample company's records come in as they would have: what was not installed was not known."""

from datetime import date, timedelta
from pathlib import Path

from bot.clock import utc_now
from bot.database import SessionScope
from bot.demo.company.chronicle import HISTORY, import_chronicle
from bot.demo.company.simulator import write_import_files
from offers.reporting import report

TODAY = date(2026, 11, 23)


def test_a_past_report_is_what_the_trend_of_today_shows(session_scope: SessionScope, tmp_path: Path) -> None:
    write_import_files(tmp_path / "files", today=TODAY)
    imports = import_chronicle(session_scope, tmp_path / "files", today=TODAY)
    assert not [problem for one in imports for file in one.files for problem in file.problems]
    with session_scope() as session:
        trend = report(session, "coverage", by=["month"], as_of=TODAY, now=utc_now()).rows
        past = [
            report(session, "coverage", as_of=date.fromisoformat(day), now=utc_now()).total
            for day in ("2026-02-28", "2026-06-30", "2026-09-30")
        ]
        first = report(session, "coverage", as_of=TODAY - HISTORY, now=utc_now()).total
        before = report(session, "coverage", as_of=TODAY - HISTORY - timedelta(days=1), now=utc_now()).total
    shown = {row.group["month"]: row.denominator for row in trend}
    assert [one.denominator for one in past] == [shown[month] for month in ("2026-02", "2026-06", "2026-09")]
    assert past[0].denominator < past[1].denominator < past[2].denominator < shown["2026-11"]
    assert first.denominator > before.denominator == 0
