"""A manager asks why something was offered, or not."""

from datetime import timedelta

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View
from sqlmodel import Session

from bot.access import get_person, require_managing
from bot.deps import Deps
from bot.views.decisions import build_decision, build_decisions
from offers.deciding.decision_log import list_decisions
from offers.deciding.held import list_held_back
from offers.deciding.replay import replay
from offers.people import PersonFacts

_SHOWN = 5
WINDOW = timedelta(days=90)


def read_decisions(session: Session, deps: Deps, *, reader: PersonFacts) -> list[Block]:
    """Return the section of a manager's page: of the accounts that they look over."""
    today = deps.clock().date()
    held = list_held_back(session, first_day=today - WINDOW, last_day=today, reader=reader)
    return build_decisions(list_decisions(session, limit=_SHOWN, reader=reader), held, days=WINDOW.days)


def find_decision_view(decision_id: str, slack_user_id: str, deps: Deps) -> View:
    """Return everything that was considered, and whether it would come out the same again.

    Raises:
        PersonUnknown, RoleNotAllowed: The person is no manager.
        UnknownDecision: There is none about an account that they look over.
    """
    with deps.read_scope() as session:
        person = get_person(session, slack_user_id)
        require_managing(person, "see decisions")
        again = replay(session, decision_id, reader=person)
    return build_decision(again)
