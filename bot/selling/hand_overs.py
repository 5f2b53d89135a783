"""Handing sales over to the CRM: when, and what managers do about those that failed."""

import logging
from collections.abc import Callable

from bot.access import is_managing
from bot.deps import Deps
from bot.home.page import publish_home
from offers.errors import HandOverNotFailed
from offers.outbox.endpoint import Endpoint
from offers.outbox.failures import retry_failed
from offers.people import find_person_by_slack_id
from offers.vocabulary import Origin

logger = logging.getLogger(__name__)


def hand_over(deps: Deps, endpoint: Endpoint, *, until: Callable[[], bool]) -> None:
    """Send what is due, a bounded number of messages; `until` ends the round early."""
    from offers.outbox.delivery import deliver_due

    done = deliver_due(deps.session_scope, endpoint, clock=deps.clock, until=until)
    if done.postponed or done.dead:
        logger.warning(
            "%d hand-overs failed and will be tried again, %d are given up", done.postponed, done.dead
        )


def retry_hand_overs(message_ids: tuple[str, ...] | None, slack_user_id: str, deps: Deps) -> None:
    """Put failed hand-overs back, all of them for None, and show the person's page anew.

    Whoever is no manager any more puts nothing back, and sees the page that is theirs now.
    """
    try:
        with deps.session_scope() as session:
            person = find_person_by_slack_id(session, slack_user_id)
            if person is not None and is_managing(person):
                retry_failed(session, message_ids, person=person, origin=Origin.HOME, now=deps.clock())
    except HandOverNotFailed:
        # Clicked twice, or put back by somebody else: the page shows how it stands.
        logger.info("a hand-over was put back already")
    publish_home(slack_user_id, deps)
