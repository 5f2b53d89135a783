"""What a call to Slack can fail with, and whether trying again may help."""

from http.client import HTTPException
from urllib.error import URLError

from slack_sdk.errors import SlackApiError, SlackClientNotConnectedError, SlackRequestError

# A refusal, a client that is not connected, or the network. Other errors, such as a full disk or a block that breaks a
# limit, are our own and must not pass for Slack being out of reach.
SLACK_FAILURES = (
    SlackApiError,
    SlackRequestError,
    SlackClientNotConnectedError,
    HTTPException,
    URLError,
    ConnectionError,
    TimeoutError,
)
_PASSING = {"fatal_error", "internal_error", "ratelimited", "request_timeout", "service_unavailable"}


def is_passing(error: Exception) -> bool:
    """Return whether Slack may accept the same call later; a refusal such as `channel_not_found` is final."""
    if not isinstance(error, SlackApiError):
        return True
    status = getattr(error.response, "status_code", 200)
    return status == 429 or status >= 500 or error.response.get("error") in _PASSING
