"""Sentences in the customer's own facts. No advertising: each one can be checked against a row."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from offers.playbook.situations import LineFacts, MachineFacts, Situation


@lru_cache(4_096)
def format_day(day: date) -> str:
    """Return the day for a sentence: "2 Jan 2027", "30 Sept 2026", as the rest of the product writes it."""
    month = "Sept" if day.month == 9 else f"{day:%b}"
    return f"{day.day} {month} {day.year}"


def count_days(days: int) -> str:
    """Return "1 day" or "41 days"."""
    return f"{days} day" if days == 1 else f"{days} days"


def count_span(days: int) -> str:
    """Return a length of time as people say it: "89 days", "5 months", "2 years 10 months"."""
    if days < 90:
        return count_days(days)
    # The mean month of the Gregorian calendar: 146,097 days in 4,800 months.
    years, months = divmod(int(days * 4800 / 146_097), 12)
    parts = [
        f"{count} {word}{'' if count == 1 else 's'}" for count, word in ((years, "year"), (months, "month"))
    ]
    return " ".join(part for part in parts if not part.startswith("0 "))


def describe_end(line: LineFacts, plan: str, day: date) -> str:
    """Return when a line ends or ended: "CARE-PLUS contract C-10234 ends on 2 Jan 2027, in 41 days"."""
    if line.ends_on is None:
        return f"{plan} contract {line.contract_id} runs without an end date"
    left = (line.ends_on - day).days
    when = f"on {format_day(line.ends_on)}"
    if left < 0:
        return f"{plan} contract {line.contract_id} ended {when}, {count_span(-left)} ago"
    return f"{plan} contract {line.contract_id} ends {when}, {'today' if left == 0 else f'in {count_days(left)}'}"


def describe_cancelled(line: LineFacts) -> str | None:
    """Return that a line's contract was cancelled, "contract C-1 was cancelled as of 2 Jan 2027 …", None of another."""
    if line.cancelled_on is None:
        return None
    return (
        f"contract {line.contract_id} was cancelled as of {format_day(line.cancelled_on)} and is not renewed"
    )


def describe_visits(machine: MachineFacts) -> tuple[str, ...]:
    """Return the sentence on last year's call-outs, or nothing when there were none."""
    visits = machine.visits_last_12m
    if visits == 0:
        return ()
    return (f"{visits} call-out{'s' if visits > 1 else ''} on this machine in the last 12 months",)


def describe_fleet(machine: MachineFacts, situation: Situation) -> tuple[str, ...]:
    """Return how many of the customer's machines of this family are covered, or nothing for a single one."""
    covered, total = situation.customer.fleets.get(machine.family, (0, 0))
    if total < 2 or covered == 0:
        return ()
    family = f"{machine.family} machines" if machine.family else "machines"
    is_covered = machine.live_line(situation.day) is not None
    this_one = "" if is_covered or covered == total else "; this one is not"
    verb = "is" if covered == 1 else "are"
    return (f"{covered} of your {total} {family} {verb} covered{this_one}",)


def describe_gain(machine: MachineFacts, situation: Situation) -> tuple[str, ...]:
    """Return why cover would help this customer, in one sentence from what it knows already; nothing without facts.

    "3 of your 4 Aurora machines are covered; this one is not and had 2 call-outs in the last 12 months". What the
    call-outs cost is not in the records and never said.
    """
    fleet, visits = describe_fleet(machine, situation), machine.visits_last_12m
    if not fleet or visits == 0 or not fleet[0].endswith("this one is not"):
        return (*describe_visits(machine), *fleet)
    return (f"{fleet[0]} and had {visits} call-out{'s' if visits > 1 else ''} in the last 12 months",)


def describe_successor(name: str, machine: MachineFacts) -> str:
    """Return that a product has taken the place of the machine's own."""
    return f"{name} takes the place of this {machine.product_name}"


def describe_missing(names: Sequence[str], machine: MachineFacts) -> tuple[str, ...]:
    """Return that the products fit the machine and are not on it, or nothing for no products."""
    if not names:
        return ()
    if len(names) == 1:
        return (f"{names[0]} fits this {machine.product_name} and is not on it yet",)
    listed = f"{', '.join(names[:-1])} and {names[-1]}"
    return (f"{listed} fit this {machine.product_name} and are not on it yet",)


def describe_no_cover(machine: MachineFacts, day: date, last_plan: str | None) -> tuple[str, ...]:
    """Return why the machine is on its own: the last contract, and the warranty where it was on record."""
    last = machine.last_line(day)
    sentences = ["This machine has no service contract"]
    if last is not None and last_plan is not None:
        sentences = [describe_end(last, last_plan, day)]
    if machine.warranty_end is not None and machine.warranty_end < day:
        sentences.append(f"Its warranty ended on {format_day(machine.warranty_end)}")
    return tuple(sentences)


def describe_age(machine: MachineFacts, day: date) -> tuple[str, ...]:
    """Return how long the machine has run, in years from the first one on."""
    age = machine.age_days(day)
    if age is None or age < 365:
        return ()
    years = age // 365
    return (f"Installed {years} year{'s' if years > 1 else ''} ago",)
