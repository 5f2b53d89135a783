"""The card of a walk: hazards first, one check at a time, what is ruled out, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    MarkdownBlock,
    SectionBlock,
)

from bot.mrkdwn import escape_markdown, escape_mrkdwn, fact, format_day, shorten
from bot.views.answer import build_feedback, build_sources, render_notice
from bot.views.message import MARKDOWN_LIMIT, TEXT_LIMIT, Message, cell, prose, to_plain
from bot.views.payloads import TurnRef, WalkClick, WalkView
from knowledge.language.notices import LEVELS
from knowledge.replies import Check, Guide, Notice

_LABEL_LIMIT = 80
_STEP_LIMIT = 1_200
_MOST_JUMPS = 3
_ENDINGS = {
    "replaced": "*Set aside* for a newer question. Ask again and I go on from here: what is ruled out stays so.",
    "closed": "*Set aside:* the visit is closed.",
}


@dataclass(frozen=True, slots=True)
class WalkCard:
    """What the card of a walk shows.

    Attributes:
        position: The present check (from 0).
        passed: How each check that is done was passed: next, jump or earlier.
        outcome: fixed, unresolved, replaced, closed; None while the walk is open.
        fixed_by: The name of whoever fixed it, where others read along.
        last_fix: The check (from 0) that fixed the same symptom last, and the day.
        shows_all: Whether the whole list is open.
        has_more: Whether the answer holds more than the walk.
        bench: The machine the search was narrowed to, or None.
        is_widened: Whether nothing was found for that machine itself.
    """

    run_id: str
    turn_id: str
    guide: Guide
    position: int
    passed: dict[int, str]
    outcome: str | None
    fixed_by: str | None
    last_fix: tuple[int, date] | None
    shows_all: bool
    has_more: bool
    bench: str | None
    is_widened: bool


def build_walk(card: WalkCard) -> Message:
    """Build the card as the walk stands: the present check with its buttons, or how the walk ended."""
    body = {
        None: _present,
        "fixed": _fixed,
        "unresolved": _unresolved,
    }.get(card.outcome, _set_aside)(card)
    blocks = [*body, *_foot(card)]
    return Message(text=escape_mrkdwn(describe_walk(card)), blocks=to_plain(blocks))


def _present(card: WalkCard) -> list[Block]:
    check = card.guide.checks[card.position]
    above = [fact(check.symptom or card.guide.title, 200)]
    # Read once; on a phone its lines are the buttons' place.
    if card.guide.intro and (card.shows_all or (card.position == 0 and not card.passed)):
        above.append(escape_mrkdwn(shorten(_flat(card.guide.intro), 400)))
    blocks: list[Block] = [
        *_hazards(_notices(card)),
        ContextBlock(elements=[cell(line) for line in above]),
        _every_check(card) if card.shows_all else _one_check(card, check),
        _buttons(card, check),
    ]
    lines = ["" if card.shows_all else _passed_line(card), _last_fix_line(card)]
    if any(lines):
        blocks.append(ContextBlock(elements=[cell(line) for line in lines if line]))
    return blocks


def _notices(card: WalkCard) -> list[Notice]:
    """Return the hazards of all that the card has somebody do: of the present check, or of every check left."""
    ahead = range(card.position, len(card.guide.checks)) if card.shows_all else (card.position,)
    left = [card.guide.checks[i] for i in ahead if i not in card.passed]
    return [*card.guide.notices, *(notice for check in left for notice in check.notices)]


def _hazards(notices: Sequence[Notice]) -> list[Block]:
    if not notices:
        return []
    gravest = sorted(dict.fromkeys(notices), key=lambda notice: LEVELS.index(notice.level))
    text = "".join(map(render_notice, gravest))
    return [MarkdownBlock(text=shorten(text, MARKDOWN_LIMIT - 1))]


def _one_check(card: WalkCard, check: Check) -> Block:
    head = f"Check {card.position + 1} of {len(card.guide.checks)}"
    lines = [f"*{head} · {fact(_flat(check.cause), 300)}*" if check.cause else f"*{head}*"]
    if check.test:
        lines.append(f"*How to check:* {_told(check.test)}" if check.cause else _told(check.test))
    if check.remedy:
        lines.append(f"*Remedy:* {_remedy(check)}")
    return SectionBlock(text=prose(f"{chr(10).join(lines)} [{check.citation}]"))


def _flat(text: str | None) -> str:
    return " ".join((text or "").split())


def _told(text: str) -> str:
    return escape_mrkdwn(shorten(text, _STEP_LIMIT))


def _remedy(check: Check) -> str:
    """Return the whole remedy; where it is for several causes, what speaks of this one stands out."""
    text = _told(check.remedy or "")
    for part in check.focus:
        text = text.replace(escape_mrkdwn(part), f"*{escape_mrkdwn(part)}*", 1)
    return text


def _every_check(card: WalkCard) -> Block:
    lines = []
    for place, check in enumerate(card.guide.checks):
        label = escape_markdown(shorten(_flat(check.label), 400))
        remedy = escape_markdown(shorten(_flat(check.remedy), 400))
        if place in card.passed:
            label, remedy = f"~~{label}~~", ""
        elif place == card.position:
            label = f"**{label}** (now)"
        behind = f": {remedy}" if remedy and check.remedy != check.label else ""
        lines.append(f"{place + 1}. {label}{behind} [{check.citation}]\n")
    return MarkdownBlock(text=shorten("".join(lines), MARKDOWN_LIMIT - 1))


def _buttons(card: WalkCard, check: Check) -> Block:
    value = WalkClick(run_id=card.run_id, position=card.position).encode()
    left = [i for i in range(card.position + 1, len(card.guide.checks)) if i not in card.passed]
    told = ("Done, next" if check.is_action else "Next check") if left else "None of these"
    onward = ButtonElement(text=told, action_id="guide_next", value=value)
    jumps = [
        ButtonElement(
            text=f"Go to step {card.guide.checks[target].number}",
            action_id=f"guide_jump_{place}",
            value=WalkClick(run_id=card.run_id, position=card.position, target=target).encode(),
        )
        for place, target in enumerate(check.leads_to[:_MOST_JUMPS])
    ]
    everything = ButtonElement(
        text="Show one" if card.shows_all else "Show all",
        action_id="guide_view",
        value=WalkView(run_id=card.run_id, shows_all=not card.shows_all).encode(),
    )
    fixed = ButtonElement(text="Fixed it", action_id="guide_fixed", value=value, style="primary")
    return ActionsBlock(elements=[fixed, onward, *jumps, everything])


def _passed_line(card: WalkCard) -> str:
    now = [i for i, how in card.passed.items() if how == "next"]
    before = [i for i, how in card.passed.items() if how == "earlier"]
    # Causes are ruled out, the steps of a list are done.
    word = "ruled out" if card.guide.checks[0].cause else "done"
    parts = []
    if now:
        parts.append(f"{word.capitalize()}: {_struck(card, now)}")
    if before:
        where = "on this visit" if card.bench else "here"
        parts.append(f"Skipped, {word} earlier {where}: {_struck(card, before)}")
    return "\n".join(parts)


def _struck(card: WalkCard, places: Sequence[int]) -> str:
    return ", ".join(f"~{fact(_flat(card.guide.checks[i].label), _LABEL_LIMIT)}~" for i in places)


def _last_fix_line(card: WalkCard) -> str:
    if card.last_fix is None:
        return ""
    place, day = card.last_fix
    label = fact(_flat(card.guide.checks[place].label), _LABEL_LIMIT)
    return f":bulb: Fixed it last time ({format_day(day)}): *{label}*, check {place + 1}"


def _fixed(card: WalkCard) -> list[Block]:
    check = card.guide.checks[card.position]
    by = f" by {fact(card.fixed_by, 80)}" if card.fixed_by else ""
    lines = [
        f":white_check_mark: *Fixed{by}.* Well done.",
        f"*{fact(check.symptom or card.guide.title, 200)}*",
        f"What fixed it: *{fact(_flat(check.label), 300)}* [{check.citation}]",
    ]
    blocks: list[Block] = [SectionBlock(text=prose("\n".join(lines)))]
    thanks = "Noted for whoever has the same symptom next."
    blocks.append(ContextBlock(elements=[cell(line) for line in (_passed_line(card), thanks) if line]))
    return blocks


def _unresolved(card: WalkCard) -> list[Block]:
    title = fact(card.guide.title, 200)
    text = f"*{title}*\n*None of these.* No check is left. An expert gets the list below with your question."
    blocks: list[Block] = [*_hazards(card.guide.notices), SectionBlock(text=prose(text))]
    ask = ButtonElement(text="Ask an expert", action_id="ask_expert", value=card.turn_id, style="primary")
    blocks.append(ActionsBlock(elements=[ask]))
    blocks.append(ContextBlock(elements=[cell(_passed_line(card))]))
    return blocks


def _set_aside(card: WalkCard) -> list[Block]:
    lines = [f"*{fact(card.guide.title, 200)}*", _ENDINGS[card.outcome or "closed"]]
    blocks: list[Block] = [SectionBlock(text=prose("\n".join(lines)))]
    passed = _passed_line(card)
    return [*blocks, ContextBlock(elements=[cell(passed)])] if passed else blocks


def _foot(card: WalkCard) -> list[Block]:
    shown = _cited(card)
    blocks = build_sources([citation for citation in card.guide.citations if citation.number in shown])
    if card.bench:
        where = escape_mrkdwn(card.bench)
        remark = (
            f"Nothing for {where} itself; this is from documents for other machines."
            if card.is_widened
            else f"For {where}."
        )
        blocks.append(ContextBlock(elements=[cell(remark)]))
    if card.has_more:
        ref = TurnRef(turn_id=card.turn_id)
        more = ButtonElement(text="More on this", action_id="answer_more", value=ref.encode())
        blocks.append(ActionsBlock(elements=[more]))
    blocks.append(build_feedback(card.turn_id))
    return blocks


def _cited(card: WalkCard) -> set[int]:
    """Return the numbers of the sources of what the card shows."""
    checks = card.guide.checks
    if card.outcome in (None, "fixed") and not card.shows_all:
        checks = checks[card.position : card.position + 1]
    notices: Sequence[Notice] = ()
    if card.outcome is None:
        notices = _notices(card)
    elif card.outcome == "unresolved":
        notices = card.guide.notices
    return {check.citation for check in checks} | {notice.citation for notice in notices}


def describe_walk(card: WalkCard) -> str:
    """Return where the walk stands as plain text, hazards first: a notification, or the answer to typed words."""
    title = card.guide.title
    if card.outcome is None:
        check = card.guide.checks[card.position]
        danger = "".join(f"{notice.level.upper()}: {notice.text} " for notice in _notices(card))
        told = ". ".join(part for part in (check.cause, check.test, check.remedy) if part)
        text = f"{danger}{title}. Check {card.position + 1} of {len(card.guide.checks)}: {told}"
    elif card.outcome == "fixed":
        text = f"{title}: fixed. {card.guide.checks[card.position].label}"
    elif card.outcome == "unresolved":
        text = f"{title}: no check is left. Ask an expert."
    else:
        text = f"{title}: set aside."
    return shorten(" ".join(text.split()), TEXT_LIMIT // 2)
