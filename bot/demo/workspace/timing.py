"""How long Slack waits for things, in one place so that tests can wait less."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """Slack's own delays by default, in seconds.

    `redelivery_delays_s` are counted from the moment an acknowledgement was missed
    (https://docs.slack.dev/apis/events-api/#retries: at once, after 1 and after 5 minutes).
    A file can stand in blocks only some moments after its upload
    (https://github.com/slackapi/node-slack-sdk/issues/1865: it is scanned first).
    A stream was observed to die about 5 minutes after its start, however often it is appended to.
    """

    ack_timeout_s: float = 3.0
    redelivery_delays_s: tuple[float, ...] = (0.05, 60.0, 300.0)
    forced_redelivery_gap_s: float = 0.05
    trigger_lifetime_s: float = 3.0
    response_url_lifetime_s: float = 1800.0
    response_url_uses: int = 5
    stream_lifetime_s: float = 300.0
    status_lifetime_s: float = 120.0
    file_scan_s: float = 0.5
    socket_ticket_lifetime_s: float = 30.0
    waiting_envelopes: int = 500
    feed_heartbeat_s: float = 15.0
