"""Text from outside reaches Slack as text."""

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.mrkdwn import (
    escape,
    escape_markdown,
    escape_mrkdwn,
    format_day,
    format_moment,
    format_money,
    format_rate,
    read_words,
    relay,
    shorten,
    split_mrkdwn,
)
from offers.playbook import wording


@given(st.text())
def test_no_control_sequence_survives_any_escape(text: str) -> None:
    for escaped in (escape(text), escape_mrkdwn(text), escape_markdown(text)):
        assert "<" not in escaped
        assert ">" not in escaped


@given(st.text())
def test_escaping_loses_nothing_that_slack_shows(text: str) -> None:
    shown = escape(text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert shown == text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("<!channel> look", "&lt;!channel&gt; look"),
        ("*loud*", "*\u2060loud*\u2060"),
        ("part AB_12_C", "part AB_12_C"),
        ("a & b", "a &amp; b"),
    ],
)
def test_mrkdwn_marks_are_shown_and_part_numbers_stay_exact(text: str, escaped: str) -> None:
    assert escape_mrkdwn(text) == escaped


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("# not a heading", "\\# not a heading"),
        ("1. not a step", "1\u2060. not a step"),
        ("[click](https://example.org)", "\\[click\\](https://example.org)"),
        ("24 V *never*", "24 V \\*never\\*"),
        ("-40 °C", "\\-40 °C"),
    ],
)
def test_markdown_marks_are_shown(text: str, escaped: str) -> None:
    assert escape_markdown(text) == escaped


@given(st.text(), st.integers(min_value=2, max_value=200))
def test_shortened_text_fits(text: str, limit: int) -> None:
    assert len(shorten(text, limit)) <= limit


@pytest.mark.parametrize(
    ("amount_minor", "currency", "shown"),
    [
        (184_000, "EUR", "EUR 1,840"),  # 184,000 cents are 1,840 euro
        (1_250, "GBP", "GBP 12.50"),
        (1_250, "JPY", "JPY 1,250"),  # the yen has no minor unit
        (-5, "EUR", "-EUR 0.05"),
        (1_234_005, "KWD", "KWD 1,234.005"),  # three decimals
    ],
)
def test_money_is_shown_by_the_currencys_own_exponent(amount_minor: int, currency: str, shown: str) -> None:
    assert format_money(amount_minor, currency) == shown


def test_days_moments_and_rates() -> None:
    assert format_day(date(2027, 1, 2)) == "2 Jan 2027"
    assert format_rate(None) == "–"
    assert format_rate(0.6875) == "68.8 %"
    moment = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
    assert format_moment(moment) == (
        f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} {{time}}|22 Nov 2026 04:00 UTC>"
    )


@given(day=st.dates())
def test_a_reason_and_a_brief_write_a_day_alike(day: date) -> None:
    assert wording.format_day(day) == format_day(day)


def name_of(user_id: str) -> str:
    return {"U1": "Ada <Berg>"}.get(user_id, "somebody")


@pytest.mark.parametrize(
    ("text", "relayed", "read"),
    [
        ("*Torque* 24 Nm &amp; a washer", "*Torque* 24 Nm &amp; a washer", "Torque 24 Nm & a washer"),
        ("_*very* tight_, `NP-10_2` not AB_12_C, 5 * 3 * 2", "_*very* tight_, `NP-10_2` not AB_12_C, 5 * 3 * 2",
         "very tight, NP-10_2 not AB_12_C, 5 * 3 * 2"),
        ("<!channel> now", "@channel now", "@channel now"),
        ("<!subteam^S1|@experts> see", "@experts see", "@experts see"),
        ("<!date^1^{date}|3 Mar> it is", "3 Mar it is", "3 Mar it is"),
        ("ask <@U1> or <@U9>", "ask Ada &lt;Berg&gt; or somebody", "ask Ada <Berg> or somebody"),
        ("in <#C1|service> or <#C2>", "in #service or a channel", "in #service or a channel"),
        ("<https://x.example/a?b=1&amp;c|the page>", "<https://x.example/a?b=1&amp;c|the page>",
         "the page (https://x.example/a?b=1&c)"),
        ("<mailto:a@x.example|a@x.example>", "<mailto:a@x.example|a@x.example>", "a@x.example (mailto:a@x.example)"),
        ("<javascript:alert(1)|go>", "&lt;javascript:alert(1)|go&gt;", "<javascript:alert(1)|go>"),
        ("a < b > c", "a &lt; b &gt; c", "a < b > c"),
    ],
)  # fmt: skip
def test_a_message_is_handed_on_with_its_formatting_and_calls_nobody(
    text: str, relayed: str, read: str
) -> None:
    assert relay(text, name_of) == relayed
    assert read_words(text, name_of) == read


@given(st.text(alphabet="<>!@#|UC1a &;\n*", max_size=80))
def test_whatever_is_handed_on_no_token_but_a_link_is_left(text: str) -> None:
    relayed = relay(text, name_of)
    for inside in re.findall(r"<([^<>]*)>", relayed):
        assert inside.startswith(("https://", "http://", "mailto:", "tel:"))


@given(
    st.lists(
        st.sampled_from(["word", " ", "\n", "&amp;", "<https://x.example/page|the page>", "x" * 70]),
        max_size=60,
    )
)
def test_a_long_text_is_split_whole(pieces: list[str]) -> None:
    text = "".join(pieces)
    parts = split_mrkdwn(text, 100)
    assert all(len(part) <= 100 for part in parts)
    assert "".join(parts).replace("\n", "") == text.replace("\n", "")
    for part in parts:
        assert part.count("<") == part.count(">")
        assert re.sub(r"&amp;", "", part).count("&") == 0
