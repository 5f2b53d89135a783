"""Text from outside, made safe for Slack: escaped once, here."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

from babel.dates import format_date
from babel.numbers import format_decimal, get_currency_precision

from knowledge.language.unseen import strip_unseen

# https://docs.slack.dev/messaging/formatting-message-text#escaping
_CONTROL = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# A mark formats only where a word begins or ends; a word joiner (U+2060, invisible) behind it keeps it a
# character. Marks inside a word, as in a part number, stay untouched, so that what is copied is exact.
_FORMATTING = re.compile(r"(?<!\w)[*_~]|[*_~](?!\w)|`")
_MARKDOWN = re.compile(r"([\\`*_\[\]~])")
_LINE_START = re.compile(r"^(\s*)([#>+-]|\d+(?=[.)]))", re.MULTILINE)
# `:no_entry:` in a document would look like a label of ours. A colon inside a word, as in an address, stays.
_EMOJI = re.compile(r"(?<![\w:]):(?=[a-z+-][\w+'-]*:)")
_TOKEN = re.compile(r"<(?P<target>[^@#!<>|][^<>|]*)(?:\|(?P<label>[^<>]*))?>")
_ANY_TOKEN = re.compile(r"<([^<>]*)>")
_LINK = re.compile(r"(?:https?://|mailto:|tel:)[^|]*(?:\|.*)?", re.DOTALL)
# Bold, italic, struck or code as Slack reads it: marks close to the words, and none inside a word.
_MARKED = re.compile(
    r"(?<![\w*_~`])(?P<mark>```|[*_~`])(?P<words>(?!\s|(?P=mark))[^\n]*?(?<!\s))(?P=mark)(?![\w*_~`])"
)
_NESTED_MARKS = 3
_LOCALE = "en_GB"


def escape(text: str) -> str:
    """Return `text` so that Slack shows it as it is: no mention, link, channel call or date is read from it."""
    return re.sub(r"[&<>]", lambda match: _CONTROL[match[0]], text)


def read_text(text: str) -> str:
    """Return what a person typed: Slack's links as their labels, its entities as characters, nothing unseen."""
    spoken = _TOKEN.sub(lambda match: match["label"] or match["target"], strip_unseen(text))
    return _unescape(spoken)


def relay(text: str, name_of: Callable[[str], str]) -> str:
    """Return a message of Slack's for another place: its formatting and links kept, nobody called by it.

    Args:
        text: As Slack delivers it: `&`, `<` and `>` are entities but for its own `<…>` tokens.
        name_of: Returns the name of a person by user id; a mention becomes the bare name.
    """
    parts: list[str] = []
    position = 0
    for match in _ANY_TOKEN.finditer(text):
        parts.append(_bare(text[position : match.start()]))
        inner = match[1]
        link = _LINK.fullmatch(inner)
        parts.append(match[0] if link else _bare(_name_token(inner, name_of)))
        position = match.end()
    parts.append(_bare(text[position:]))
    return "".join(parts)


def read_words(text: str, name_of: Callable[[str], str]) -> str:
    """Return the words of a message of Slack's, lines kept: no marks, mentions as names, links with their address."""

    def spell(match: re.Match[str]) -> str:
        target, _, label = match[1].partition("|")
        if not _LINK.fullmatch(match[1]):
            return _name_token(match[1], name_of)
        return f"{label} ({target})" if label and label != target else target

    spelled = _ANY_TOKEN.sub(spell, text)
    for _ in range(_NESTED_MARKS):
        spelled = _MARKED.sub(r"\g<words>", spelled)
    return _unescape(spelled)


