"""Every list that Slack shows comes as a workbook and as CSV, as its reader may see it and no more."""

import csv
import io
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from tests.e2e.conftest import ELIF, INGRID, MARA, MARC, PARTNER_CHANNEL, SERVICE_DESK, Stage, has_action
from tests.e2e.test_conversions import wait_files
from tests.e2e.test_figures import ask_command
from tests.e2e.test_hand_overs import home_of
from tests.e2e.test_regional_home import Sold, sold

__all__ = ["sold"]


def fetch(stage: Stage, file: dict[str, Any]) -> bytes:
    """Return what is in a file that was sent."""
    headers = {"authorization": f"Bearer {stage.bot_token}"}
    return httpx.get(file["url_private"], headers=headers).content


def read_book(stage: Stage, person: str) -> Any:
    """Return the last workbook in somebody's messages."""
    return load_workbook(io.BytesIO(fetch(stage, wait_files(stage, person, ".xlsx")[-1])))


def read_rows(stage: Stage, person: str) -> list[dict[str, str]]:
    """Return the rows of the last CSV in somebody's messages."""
    text = fetch(stage, wait_files(stage, person, ".csv")[-1]).decode()
    return list(csv.DictReader(io.StringIO(text)))


def click_on_home(stage: Stage, person: str, action_id: str, list_name: str) -> None:
    """Press a list's button on somebody's Home."""
    home = stage.workspace.home_of(person) or {}
    block = next(
        one
        for one in home["blocks"]
        if any(
            element.get("action_id") == action_id and list_name in element["value"]
            for element in one.get("elements", ())
        )
    )
    stage.workspace.click_view(person, home["id"], action_id, block_id=block["block_id"])


def test_the_csv_of_an_attach_figure_comes_with_what_stands_beside_it_and_no_margin_for_a_partner(
    stage: Stage,
) -> None:
    for person, channel in ((INGRID, SERVICE_DESK), (ELIF, PARTNER_CHANNEL)):
        shown = ask_command(stage, person, "coverage by family", channel)
        stage.workspace.click(person, channel, shown["ts"], "figure_csv")
        wait_files(stage, person, "-guardrails.csv")
        figures, beside = wait_files(stage, person, ".csv")
        assert "family" in fetch(stage, figures).decode().splitlines()[0]
        assert beside["name"] == figures["name"].replace(".csv", "-guardrails.csv")
        assert beside["title"] == f"{figures['title']}, beside it"
        said = fetch(stage, beside).decode()
        assert "machines that keep failing" in said
        assert ("margin" in said) is (person == INGRID)
    shown = ask_command(stage, INGRID, "conversion by play")
    stage.workspace.click(INGRID, SERVICE_DESK, shown["ts"], "figure_csv")
    files = stage.workspace.wait_for(
        lambda _now: [
            one for one in wait_files(stage, INGRID, ".csv") if one["name"].startswith("conversion")
        ]
    )
    assert len(files) == 1


@pytest.mark.parametrize("kind", ["uncovered", "renewal"])
def test_a_list_of_what_could_be_sold_is_a_file_of_all_of_it(stage: Stage, kind: str) -> None:
    space = stage.workspace
    home_of(stage, MARC)
    home = space.wait_for(
        lambda now: [one for one in [now.home_of(MARC) or {}] if has_action(one, f"opportunities_{kind}")],
        timeout_s=60,
    )[0]
    space.click_view(MARC, home["id"], f"opportunities_{kind}")
    view = space.wait_for(
        lambda now: [one for one in [now.open_view_of(MARC) or {}] if has_action(one, "list_csv")],
        timeout_s=20,
    )[0]
    space.click_view(MARC, view["id"], "list_xlsx")
    book = read_book(stage, MARC)
    header, *rows = book.worksheets[0].values
    assert len(rows) > 5
    assert isinstance(rows[0][header.index("amount")], int | float)
    assert ", South" in {row[0]: row[1] for row in book["about"].values}["list"]
    space.click_view(MARC, view["id"], "list_csv")
    found = read_rows(stage, MARC)
    assert len(found) == len(rows)
    assert {row["customer"] for row in found} == {row[header.index("customer")] for row in rows}
    if kind == "uncovered":
        assert {row["region"] for row in found} == {"South"}


def test_decisions_are_a_file_of_the_readers_region(sold: dict[str, Sold], stage: Stage) -> None:
    machines = {}
    for person in (INGRID, MARC):
        home_of(stage, person)
        click_on_home(stage, person, "list_xlsx", "decisions")
        header, *rows = read_book(stage, person)["decisions"].values
        machines[person] = {row[header.index("machine")] for row in rows}
    assert machines[INGRID] >= {sold["North"].serial, sold["South"].serial}
    assert sold["South"].serial in machines[MARC]
    assert sold["North"].serial not in machines[MARC]


def test_conversions_and_a_forecast_are_csv_and_a_workbook(stage: Stage) -> None:
    home_of(stage, MARA)
    click_on_home(stage, MARA, "list_csv", "conversions")
    assert {row["who"] for row in read_rows(stage, MARA)} == {"Mara Lindqvist"}
    shown = ask_command(stage, MARC, "forecast coverage next quarter")
    stage.workspace.click(MARC, SERVICE_DESK, shown["ts"], "list_xlsx")
    book = read_book(stage, MARC)
    header, *rows = book["forecast"].values
    kinds = [row[header.index("kind")] for row in rows]
    assert kinds.count("forecast") >= 3
    assert kinds.count("known") >= 12
    assert {row[0]: row[1] for row in book["about"].values}["only"] == "South"
    assert wait_files(stage, MARC, ".xlsx")[-1]["name"].startswith("coverage-forecast-South-")


def test_the_figures_of_home_are_a_workbook_with_their_charts_of_the_readers_region(stage: Stage) -> None:
    found = {}
    for person in (INGRID, MARC):
        home_of(stage, person)
        stage.workspace.wait_for(
            lambda now, person=person: "*Renewal rate*" in repr(now.home_of(person)), timeout_s=60
        )
        click_on_home(stage, person, "list_xlsx", "figures")
        book = read_book(stage, person)
        header, *rows = book["figures"].values
        found[person] = {row[0]: row[header.index("denominator")] for row in rows}
        shown = repr(stage.workspace.home_of(person))
        assert f"of {found[person]['Coverage']:,}" in shown
        assert {"Coverage", "Conversion", "Renewal rate"} <= found[person].keys() & set(book.sheetnames)
        assert len(book["Coverage"]._charts) == 1
    assert found[MARC]["Coverage"] < found[INGRID]["Coverage"]
    assert wait_files(stage, MARC, ".xlsx")[-1]["name"].startswith("figures-South-")
