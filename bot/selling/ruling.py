"""Plays in Slack: looking at rules, trying them out, and taking the steps of their life."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from slack_sdk.models.views import View
from sqlmodel import Session

from bot.access import get_person
from bot.conduct.inbox import Claim
from bot.delivery import SLACK_FAILURES, Place
from bot.deps import Deps
from bot.errors import apologise, explain
from bot.views.notes import build_note
from bot.views.payloads import RuleRef
from bot.views.rule_form import RuleChoices, build_rule_form, find_block, read_rule_form
from bot.views.rules import Tried, build_rule_details, build_rule_list, build_simulation_note
from offers.errors import OfferError, RuleRoleRequired
from offers.people import PersonFacts
from offers.rulebook import lifecycle
from offers.rulebook.names import list_choices
from offers.rulebook.shape import read_shape, write_shape
from offers.rulebook.shelf import find_newest_row, get_rule, list_rules
from offers.rulebook.simulation import find_last_simulation, keep_simulation, simulate
from offers.rules import RuleFacts

SIMULATION = "rule_simulation"
_ID_LIMIT = 64
SAVED = "Saved as a draft. Somebody else has to approve it."
_TRYING = "I'm trying it out over all machines. It is shown here when it is done; you may close this."
_DONE = {
    "approve": "It is in force now.",
    "archive": "It is archived and offers nothing any more.",
}

Step = Callable[..., RuleFacts]


def find_rule_list(slack_user_id: str, deps: Deps) -> View:
    """Return the list of the rules.

    Raises:
        PersonUnknown, RuleRoleRequired: The person doesn't decide on rules.
    """
    with deps.read_scope() as session:
        _get_decider(session, slack_user_id)
        return build_rule_list(list_rules(session))


def find_rule_view(rule_id: str, slack_user_id: str, deps: Deps, *, notice: str | None = None) -> View:
    """Return one rule as it stands, with the last simulation of it.

    Raises:
        PersonUnknown, RuleRoleRequired: The person doesn't decide on rules.
        UnknownRule: There is no such rule.
    """
    with deps.read_scope() as session:
        _get_decider(session, slack_user_id)
        return build_rule_details(get_rule(session, rule_id), _find_tried(session, rule_id), notice=notice)


def take_step(step: str, ref: RuleRef, slack_user_id: str, deps: Deps) -> View:
    """Approve or archive ("approve", "archive") what the person saw; return the rule with what came of it.

    Raises:
        PersonUnknown, RuleRoleRequired: The person doesn't decide on rules.
    """
    steps: Mapping[str, Step] = {"approve": lifecycle.approve, "archive": lifecycle.archive}
    try:
        with deps.session_scope() as session:
            person = _get_decider(session, slack_user_id)
            steps[step](session, ref.rule_id, version=ref.version, by=person, now=deps.clock())
        notice = _DONE[step]
    except RuleRoleRequired:
        raise
    except OfferError as error:
        notice = explain(error)
    return find_rule_view(ref.rule_id, slack_user_id, deps, notice=notice)


def find_rule_form(rule_id: str | None, slack_user_id: str, deps: Deps) -> View:
    """Return the form for a rule, or for a new one.

    Raises:
        PersonUnknown, RuleRoleRequired: The person doesn't decide on rules.
        UnknownRule: There is no such rule.
    """
    with deps.read_scope() as session:
        _get_decider(session, slack_user_id)
        rule = get_rule(session, rule_id).rule if rule_id else None
        return build_rule_form(rule, RuleChoices(**list_choices(session)))


def save_form(
    ref: RuleRef | None, values: Mapping[str, Any], slack_user_id: str, deps: Deps
) -> RuleFacts | dict[str, str]:
    """Save the form as a draft; or return what is wrong with it, by the field where it is to be shown.

    Raises:
        PersonUnknown, RuleRoleRequired: The person doesn't decide on rules.
    """
    written = read_rule_form(values)
    try:
        with deps.session_scope() as session:
            person = _get_decider(session, slack_user_id)
            if ref is not None:
                lifecycle.require_seen(session, ref.rule_id, ref.version)
            said = _complete(session, ref, written)
            if ref is None and find_newest_row(session, said["rule"]) is not None:
                return {"name": f"There is a play {said['rule']} already. Give this one another name."}
            rule, problems = read_shape(said)
            if rule is None:
                return {find_block(path, shown=values): reason for path, reason in reversed(problems)}
            return lifecycle.save_draft(session, rule, author=person, now=deps.clock())
    except RuleRoleRequired:
        raise
    except OfferError as error:
        return {"name": explain(error)}


def claim_simulation(ref: RuleRef, view: Mapping[str, Any], slack_user_id: str, deps: Deps) -> Claim | None:
    """Claim the trying out of a rule; None when the same click was claimed before.

    Raises:
        PersonUnknown, RuleRoleRequired: The person doesn't decide on rules.
    """
    with deps.read_scope() as session:
        _get_decider(session, slack_user_id)
    payload = {"rule_id": ref.rule_id, "user": slack_user_id, "view_id": view["id"]}
    return deps.inbox.claim(f"{SIMULATION}:{view['id']}:{view['hash']}", SIMULATION, payload)


def find_waiting_view(ref: RuleRef, slack_user_id: str, deps: Deps) -> View:
    """Return the rule while it is being tried out."""
    return find_rule_view(ref.rule_id, slack_user_id, deps, notice=_TRYING)


def work_on_simulation(claim: Claim, deps: Deps) -> None:
    """Try the rule out, keep the outcome, and show it where it was asked for, else in the person's messages."""
    facts: dict[str, Any] = claim.payload
    user, rule_id = facts["user"], facts["rule_id"]
    with apologise(partial(_tell, user, deps), unless=SLACK_FAILURES):
        with deps.read_scope() as session:
            rule = get_rule(session, rule_id).rule
            tried = simulate(session, rule, as_of=deps.clock(), policy=deps.settings.offer_policy)
        with deps.session_scope() as session:
            person = get_person(session, user)
            keep_simulation(session, tried, by=person, now=deps.clock())
        if deps.delivery.update_view(facts["view_id"], find_rule_view(rule_id, user, deps)):
            return
        place = Place(deps.delivery.open_dm(user), None)
        if claim.attempt > 1 and deps.delivery.sent.find_post(place, key=claim.key):
            return
        with deps.read_scope() as session:
            note = build_simulation_note(get_rule(session, rule_id), Tried(tried.version, tried))
        deps.delivery.reply(place, note, key=claim.key)


