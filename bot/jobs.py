"""What goes on beside the conversations: catching up with new documents, finishing what was cut off."""

import logging
import math
import threading
import time

from bot.deps import Deps
from bot.retention import redact_old_text
from bot.work import work_on
from knowledge.documents import Audience
from knowledge.replies import Question
from offers.attach_rate import wilson_interval
from offers.history import tally_plays

logger = logging.getLogger(__name__)

_RECLAIM_EVERY_S = 2.0
_TIDY_EVERY_S = 6 * 3600.0
_TALLY_EVERY_S = 300.0


class Jobs:
    """One thread that runs small jobs until it is told to stop."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="attache-jobs", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for the job at hand."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _warm_up(self) -> None:
        """Load what the first question and the first Home would otherwise wait for."""
        self._deps.knowledge.search(Question(text="warm up", audience=Audience.PUBLIC), limit=1)
        wilson_interval(1, 2)
        self._deps.gaps.look()

    def _run(self) -> None:
        due = {self._warm_up: 0.0, self._catch_up: 0.0, self._reclaim: 0.0, self._tidy: 0.0, self._tally: 0.0}
        every = {
            self._warm_up: math.inf,
            self._catch_up: self._deps.settings.catch_up_every_s,
            self._reclaim: _RECLAIM_EVERY_S,
            self._tidy: _TIDY_EVERY_S,
            self._tally: _TALLY_EVERY_S,
        }
        while not self._stop.is_set():
            for job, at in list(due.items()):
                if time.monotonic() >= at:
                    try:
                        job()
                    except Exception:  # One failed round must not end the loop; the next may succeed.
                        logger.exception("%s failed", job.__name__)
                    due[job] = time.monotonic() + every[job]
            self._stop.wait(0.2)

    def _catch_up(self) -> None:
        changed = self._deps.knowledge.catch_up()
        if changed:
            logger.info("%d documents changed", changed)

    def _reclaim(self) -> None:
        claim = self._deps.inbox.reclaim()
        if claim is not None:
            work_on(claim, self._deps)

    def _tidy(self) -> None:
        self._deps.inbox.forget_old()
        days, now = self._deps.settings.keep_text_days, self._deps.clock()
        redacted = redact_old_text(self._deps.session_scope, keep_days=days, now=now)
        if redacted:
            logger.info("the words of %d questions and replies were old enough to go", redacted)

    def _tally(self) -> None:
        with self._deps.session_scope() as session:
            tally_plays(session)
