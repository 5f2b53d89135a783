"""Pictures kept with Slack for pages that show them: uploaded without a conversation, and taken away again."""

import logging

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.conduct.slack_failures import SLACK_FAILURES

logger = logging.getLogger(__name__)

_GONE = {"file_not_found", "file_deleted"}


class PictureFiles:
    """The picture files of one app. Nobody is told of them; whoever sees a page that shows one sees it."""

    def __init__(self, client: WebClient) -> None:
        self._client = client

    def upload(self, content: bytes, *, name: str, title: str) -> str | None:
        """Return the id of the uploaded file, None when Slack doesn't take it."""
        try:
            answer = self._client.files_upload_v2(filename=name, title=title, content=content)
        except SLACK_FAILURES as error:
            logger.warning("a picture could not be uploaded: %s", _name(error))
            return None
        files = answer.get("files") or []
        return str(files[0]["id"]) if files else None

    def delete(self, file_id: str) -> bool:
        """Delete a file; returns whether it is gone."""
        try:
            self._client.files_delete(file=file_id)
        except SLACK_FAILURES as error:
            if _name(error) in _GONE:
                return True
            logger.info("a picture could not be deleted: %s", _name(error))
            return False
        return True


def _name(error: Exception) -> str:
    return str(error.response.get("error")) if isinstance(error, SlackApiError) else type(error).__name__
