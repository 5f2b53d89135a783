"""A process that accepts an offer over and over and is killed at the next statement each time.

It tells a line for each try, "number exit-code", and goes on when it is told to. What is loaded once is forked:
each try has an engine and connections of its own.
"""

import os
import signal
import sys
from contextlib import suppress
from datetime import timedelta
from itertools import count

from sqlalchemy import Engine, event

from bot.database import build_engine, build_session_scope
from offers.ledger import accept
from tests.offers.company import NOW
from tests.offers.conftest import person


def main() -> None:
    """Try until a try gets through."""
    url, offer_id, version = sys.argv[1], sys.argv[2], int(sys.argv[3])
    _warm_up(url, offer_id, version)
    for number in count(1):
        child = os.fork()
        if child == 0:
            _accept(url, offer_id, version, killed_at=number)
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(f"{number} {code}\n")
        sys.stdout.flush()
        if not sys.stdin.readline() or code == 0:
            return


def _warm_up(url: str, offer_id: str, version: int) -> None:
    """Accept and take it back, so that no try has to load and compile everything anew."""
    with suppress(_NotNow):
        _accept(url, offer_id, version, killed_at=0)


class _NotNow(Exception):
    """What the warm-up ends with."""


def _accept(url: str, offer_id: str, version: int, *, killed_at: int) -> None:
    engine = build_engine(url)
    die = _Death(killed_at)
    die.watch(engine)
    with build_session_scope(engine)() as session:
        accept(
            session,
            offer_id,
            version=version,
            person=person(session, "UTECH"),
            now=NOW + timedelta(minutes=5),
            idempotency_key=f"try {killed_at}",
        )
        if not killed_at:
            raise _NotNow
    # Written, and nobody was told yet.
    die.step()


class _Death:
    def __init__(self, at: int) -> None:
        self._left = at

    def step(self, *_: object) -> None:
        self._left -= 1
        if not self._left:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, engine: Engine) -> None:
        """Count each moment before a statement, which is after the one before it, and before a commit."""
        for moment in ("before_cursor_execute", "commit"):
            event.listen(engine, moment, self.step)


if __name__ == "__main__":
    main()
