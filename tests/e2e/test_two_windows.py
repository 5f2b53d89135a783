"""The CSV of a figure of two windows, through Slack."""

import csv

import httpx

from tests.e2e.conftest import INGRID, SERVICE_DESK, Stage
from tests.e2e.test_figures import ask_command


def test_csv_of_two_windows_has_the_rows_of_both_and_the_stages_a_file_beside(stage: Stage) -> None:
    dm = stage.workspace.open_dm(INGRID)
    headers = {"authorization": f"Bearer {stage.bot_token}"}

    def share(text: str, count: int) -> list[tuple[str, list[dict[str, str]]]]:
        """Return what came as the files that are asked for with the text: their names and rows."""
        shown = ask_command(stage, INGRID, text)
        stage.workspace.click(INGRID, SERVICE_DESK, shown["ts"], "figure_csv")
        files = stage.workspace.wait_for(
            lambda now: (
                found
                if len(found := [one for message in now.all_messages(dm) for one in message.get("files", ())])
                >= count
                else None
            ),
            timeout_s=20,
        )
        return [
            (
                one["name"],
                list(csv.DictReader(httpx.get(one["url_private"], headers=headers).text.splitlines())),
            )
            for one in files
        ]

    ((_, rows), *_) = share("renewal rate last 90 days vs the 90 days before by region", 1)
    assert {row["window"] for row in rows} == {"before", "after"}
    assert "total" in {row["region"] for row in rows}
    assert any(row["points"] for row in rows)
    # Beside the first file come the stages of the funnel and both its windows.
    _, (_, stages), (name, both) = share("funnel last 90 days vs the 90 days before", 3)
    assert "stage" in stages[0]
    assert name.endswith("-both-windows.csv")
    assert [row["window"] for row in both] == ["before", "after"]
