"""The curve of time to attach: in Slack's own chart, as a picture and in the workbook it says what the report says."""

import io
from datetime import date

import pytest
from openpyxl import load_workbook

from bot.charts import draw_curve
from bot.files.reports import build_workbook
from bot.views.figures import build_figure_message
from bot.views.payloads import FigureRef
from offers.metrics.figures import Counts, Report, build_figure
from offers.survival import SurvivalCurve, build_interval, estimate_survival

# Attach days 10, 30, 30; censored at 20, 60, 90: 1/6 = 16.67 % from day 10, 1 - 5/6 x 2/4 = 58.33 % from day 30.
OBSERVED = [(10, True, 1), (30, True, 2), (20, False, 1), (60, False, 1), (90, False, 1)]
DAY = date(2026, 4, 1)


@pytest.fixture
def curve() -> SurvivalCurve:
    return estimate_survival(OBSERVED)


@pytest.fixture
def report(curve: SurvivalCurve) -> Report:
    point = curve.at(30)
    assert point is not None
    counts = Counts(3, 6, build_interval(point), 6, rate=point.share, is_estimated=True)
    return Report("time_to_attach", DAY, None, DAY, "the share", (), build_figure({}, counts, None))


def test_slacks_chart_draws_the_share_and_its_band_by_day(curve: SurvivalCurve, report: Report) -> None:
    ref = FigureRef(metric="time_to_attach")
    message = build_figure_message(report, names={}, ref=ref, curve=curve)
    (chart,) = [block for block in message.best.blocks if block["type"] == "data_visualization"]
    assert chart["chart"]["type"] == "line"
    series = {
        one["name"]: {at["label"]: at["value"] for at in one["data"]} for one in chart["chart"]["series"]
    }
    # Twenty days from 0 to 90: the tenth is day 43, the third day 9, the fourth day 14.
    shares = series["share"]
    assert len(shares) == 20
    assert (shares["day 0"], shares["day 9"], shares["day 14"], shares["day 43"]) == (0.0, 0.0, 16.67, 58.33)
    assert report.total.low is not None
    assert report.total.high is not None
    assert series["band from"]["day 90"] == round(100 * report.total.low, 2)
    assert series["band to"]["day 90"] == round(100 * report.total.high, 2)
    assert list(shares) == chart["chart"]["axis_config"]["categories"]
    assert "data_visualization" not in {block["type"] for block in message.plain.blocks}


def test_the_workbook_holds_every_step_of_the_curve(curve: SurvivalCurve, report: Report) -> None:
    book = load_workbook(io.BytesIO(build_workbook(report, None, curve)))
    rows = [[cell.value for cell in row] for row in book["curve"].iter_rows()]
    assert rows[0][:6] == ["day", "share", "low", "high", "at_risk", "happened"]
    assert [row[0] for row in rows[1:]] == [0, 10, 30]
    assert rows[3][1:6] == [report.total.rate, report.total.low, report.total.high, 4, 3]
    assert "curve" not in load_workbook(io.BytesIO(build_workbook(report))).sheetnames


def test_the_picture_is_a_png_also_of_one_step_on_the_day_of_installation(curve: SurvivalCurve) -> None:
    for one in (curve, estimate_survival([(0, True, 3)])):
        assert draw_curve("Time to attach", one, horizon_days=30).startswith(b"\x89PNG")
