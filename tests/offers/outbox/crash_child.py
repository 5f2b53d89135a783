"""A process that sends what is due and is killed on the way: before it sends, or before it writes what came of it."""

from __future__ import annotations

import os
import sys
from datetime import datetime

from bot.clock import utc_now
from bot.database import build_engine, build_session_scope
from offers.outbox.delivery import deliver_due
from offers.outbox.endpoint import Endpoint
from offers.outbox.envelope import Envelope
from offers.outbox.verdicts import Response
from offers.outbox.webhook import post
from tests.offers.outbox.receiver import SECRET


def main(database: str, url: str, moment: str) -> None:
    def send(envelope: Envelope, endpoint: Endpoint, *, at: datetime) -> Response:
        if moment == "before sending":
            os._exit(9)
        post(envelope, endpoint, at=at)
        os._exit(9)

    scope = build_session_scope(build_engine(database))
    deliver_due(scope, Endpoint(url, (SECRET,), allows_private=True), clock=utc_now, send=send)
    os._exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