def split_mrkdwn(text: str, limit: int) -> list[str]:
    """Return mrkdwn in parts of at most `limit` characters, cut at a line, else at a blank, never inside a token.

    Nothing is lost but the line breaks at the cuts.
    """
    parts: list[str] = []
    rest = text
    while len(rest) > limit:
        cut = rest.rfind("\n", limit // 2, limit)
        cut = cut if cut > 0 else rest.rfind(" ", limit // 2, limit)
        cut = cut if cut > 0 else limit
        for opening, closing in (("<", ">"), ("&", ";")):
            start = rest.rfind(opening, 0, cut)
            is_inside = start > 0 and closing not in rest[start:cut] and closing in rest[cut : cut + limit]
            cut = start if is_inside and (opening == "<" or cut - start < 6) else cut
        parts.append(rest[:cut])
        rest = rest[cut:].lstrip("\n")
    return [*parts, rest] if rest else parts


def _name_token(inner: str, name_of: Callable[[str], str]) -> str:
    """Return what a token reads as: the person's name, the channel's, the group's word, a date's fallback."""
    target, _, label = inner.partition("|")
    if target.startswith("@"):
        return name_of(target[1:])
    if target.startswith("#"):
        return f"#{label}" if label else "a channel"
    if target.startswith("!"):
        return label or "@" + target[1:].split("^")[0]
    return f"<{inner}>"


def _bare(text: str) -> str:
    """Return text in which no token is left: brackets that are none of Slack's become characters."""
    return text.replace("<", "&lt;").replace(">", "&gt;")


def _unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def escape_mrkdwn(text: str) -> str:
    """Return `text` for a mrkdwn field, its formatting marks shown as characters."""
    return _FORMATTING.sub(lambda match: match[0] + "\u2060", _EMOJI.sub(":\u2060", escape(text)))


def flatten(text: str) -> str:
    """Return `text` in one line, without characters that nobody sees; a dash for a text of nothing else.

    A line of ours begins where we begin it, whatever ends of lines a name from the records has.
    """
    return " ".join(strip_unseen(text).split()) or ("–" if text else "")


def heading(text: str, limit: int) -> str:
    """Return `text` for a field of which Slack does not say whether it reads markup there: it holds none."""
    return shorten(flatten(text), limit).translate({ord("<"): "‹", ord(">"): "›"})


def fact(text: str, limit: int = 150) -> str:
    """Return a fact from the records for a mrkdwn field: one line, short enough for a phone, and escaped."""
    return escape_mrkdwn(shorten(flatten(text), limit))


def escape_markdown(text: str) -> str:
    """Return `text` for a `markdown` block or a stream: shown as it is, whatever marks it holds."""
    escaped = _MARKDOWN.sub(r"\\\1", _EMOJI.sub(":\u2060", text))
    return _LINE_START.sub(_guard_line_start, escape(escaped))


def _guard_line_start(match: re.Match[str]) -> str:
    """Keep a line from turning into a heading, a quote or a list item."""
    indent, mark = match[1], match[2]
    return f"{indent}{mark}\u2060" if mark.isdigit() else f"{indent}\\{mark}"


def shorten(text: str, limit: int) -> str:
    """Return `text` in at most `limit` characters, cut at a word and ended by an ellipsis when cut."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    head, space, _ = cut.rpartition(" ")
    return (head if space and len(head) > limit // 2 else cut).rstrip() + "…"


def format_money(amount_minor: int, currency: str) -> str:
    """Return an amount such as `EUR 1,840` or `GBP 12.50`; minor units by the currency's own exponent."""
    exponent = get_currency_precision(currency)
    major, rest = divmod(abs(amount_minor), 10**exponent)
    sign = "-" if amount_minor < 0 else ""
    figure = format_decimal(major, locale=_LOCALE)
    if rest:
        figure += f".{rest:0{exponent}d}"
    return f"{sign}{currency} {figure}"


def format_whole_money(amount_minor: float, currency: str) -> str:
    """Return an estimated amount without the fractions that it can't know: `EUR 1,840`."""
    unit = 10 ** get_currency_precision(currency)
    return format_money(round(amount_minor / unit) * unit, currency)


def format_day(day: date) -> str:
    """Return a date such as `2 Jan 2027`."""
    return format_date(day, "d MMM y", locale=_LOCALE)


def format_month(month: str) -> str:
    """Return a month such as `2027-01` as `Jan 2027`."""
    return format_date(date.fromisoformat(f"{month}-01"), "MMM y", locale=_LOCALE)


def format_moment(moment: datetime) -> str:
    """Return Slack's date token: shown in the reader's own time zone, with a UTC fallback."""
    aware = moment.astimezone(UTC)
    fallback = aware.strftime("%d %b %Y %H:%M UTC")
    return f"<!date^{int(aware.timestamp())}^{{date_short_pretty}} {{time}}|{fallback}>"


def format_rate(rate: float | None) -> str:
    """Return a rate (0..1) as `61.5 %`, or a dash when there is none."""
    return "–" if rate is None else f"{rate * 100:.1f} %"