def _tell(user: str, deps: Deps, sentence: str) -> None:
    deps.delivery.post(Place(deps.delivery.open_dm(user), None), build_note(sentence))


def _find_tried(session: Session, rule_id: str) -> Tried | None:
    tried = find_last_simulation(session, rule_id)
    return Tried(tried.version, tried) if tried is not None else None


def _get_decider(session: Session, slack_user_id: str) -> PersonFacts:
    person = get_person(session, slack_user_id)
    if not lifecycle.may_decide_rules(person):
        raise RuleRoleRequired(person.role)
    return person


def _complete(session: Session, ref: RuleRef | None, written: Mapping[str, Any]) -> dict[str, Any]:
    """Return the whole rule as a file would say it: what the form didn't show is as it was."""
    if ref is None:
        return {**written, "rule": _make_id(str(written["name"]))}
    whole = write_shape(get_rule(session, ref.rule_id).rule)
    return {
        **whole,
        **written,
        "when": {**whole["when"], **written["when"]},
        "parameters": {**whole["parameters"], **written["parameters"]},
    }


def _make_id(name: str) -> str:
    """Return an id made of a name's words: "Chillers, spring 2026" becomes "chillers-spring-2026"."""
    return "-".join(re.findall(r"[a-z0-9]+", name.lower()))[:_ID_LIMIT].strip("-")
