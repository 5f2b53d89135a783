"""Pictures in blocks that are files of the workspace: which Slack takes, and who is shown them."""

import time
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.demo.workspace.rendering import render_view_for_page
from bot.demo.workspace.server import WorkspaceServer
from bot.demo.workspace.timing import Timing
from tests.bot.demo.conftest import ELIF, INGRID, SERVICE, build_seed
from tests.bot.demo.test_web_api import error_of, fetch

PNG = b"\x89PNG"


def picture(**source: str) -> dict[str, Any]:
    return {"type": "image", "alt_text": "A chart", "slack_file": source}


def home(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "home", "blocks": list(blocks)}


def upload(client: WebClient, name: str = "chart.png") -> str:
    return str(client.files_upload_v2(filename=name, content=PNG)["files"][0]["id"])


def test_a_picture_stands_on_a_page_once_it_was_looked_through_and_until_it_is_deleted() -> None:
    with WorkspaceServer(build_seed(), timing=Timing(file_scan_s=0.3)) as server:
        client = WebClient(token=server.bot_token, base_url=server.api_url, retry_handlers=[])
        file_id = upload(client)
        page = home({"type": "divider"}, picture(id=file_id))
        with pytest.raises(SlackApiError) as caught:
            client.views_publish(user_id=INGRID, view=page)
        assert caught.value.response["error"] == "invalid_arguments"
        assert "invalid slack file [json-pointer:/view/blocks/1/slack_file]" in str(caught.value.response)
        time.sleep(0.35)
        client.views_publish(user_id=INGRID, view=page)
        client.files_delete(file=file_id)
        assert error_of(client.views_publish, user_id=INGRID, view=page) == "invalid_arguments"
        assert error_of(client.files_delete, file=file_id) == "file_deleted"


def test_whoever_is_shown_a_picture_may_load_it_and_nobody_else(server: WorkspaceServer) -> None:
    client = WebClient(token=server.bot_token, base_url=server.api_url, retry_handlers=[])
    file_id = upload(client)
    client.views_publish(user_id=INGRID, view=home(picture(id=file_id)))
    view = server.workspace.core.state.views[server.workspace.core.state.homes[INGRID]]
    (block,) = render_view_for_page(server.workspace.core, view)["blocks"]
    assert fetch(server, block["slack_file"]["url"]) == (200, "image/png", PNG)
    assert fetch(server, f"/page/files/{file_id}?as={ELIF}")[0] == 404
    assert view.body["blocks"][0]["slack_file"] == {"id": file_id}


def test_what_is_no_picture_of_the_workspace_is_refused(server: WorkspaceServer) -> None:
    client = WebClient(token=server.bot_token, base_url=server.api_url, retry_handlers=[])
    file_id = upload(client)
    both = {**picture(id=file_id), "image_url": "https://example.org/a.png"}
    for block in (
        picture(id="F0NOTTHERE0"),
        picture(id=upload(client, "quote.pdf")),
        picture(id="chart.png"),
        picture(id=file_id, url="https://example.org/a.png"),
        picture(),
        both,
    ):
        assert error_of(client.views_publish, user_id=INGRID, view=home(block)) == "invalid_arguments"
        assert (
            error_of(client.chat_postMessage, channel=SERVICE, text="x", blocks=[block]) == "invalid_blocks"
        )
    client.chat_postMessage(channel=SERVICE, text="x", blocks=[picture(id=file_id)])
