"""The chart on Home: uploaded once for the same numbers, replaced by newer ones, and never in the way."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import DividerBlock
from slack_sdk.models.views import View

from bot.charts import Month, draw_history
from bot.database import SessionScope
from bot.delivery import Delivery
from bot.demo.workspace.faults import Fault
from bot.demo.workspace.server import WorkspaceServer
from bot.demo.workspace.timing import Timing
from bot.figures.shelf import Shelf
from bot.home.charts import HomeChart, HomeCharts, read_chart
from bot.home.pictures import PictureFiles
from bot.views.home_chart import Picture, build_home_chart, describe_history, list_pictures
from offers.metrics.figures import Figure, Report
from offers.metrics.rollups import FigureSpec, Span
from offers.people import PersonFacts
from tests.bot.demo.conftest import ELIF, INGRID, build_seed
from tests.bot.test_inbox import MovableClock

MANAGER = PersonFacts("M-1", INGRID, "Ingrid", None, "manager", None, None, None)
MONTHS = (Month("Oct\n2026", 0.5, 0.45, 0.55), Month("Nov", 0.525, 0.475, 0.575))
CHART = HomeChart("company", "first", "Coverage, the last 12 months", "Oct 50 %, Nov 52.5 %", MONTHS, 0.65)
NEWER = replace(CHART, digest="second", alt_text="Oct 50 %, Nov 53 %")


@pytest.fixture
def server() -> Iterator[WorkspaceServer]:
    with WorkspaceServer(build_seed(), timing=Timing(file_scan_s=0.0)) as running:
        yield running


@pytest.fixture
def client(server: WorkspaceServer) -> WebClient:
    return WebClient(token=server.bot_token, base_url=server.api_url, retry_handlers=[])


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def charts(client: WebClient, session_scope: SessionScope, clock: MovableClock) -> HomeCharts:
    return HomeCharts(PictureFiles(client), session_scope, session_scope, clock=clock)


def find(charts: HomeCharts, scope: SessionScope, chart: HomeChart, reader: str = INGRID) -> Picture | None:
    with scope() as session:
        return charts.find(session, chart, reader, shown=15)


def show(charts: HomeCharts, chart: HomeChart) -> str:
    """Upload a chart and have Slack take it on a page."""
    file_id = charts.upload(chart)
    assert file_id is not None
    charts.confirm(chart)
    return file_id


def count(server: WorkspaceServer, method: str) -> int:
    return sum(call.method == method and call.ok for call in server.workspace.calls)


def test_the_same_numbers_are_uploaded_once_whoever_reads_them(
    charts: HomeCharts,
    client: WebClient,
    session_scope: SessionScope,
    server: WorkspaceServer,
    clock: MovableClock,
) -> None:
    assert find(charts, session_scope, CHART) is None
    assert find(charts, session_scope, CHART, ELIF) is None
    (wanted,) = charts.take_wanted()
    assert (wanted.chart, set(wanted.readers)) == (CHART, {INGRID, ELIF})
    file_id = show(charts, CHART)
    assert charts.upload(CHART) == file_id
    after_restart = HomeCharts(PictureFiles(client), session_scope, session_scope, clock=clock)
    for one in (charts, after_restart):
        assert find(one, session_scope, CHART) == Picture(file_id, CHART.title, CHART.alt_text)
        assert one.take_wanted() == []
    assert count(server, "files.completeUploadExternal") == 1


def test_a_picture_that_slack_has_not_yet_taken_is_shown_on_no_other_page(
    charts: HomeCharts, session_scope: SessionScope
) -> None:
    file_id = charts.upload(CHART)
    assert find(charts, session_scope, CHART) is None
    with session_scope() as session:
        tried = charts.find(session, CHART, INGRID, shown=15, is_trial=True)
    assert tried is not None
    assert tried.file_id == file_id


def test_the_old_picture_stands_until_the_new_one_does_and_is_deleted_an_hour_later(
    charts: HomeCharts, session_scope: SessionScope, server: WorkspaceServer, clock: MovableClock
) -> None:
    first = show(charts, CHART)
    standing = find(charts, session_scope, NEWER)
    assert standing == Picture(first, CHART.title, CHART.alt_text)
    assert [one.chart for one in charts.take_wanted()] == [NEWER]
    second = show(charts, NEWER)
    assert find(charts, session_scope, NEWER) == Picture(second, NEWER.title, NEWER.alt_text)
    clock.now += timedelta(minutes=59)
    assert charts.tidy() == 0
    clock.now += timedelta(minutes=2)
    assert charts.tidy() == 1
    files = server.workspace.core.state.files
    assert (files[first].is_deleted, files[second].is_deleted) == (True, False)
    assert charts.tidy() == 0


def test_numbers_that_come_back_need_no_upload(
    charts: HomeCharts, session_scope: SessionScope, server: WorkspaceServer, clock: MovableClock
) -> None:
    first = show(charts, CHART)
    show(charts, NEWER)
    assert find(charts, session_scope, CHART) == Picture(first, CHART.title, CHART.alt_text)
    assert show(charts, charts.take_wanted()[0].chart) == first
    assert count(server, "files.completeUploadExternal") == 2
    clock.now += timedelta(hours=2)
    assert charts.tidy() == 1
    assert not server.workspace.core.state.files[first].is_deleted


def test_a_refused_upload_is_logged_and_left_for_a_while(
    charts: HomeCharts,
    session_scope: SessionScope,
    server: WorkspaceServer,
    clock: MovableClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    server.faults.inject(Fault(method="files.getUploadURLExternal", error="missing_scope"))
    find(charts, session_scope, CHART)
    with caplog.at_level(logging.WARNING):
        assert charts.upload(charts.take_wanted()[0].chart) is None
    assert "missing_scope" in caplog.text
    assert find(charts, session_scope, CHART) is None
    assert charts.take_wanted() == []
    clock.now += timedelta(minutes=16)
    assert find(charts, session_scope, CHART) is None
    assert [one.chart for one in charts.take_wanted()] == [CHART]


def test_a_chart_that_slack_refuses_on_the_page_takes_the_old_one_with_it(
    charts: HomeCharts, session_scope: SessionScope, server: WorkspaceServer, clock: MovableClock
) -> None:
    first = show(charts, CHART)
    second = charts.upload(NEWER)
    charts.give_up(NEWER)
    assert find(charts, session_scope, NEWER) is None
    clock.now += timedelta(minutes=61)
    assert charts.tidy() == 2
    assert {one for one, file in server.workspace.core.state.files.items() if file.is_deleted} == {
        first,
        second,
    }


def test_a_picture_that_somebody_deleted_is_made_anew(
    charts: HomeCharts, client: WebClient, session_scope: SessionScope, server: WorkspaceServer
) -> None:
    lost = show(charts, CHART)
    client.files_delete(file=lost)
    charts.lose([lost])
    assert find(charts, session_scope, CHART) is None
    assert show(charts, charts.take_wanted()[0].chart) != lost


def test_whose_figures_differ_has_another_chart(charts: HomeCharts, session_scope: SessionScope) -> None:
    of_company, of_south = (read_chart(a_shelf(), one) for one in (MANAGER, replace(MANAGER, region="South")))
    assert of_company is not None
    assert of_south is not None
    assert of_company.scope != of_south.scope
    assert of_south.title == "Coverage, South, the last 12 months"
    show(charts, of_company)
    assert find(charts, session_scope, of_south) is None


def a_shelf(*, low: float = 0.45, months: int = 2) -> Shelf:
    rows = tuple(
        Figure({"month": month}, 5, 10, 0.5, low, 0.55, 0.65) for month in ("2026-10", "2026-11")[:months]
    )
    day = date(2026, 11, 22)
    report = Report("coverage", day, None, None, "", rows, replace(rows[0], group={}))
    specs = (FigureSpec("coverage"), FigureSpec("coverage", Span.MONTHS, ("month",)))
    return Shelf(dict.fromkeys(specs, report), MovableClock().now, is_behind=False)


def test_what_draws_the_same_picture_has_the_same_mark() -> None:
    first, same, other = (read_chart(a_shelf(low=low), MANAGER) for low in (0.45, 0.450_001, 0.451))
    assert first is not None
    assert same is not None
    assert other is not None
    assert first.digest == same.digest != other.digest
    assert read_chart(a_shelf(months=1), MANAGER) is None


def test_the_numbers_are_there_in_words() -> None:
    assert describe_history("Coverage", MONTHS, 0.65) == (
        "Coverage: Oct 2026 50.0 %, Nov 52.5 %; 95 % interval of the last: 47.5 % to 57.5 %; target 65.0 %."
    )
    bare = (Month("Oct", 0.5, None, None), Month("Nov", 0.6, None, None))
    assert describe_history("Coverage", bare, None) == "Coverage: Oct 50.0 %, Nov 60.0 %."


def test_a_history_is_drawn_with_a_band_however_wide_and_without_one() -> None:
    wide = [*MONTHS, Month("Dec", 2.2, 0.8, 8.0)]
    bare = [replace(month, low=None, high=None) for month in wide]
    pictures = [
        draw_history("Coverage", months, target=target) for months in (wide, bare) for target in (0.65, None)
    ]
    assert all(one.startswith(b"\x89PNG") for one in pictures)
    assert len(set(pictures)) == 4


def test_a_page_that_is_refused_with_its_picture_is_published_without(
    client: WebClient, server: WorkspaceServer
) -> None:
    delivery = Delivery(client, streaming=False)
    chart = build_home_chart(Picture("F0000NONE00", "Coverage", "Oct 50 %"))
    page = View(type="home", blocks=[DividerBlock(), *chart])
    assert list_pictures(page) == ["F0000NONE00"]
    assert delivery.publish(INGRID, lambda: page) is False
    home = server.workspace.home_of(INGRID) or {}
    assert [block["type"] for block in home["blocks"]] == ["divider"]
    assert delivery.publish(INGRID, lambda: View(type="home", blocks=[DividerBlock()])) is True
    server.faults.inject(Fault(method="views.publish", error="invalid_arguments"))
    with pytest.raises(SlackApiError):
        delivery.publish(INGRID, lambda: View(type="home", blocks=[DividerBlock()]))
