"""App Home: one page per role, figures with their numerator, denominator and interval."""

from collections.abc import Sequence
from datetime import datetime

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    InteractiveElement,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.mrkdwn import flatten, format_moment, shorten
from bot.views.figure_home import build_chart_choice
from bot.views.file_buttons import build_file_buttons
from bot.views.home_conversions import ConversionRow, build_conversion_list, build_table_buttons
from bot.views.message import cell, prose
from bot.views.payloads import ListName, ListRef
from bot.views.quiet import build_quiet_button


def build_manager_home(
    figures: Sequence[Block],
    rows: Sequence[ConversionRow],
    *,
    now: datetime,
    summary: Sequence[Block] = (),
    learning: Sequence[Block] = (),
    decisions: Sequence[Block] = (),
    failed: Sequence[Block] = (),
    more: int | None = None,
    can_rule: bool = False,
    narrowing: Sequence[Block] = (),
) -> View:
    """Build the manager's page: the figures, what failed, the conversions, the decisions, what is to be learnt.

    `more` is how many conversions to show when asked for more; None when all are shown.
    """
    blocks: list[Block] = [*figures]
    buttons = [*([_plays_button()] if can_rule else []), build_quiet_button()]
    files = build_file_buttons(ListRef(name=ListName.FIGURES), of="Figures")
    blocks += _refresh(now, build_chart_choice(), *files, *buttons)
    blocks += summary
    blocks += failed
    blocks += [DividerBlock(), HeaderBlock(text="Conversions")]
    blocks += narrowing
    empty = "No offer has been accepted yet. The first one appears here at once."
    if len(narrowing) > 1:
        empty = "No conversion fits this filter."
    blocks += build_conversion_list(rows, empty=empty, more=more)
    blocks += decisions
    blocks += learning
    return View(type="home", blocks=blocks)


def build_field_home(
    *,
    name: str,
    can_visit: bool,
    can_bundle: bool,
    conversions: str | None,
    rows: Sequence[ConversionRow],
    now: datetime,
    more: int | None = None,
    can_rule: bool = False,
    is_sent_figures: bool = False,
    rewards: str | None = None,
) -> View:
    """Build the page of whoever is no manager: where to start, and under their title the conversions, if any."""
    intro = "Ask me in a message. I answer from the documents, with the page, or say that they don't answer."
    buttons = []
    if can_visit:
        intro += " Open a visit with `/visit` and a serial number, then ask in its thread."
        buttons.append(ButtonElement(text="Open a visit", action_id="home_visit", style="primary"))
    if can_bundle:
        intro += " With `/bundle` you price a bundle for a customer."
        buttons.append(ButtonElement(text="Bundle for a customer", action_id="home_bundle"))
    if can_rule:
        buttons.append(_plays_button())
    blocks: list[Block] = [
        HeaderBlock(text=shorten(flatten(f"Hello {name}"), 150)),
        SectionBlock(text=prose(intro)),
    ]
    if buttons:
        blocks.append(ActionsBlock(elements=buttons))
    if conversions is not None:
        blocks += [DividerBlock(), HeaderBlock(text=shorten(conversions, 150))]
        empty = "None yet. Offers that your customers accept are listed here."
        if rows:
            blocks.append(ActionsBlock(elements=list(build_table_buttons())))
        blocks += build_conversion_list(rows, empty=empty, more=more)
    if rewards is not None:
        blocks.append(SectionBlock(text=prose(rewards)))
    blocks += _refresh(now, *([build_quiet_button()] if is_sent_figures else []))
    return View(type="home", blocks=blocks)


def build_stranger_home() -> View:
    """Build the page of somebody who is not in the people file."""
    text = (
        "*I don't know you yet.* You can ask me about the public documents. "
        "For visits and offers, ask your admin to add you to the people file."
    )
    return View(type="home", blocks=[SectionBlock(text=prose(text))])


def _plays_button() -> ButtonElement:
    return ButtonElement(text="Plays", action_id="rules_open")


def _refresh(now: datetime, *more: InteractiveElement) -> list[Block]:
    button = ButtonElement(text="Refresh", action_id="home_refresh")
    return [
        ContextBlock(elements=[cell(f"Updated {format_moment(now)}")]),
        ActionsBlock(elements=[button, *more]),
    ]
