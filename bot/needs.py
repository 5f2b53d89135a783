"""What a product lacks: what customers refused, what people asked in vain, what kept failing, as one list."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from bot.gaps import list_failed_questions
from bot.records import Turn
from knowledge.gaps import FailedQuestion, Gap, Trouble
from offers.people import PersonFacts
from offers.steering.shortcomings import Part, Shortcoming, find_parts, find_shortcomings, read_scope

QUESTIONS_SHOWN = 3
HOW_LONG = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions that count, and which product each is about."""

    failed: tuple[FailedQuestion, ...]
    parts: Mapping[str, Part]


@dataclass(slots=True)
class Need:
    """One product's row. `questions` name the gaps that were asked most, as `attache kb gaps` shows them."""

    part: Part
    shortcoming: Shortcoming = field(default_factory=Shortcoming)
    unanswered: int = 0
    disliked: int = 0
    questions: list[str] = field(default_factory=list)

    def as_json(self, by: str) -> dict[str, Any]:
        """Return the row as `attache needs --json` prints it."""
        return {
            by: self.part,
            "declined": self.shortcoming.declines.total(),
            "reasons": {reason or "not said": count for reason, count in rank(self.shortcoming.declines)},
            "declined_minor": dict(sorted(self.shortcoming.declined_minor.items())),
            "unanswered": self.unanswered,
            "disliked": self.disliked,
            "questions": self.questions,
            "repeat_failures": self.shortcoming.repeat_failures,
        }


def find_asked(session: Session, *, by: str, since: datetime, reader: PersonFacts) -> Asked:
    """Return the failed questions; a regional manager's are those of the region's people.

    Raises:
        NotYourFigure: The reader is no manager.
    """
    region = read_scope(reader).region
    failed = list_failed_questions(session, since=since, region=region)
    ids = {one.question_id for one in failed}
    turns = session.exec(select(Turn.turn_id, Turn.asset_id).where(col(Turn.asked_at) >= since)).all()
    machines = {turn_id: asset_id for turn_id, asset_id in turns if turn_id in ids and asset_id is not None}
    of_machine = find_parts(session, set(machines.values()), by=by)
    families = {one.question_id: one.family for one in failed} if by == "family" else {}
    parts = {key: families.get(key) or of_machine.get(machines.get(key, "")) for key in ids}
    return Asked(tuple(failed), parts)


def find_needs(
    session: Session,
    *,
    by: str,
    since: datetime,
    now: datetime,
    reader: PersonFacts,
    find_gaps: Callable[[Sequence[FailedQuestion]], Sequence[Gap]],
) -> list[Need]:
    """Return what products lack, what costs most first; a regional manager's are the region's.

    Args:
        by: "family" or "sku".
        find_gaps: Returns what the documents lack, judged by the questions that failed.

    Raises:
        NotYourFigure: The reader is no manager.
    """
    found = find_shortcomings(session, by=by, since=since, now=now, reader=reader)
    asked = find_asked(session, by=by, since=since, reader=reader)
    return build_needs(found, asked, find_gaps(asked.failed))


def build_needs(found: Mapping[Part, Shortcoming], asked: Asked, gaps: Sequence[Gap]) -> list[Need]:
    """Return each product's needs, what costs most first; gaps that the documents closed meanwhile are none."""
    needs = {part: Need(part, shortcoming) for part, shortcoming in found.items()}
    troubles = {one.question_id: one.trouble for one in asked.failed}
    for gap in gaps:
        for part, count in rank(Counter(asked.parts[key] for key in gap.question_ids)):
            need = needs.setdefault(part, Need(part))
            disliked = sum(
                troubles[key] is Trouble.DISLIKED for key in gap.question_ids if asked.parts[key] == part
            )
            need.disliked += disliked
            need.unanswered += count - disliked
            if len(need.questions) < QUESTIONS_SHOWN:
                need.questions.append(gap.questions[0])
    return _order(list(needs.values()))


def rank(counted: Counter[Any]) -> list[tuple[Any, int]]:
    """Return what was counted, the most frequent first, ties by name."""
    return sorted(counted.items(), key=lambda one: (-one[1], str(one[0] or "")))


def _order(needs: list[Need]) -> list[Need]:
    """Order by the share of all that was declined, of each currency in its own: currencies are never added.

    Currencies weigh as many products as were declined in them; then come declines, repeat failures and questions.
    """
    totals: Counter[str] = Counter()
    weights: Counter[str] = Counter()
    for need in needs:
        totals += need.shortcoming.declined_minor
        weights.update(need.shortcoming.declined_minor.keys())

    def cost(need: Need) -> float:
        amounts = need.shortcoming.declined_minor
        return sum(weights[name] * amount / totals[name] for name, amount in amounts.items() if totals[name])

    return sorted(
        needs,
        key=lambda need: (
            -cost(need),
            -need.shortcoming.declines.total(),
            -need.shortcoming.repeat_failures,
            -(need.unanswered + need.disliked),
            need.part is None,
            need.part or "",
        ),
    )
