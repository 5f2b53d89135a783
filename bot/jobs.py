"""What goes on beside the conversations: catching up with new documents, finishing what was cut off."""

import logging
import math
import threading
import time
from collections.abc import Callable, Mapping

from bot.access import OPERATOR
from bot.conduct.work import work_on
from bot.deps import Deps
from bot.figures.alerts import claim_alerts, is_check_due
from bot.figures.digest import claim_digests
from bot.home.page import list_readers_regions, publish_to_readers, show_charts
from bot.mrkdwn import format_money
from bot.retention import forget_old_names, redact_old_text
from bot.selling.hand_overs import hand_over
from offers.attach_rate import wilson_interval
from offers.deciding.history import tally_plays
from offers.quoting.pricing import DEFAULT_CURRENCY

logger = logging.getLogger(__name__)

Job = Callable[[], None]

_RECLAIM_EVERY_S = 2.0
_HAND_OVER_EVERY_S = 1.0
_TIDY_EVERY_S = 6 * 3600.0
_TALLY_EVERY_S = 300.0
_FIGURES_EVERY_S = 0.5
_DIGESTS_EVERY_S = 300.0
_CHARTS_EVERY_S = 0.5
_TIDY_CHARTS_EVERY_S = 600.0
_ALERTS_EVERY_S = 300.0


class Jobs:
    """Threads that run jobs until they are told to stop; what takes long or waits for a network has its own."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._stop = threading.Event()
        self._endpoint = deps.settings.webhook_endpoint
        schedules: dict[str, dict[Job, float]] = {
            "attache-jobs": {
                self._warm_up: math.inf,
                self._catch_up: deps.settings.catch_up_every_s,
                self._reclaim: _RECLAIM_EVERY_S,
                self._tidy: _TIDY_EVERY_S,
                self._tally: _TALLY_EVERY_S,
            },
        }
        schedules["attache-figures"] = {
            self._refresh_figures: _FIGURES_EVERY_S,
            self._send_digests: _DIGESTS_EVERY_S,
            self._send_alerts: _ALERTS_EVERY_S,
        }
        schedules["attache-gaps"] = {self._refresh_gaps: deps.settings.catch_up_every_s}
        schedules["attache-charts"] = {
            self._show_charts: _CHARTS_EVERY_S,
            self._tidy_charts: _TIDY_CHARTS_EVERY_S,
        }
        if self._endpoint is not None:
            schedules["attache-outbox"] = {self._hand_over: _HAND_OVER_EVERY_S}
        self._threads = [
            threading.Thread(target=self._run, args=(every,), name=name, daemon=True)
            for name, every in schedules.items()
        ]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the threads and wait for the jobs at hand."""
        self._stop.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout=10)

    def _warm_up(self) -> None:
        """Load what the first question and the first Home would otherwise wait for."""
        self._deps.knowledge.warm_up()
        wilson_interval(1, 2)
        format_money(1, DEFAULT_CURRENCY)
        self._deps.figures.look(OPERATOR)
        for region in {None, *list_readers_regions(self._deps)}:
            self._deps.gaps.look(region=region)

    def _refresh_figures(self) -> None:
        if self._deps.figures.refresh():
            publish_to_readers(self._deps)

    def _refresh_gaps(self) -> None:
        if self._deps.gaps.refresh():
            publish_to_readers(self._deps)

    def _show_charts(self) -> None:
        show_charts(self._deps, wait=self._stop.wait)

    def _tidy_charts(self) -> None:
        self._deps.charts.tidy()

    def _send_digests(self) -> None:
        for claim in claim_digests(self._deps):
            work_on(claim, self._deps)

    def _send_alerts(self) -> None:
        if is_check_due(self._deps.clock(), self._deps.settings):
            for claim in claim_alerts(self._deps):
                work_on(claim, self._deps)

    def _run(self, every: Mapping[Job, float]) -> None:
        due = dict.fromkeys(every, 0.0)
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

    def _hand_over(self) -> None:
        if self._endpoint is not None:
            hand_over(self._deps, self._endpoint, until=self._stop.is_set)

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
        days = self._deps.settings.keep_quote_names_days
        forgotten = forget_old_names(self._deps.session_scope, keep_days=days, now=now)
        if forgotten:
            logger.info("the names in %d quotes and hand-overs were old enough to go", forgotten)

    def _tally(self) -> None:
        with self._deps.session_scope() as session:
            tally_plays(session)
