"""Text from outside, made safe for Slack: escaped once, here."""

import re
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
_LOCALE = "en_GB"


def escape(text: str) -> str:
    """Return `text` so that Slack shows it as it is: no mention, link, channel call or date is read from it."""
    return re.sub(r"[&<>]", lambda match: _CONTROL[match[0]], text)


def read_text(text: str) -> str:
    """Return what a person typed: Slack's links as their labels, its entities as characters, nothing unseen."""
    spoken = _TOKEN.sub(lambda match: match["label"] or match["target"], strip_unseen(text))
    return spoken.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


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


def format_day(day: date) -> str:
    """Return a date such as `2 Jan 2027`."""
    return format_date(day, "d MMM y", locale=_LOCALE)


def format_moment(moment: datetime) -> str:
    """Return Slack's date token: shown in the reader's own time zone, with a UTC fallback."""
    aware = moment.astimezone(UTC)
    fallback = aware.strftime("%d %b %Y %H:%M UTC")
    return f"<!date^{int(aware.timestamp())}^{{date_short_pretty}} {{time}}|{fallback}>"


def format_rate(rate: float | None) -> str:
    """Return a rate (0..1) as `61.5 %`, or a dash when there is none."""
    return "–" if rate is None else f"{rate * 100:.1f} %"
