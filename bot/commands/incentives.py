"""`attache incentives`: the rewards of sales, and what has become of them by a day."""

from collections import defaultdict
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.clock import utc_now
from bot.commands.files import CsvOption, XlsxOption, write_list
from bot.commands.reports import JsonOption
from bot.console import open_reader, out, print_json, read_settings, reporting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from bot.files.report_tables import Table
    from offers.sales.rewards import RewardFacts, RewardTotal

    Part = tuple[str, str, RewardTotal]
    """A group by its id, its name, and what it comes to in one currency."""


class By(StrEnum):
    """What rewards are added up by."""

    PERSON = "person"
    PARTNER = "partner"
    PLAY = "play"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("incentives")(show_incentives)


def show_incentives(
    by: Annotated[By, typer.Option("--by", help="People, partners or plays.")] = By.PERSON,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="As it stood on this day.")
    ] = None,
    as_json: JsonOption = False,
    csv_file: CsvOption = None,
    xlsx_file: XlsxOption = None,
) -> None:
    """Show the rewards that sales accrued: pending, earned, lost. Currencies are never added.

    A reward is earned when its sale is booked and its cancellation window is over. Files have each reward too.
    """
    with reporting():
        from bot.database import build_read_scope
        from bot.files.lists import ListFile
        from offers.metrics.figures import Scope
        from offers.sales.rewards import list_rewards

        settings, now = read_settings(), utc_now()
        day = as_of.date() if as_of is not None else now.date()
        with build_read_scope(open_reader(settings))() as session:
            rewards = list_rewards(
                session, scope=Scope(), day=day, now=now, cancellation_days=settings.cancellation_days
            )
        parts = _group(rewards, by)
        found = ListFile(
            "incentives",
            "Rewards of sales",
            day,
            {"totals": _tabulate_parts(parts, by), "rewards": _tabulate_rewards(rewards)},
            [("earned", f"booked, and {settings.cancellation_days} days after the sale are over")],
        )
        is_written = write_list(found, csv_file, xlsx_file)
        if as_json:
            print_json(_as_json(parts, rewards, by, day))
        elif not is_written:
            _print(parts, rewards)


def _group(rewards: "Sequence[RewardFacts]", by: By) -> "list[Part]":
    from offers.sales.rewards import add_up

    groups: dict[tuple[str, str], list[RewardFacts]] = defaultdict(list)
    for one in rewards:
        named = {
            By.PERSON: (one.person_id, one.person_name),
            By.PARTNER: (one.partner_id or "", one.partner_name if one.partner_id else "our own people"),
            By.PLAY: (one.play, one.play),
        }[by]
        groups[named[0], named[1] or named[0]].append(one)
    return [(*group, total) for group, some in sorted(groups.items()) for total in add_up(some)]


def _tabulate_parts(parts: "Sequence[Part]", by: By) -> "Table":
    from bot.files.report_tables import Table, major

    names = ("accrued", "pending", "earned", "lost", "taken back")
    rows = [
        [
            group,
            name,
            total.sales,
            *(major(minor, total.currency) for minor in _minors(total)),
            total.currency,
        ]
        for group, name, total in parts
    ]
    return Table((by.value, "name", "sales", *names, "currency"), rows, amounts=frozenset(names))


def _tabulate_rewards(rewards: "Sequence[RewardFacts]") -> "Table":
    from bot.files.report_tables import Table, major

    names = ("amount", "pending", "earned", "lost")
    header = (
        "accepted",
        "offer",
        "play",
        "rule",
        "version",
        "person",
        "partner",
        "state",
        *names,
        "currency",
    )
    rows = [
        [
            one.accepted_at.date(), one.offer_id, one.play, one.rule_id, one.rule_version,
            one.person_name or one.person_id, one.partner_name or one.partner_id, one.standing.state.value,
            *(
                major(minor, one.amount.currency)
                for minor in (
                    one.amount.amount_minor, one.standing.pending_minor, one.standing.earned_minor,
                    one.standing.lost_minor,
                )
            ),
            one.amount.currency,
        ]
        for one in rewards
    ]  # fmt: skip
    return Table(header, rows, amounts=frozenset(names))


def _minors(total: "RewardTotal") -> tuple[int, ...]:
    return (
        total.accrued_minor,
        total.pending_minor,
        total.earned_minor,
        total.lost_minor,
        total.taken_back_minor,
    )


def _as_json(
    parts: "Sequence[Part]", rewards: "Sequence[RewardFacts]", by: By, day: "date"
) -> dict[str, Any]:
    from dataclasses import asdict

    from offers.sales.rewards import add_up

    return {
        "as_of": day.isoformat(),
        "by": by.value,
        "rows": [{by.value: group or None, "name": name, **asdict(total)} for group, name, total in parts],
        "totals": [asdict(total) for total in add_up(rewards)],
    }


def _print(parts: "Sequence[Part]", rewards: "Sequence[RewardFacts]") -> None:
    from bot.mrkdwn import format_money
    from offers.sales.rewards import add_up

    if not rewards:
        out.print("No sale has accrued a reward.")
        return
    whole = [("", "all", total) for total in add_up(rewards)]
    for _, name, total in (*parts, *whole):
        figures = ", ".join(
            f"{format_money(minor, total.currency)} {what}"
            for minor, what in zip(_minors(total), ("accrued", "pending", "earned", "lost"), strict=False)
        )
        sales = f"{total.sales} sale{'' if total.sales == 1 else 's'}"
        back = (
            f" ({format_money(total.taken_back_minor, total.currency)} of it taken back)"
            if total.taken_back_minor
            else ""
        )
        out.print(f"{name:32} {sales:>10}  {figures}{back}", markup=False)
