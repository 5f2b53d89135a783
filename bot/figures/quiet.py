"""What somebody is sent unasked and when not: as they see it in the form, and as they have chosen it there."""

from typing import Any

from slack_sdk.models.views import View
from sqlmodel import Session

from bot.access import get_person, is_managing
from bot.deps import Deps
from bot.figures.digest import READERS
from bot.figures.hours import find_zones, is_zone, name_zone
from bot.figures.posting import wants, wish
from bot.records import AlertChoice, DigestChoice, QuietHours
from bot.settings import Settings
from bot.views.quiet import Quiet, Wishes, build_quiet_form, build_quiet_saved, build_zone_options
from offers.people import PersonFacts

_SUGGESTED = 25


def is_sent_figures(person: PersonFacts) -> bool:
    """Tell whether the person is sent figures unasked."""
    return person.role in READERS


def find_quiet_form(slack_user_id: str, deps: Deps) -> View:
    """Return the form for somebody's quiet hours.

    Raises:
        PersonUnknown: They aren't in the people file.
    """
    with deps.read_scope() as session:
        person = get_person(session, slack_user_id)
        wishes = _find_wishes(session, slack_user_id)
    company = _find_company(deps.settings)
    return build_quiet_form(
        wishes, company=company, has_alerts=is_managing(person), names=_name(wishes, company)
    )


def search_zones(text: str) -> list[dict[str, Any]]:
    """Return the time zones that the form's menu suggests for what was typed, best first."""
    zones = find_zones(text, limit=_SUGGESTED)
    return build_zone_options(zones, {zone: name_zone(zone) for zone in zones})


def save_wishes(wishes: Wishes, slack_user_id: str, deps: Deps) -> View:
    """Write what somebody has chosen; returns the view that says so.

    Raises:
        PersonUnknown: They aren't in the people file.
        ValueError: There is no such time zone.
    """
    quiet, now = wishes.quiet, deps.clock()
    if quiet is not None and not is_zone(quiet.zone):
        raise ValueError(quiet.zone)
    with deps.session_scope() as session:
        person = get_person(session, slack_user_id)
        has_alerts = is_managing(person)
        wish(session, DigestChoice, slack_user_id, is_wanted=wishes.digest, now=now)
        if has_alerts:
            wish(session, AlertChoice, slack_user_id, is_wanted=wishes.alerts, now=now)
        row = session.get(QuietHours, slack_user_id)
        if row is not None and quiet is None:
            session.delete(row)
        elif quiet is not None:
            row = row or QuietHours(
                slack_user_id=slack_user_id, from_hour=0, until_hour=0, zone="", set_at=now
            )
            row.from_hour, row.until_hour, row.zone, row.set_at = (
                quiet.from_hour,
                quiet.until_hour,
                quiet.zone,
                now,
            )
            session.add(row)
    company = _find_company(deps.settings)
    return build_quiet_saved(wishes, company=company, has_alerts=has_alerts, names=_name(wishes, company))


def _find_wishes(session: Session, slack_user_id: str) -> Wishes:
    row = session.get(QuietHours, slack_user_id)
    return Wishes(
        digest=wants(session, DigestChoice, slack_user_id),
        alerts=wants(session, AlertChoice, slack_user_id),
        quiet=Quiet(row.from_hour, row.until_hour, row.zone) if row is not None else None,
    )


def _find_company(settings: Settings) -> Quiet:
    return Quiet(settings.digest_until_hour % 24, settings.digest_from_hour, "UTC")


def _name(wishes: Wishes, company: Quiet) -> dict[str, str]:
    return {one.zone: name_zone(one.zone) for one in (wishes.quiet, company) if one is not None}
