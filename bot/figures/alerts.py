"""Word of a target that came to be missed: looked for once a day, told once to whoever answers for it."""

import logging
from dataclasses import replace
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from bot.conduct.inbox import Claim
from bot.conduct.posting import post_once
from bot.deps import Deps
from bot.figures.hours import Hours
from bot.figures.names import load_part_names
from bot.figures.posting import list_stopped, load_hours
from bot.mrkdwn import fact, format_money
from bot.records import AlertChoice
from bot.settings import Settings
from bot.views.alert import build_alert
from bot.views.message import Message
from bot.views.opportunities import describe_reason
from offers.metrics.misses import (
    Check,
    Miss,
    check_targets,
    find_miss,
    find_responsible,
    note_checks,
    parts_of,
)
from offers.people import PersonFacts
from offers.steering.opportunities import Kind, list_opportunities

logger = logging.getLogger(__name__)

ALERT, CHECKED = "target_alert", "target_check"
STOPPED = (
    "No more word of missed targets; the weekly digest still has them. `/attach alerts on` brings it back."
)
STARTED = "You are told again when a target comes to be missed."
_SATURDAY = 5


def is_check_due(now: datetime, settings: Settings) -> bool:
    """Tell whether targets are looked at now: on the days that are set, in the hours of the digest (UTC)."""
    if settings.alert_days == "off" or (settings.alert_days == "weekdays" and now.weekday() >= _SATURDAY):
        return False
    return Hours.of_company(settings).includes(now)


def claim_alerts(deps: Deps) -> list[Claim]:
    """Look at every target, once a day in whichever process, and claim a message to each person who has to know.

    What is newly missed, that it was looked at, and what is to be sent are written in one transaction: after a crash
    either all of it is there or none. Whoever has quiet hours now is told when they are over.
    """
    now = deps.clock()
    today = f"{CHECKED}:{now.date()}"
    if deps.inbox.is_known(today):
        return []
    with deps.read_scope() as session:
        checks = check_targets(session, now=now, settings=deps.settings.metric_settings)
    try:
        with deps.session_scope() as session:
            return _note(session, checks, today, deps)
    except IntegrityError:
        logger.info("another process looked at the targets first")
        return []


def _note(session: Session, checks: list[Check], today: str, deps: Deps) -> list[Claim]:
    if not deps.inbox.mark(session, today, CHECKED):
        return []
    now = deps.clock()
    stopped, hours = list_stopped(session, AlertChoice), load_hours(session)
    on_working_days = deps.settings.alert_days == "weekdays"
    missed: dict[str, list[str]] = {}
    for target in note_checks(session, checks, now=now):
        for person in find_responsible(session, parts_of(target)):
            if person.slack_user_id is not None and person.slack_user_id not in stopped:
                missed.setdefault(person.slack_user_id, []).append(target.target_key)
    claims = []
    for user, keys in missed.items():
        key, facts = f"{ALERT}:{now.date()}:{user}", {"user": user, "targets": keys}
        own = hours.get(user)
        at = own.find_next(now, on_working_days=on_working_days) if own is not None else now
        if at > now:
            deps.inbox.defer(session, key, ALERT, facts, until=at)
        else:
            claims.append(deps.inbox.enlist(session, key, ALERT, facts))
    return [claim for claim in claims if claim is not None]


def work_on_alert(claim: Claim, deps: Deps) -> None:
    """Send somebody word of the targets that they answer for; of what was met meanwhile none."""

    def compose(session: Session, person: PersonFacts) -> Message | None:
        if person.slack_user_id in list_stopped(session, AlertChoice):
            return None
        now, settings = deps.clock(), deps.settings.metric_settings
        found = [find_miss(session, key, now=now, settings=settings) for key in claim.payload["targets"]]
        misses = [one for one in found if one is not None]
        if not misses:
            return None
        step = _suggest(session, misses[0], person, now=now)
        names = _name_parts(session, misses)
        return build_alert(misses, names=names, next_step=step, settings=settings)

    post_once(claim, deps, compose)


def _name_parts(session: Session, misses: list[Miss]) -> dict[str, str]:
    parts = {name: value for one in misses for name, value in one.only.items()}
    names = load_part_names(session, parts)
    for one in misses:
        if one.why is not None:
            group = {name: value for name, value in one.why.group.items() if value is not None}
            names |= load_part_names(session, group)
        names |= load_part_names(session, one.only)
    return names


def _suggest(session: Session, miss: Miss, person: PersonFacts, *, now: datetime) -> str | None:
    """Return the one thing with the most money in it: a renewal where renewals are missed, else a machine to cover."""
    kind = Kind.RENEWAL if miss.metric.startswith(("renewal", "first_renewal")) else Kind.UNCOVERED
    # Who has the whole company may have to answer for a region that has nobody of its own.
    reader = replace(person, region=miss.only.get("region") or person.region)
    found = list_opportunities(session, kind, now=now, reader=reader, limit=3)
    if not found:
        return None
    top = found[0]
    where = f"{fact(top.account_name)}, {fact(top.serial_number or top.asset_id)}"
    if top.of_account is not None and top.machines is not None and top.machines > 1:
        worth = format_money(top.of_account.amount_minor, top.of_account.currency)
        return f"{fact(top.account_name)} has {top.machines} machines without cover, {worth} of service at list price."
    return f"{where}: {describe_reason(top)}"
