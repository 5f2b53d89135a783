"""Leakage of a window that is over says as of which day sold and potential are."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.commands.found_report import FoundReport
from bot.figures.computing import compute
from bot.settings import Settings
from bot.views.figures import describe_figure
from bot.views.payloads import FigureRef
from bot.views.readings import list_readings
from tests.offers.company import NOW
from tests.offers.conftest import Store, person
from tests.offers.rows import run
from tests.offers.test_leakage import leak

AUTUMN: dict[str, Any] = {"date_from": date(2025, 9, 1), "date_to": date(2025, 11, 30)}


def test_a_window_that_is_over_says_as_of_which_day_it_is_sold(
    store: Store, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leak(store, folder)
    found = run(store, "leakage", only={"region": "North"}, **AUTUMN)
    assert describe_figure(found, found.total).endswith("(sold as of 1 Mar 2026)")
    (remark,) = list_readings(found)
    assert "as of 1 Mar 2026" in remark
    assert "`--as-of 2025-11-30`" in remark
    FoundReport(found, {}, {}, None, None, None, None, None, remarks=[remark]).print()
    printed = " ".join(capsys.readouterr().out.split())
    assert "(sold as of 1 Mar 2026)" in printed
    assert "--as-of 2025-11-30" in printed


def test_known_at_its_end_it_has_nothing_to_say(store: Store, folder: Path) -> None:
    leak(store, folder)
    found = run(store, "leakage", only={"region": "North"}, as_of=AUTUMN["date_to"], **AUTUMN)
    assert list_readings(found) == ()
    assert "sold as of" not in describe_figure(found, found.total)
    assert list_readings(run(store, "units_attach", **AUTUMN)) == ()


def test_slacks_answer_has_the_remark_too(store: Store, folder: Path) -> None:
    leak(store, folder)
    deps: Any = SimpleNamespace(clock=lambda: NOW, settings=Settings(_env_file=None))
    ref = FigureRef(metric="leakage", **AUTUMN)
    with store.scope() as session:
        answer = compute(session, ref, person(session, "UMGR"), deps)
    assert "“as of 2025-11-30” in words" in repr(answer.build().best.blocks)
