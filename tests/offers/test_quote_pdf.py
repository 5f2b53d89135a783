"""The printed quote: read back by another library, whatever names it holds."""

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pdfplumber
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offers.quoting.letters import MISSING, PLAIN, find_glyphs, is_printable, measure, wrap
from offers.quoting.pdf import name_file, render_quote
from offers.quoting.sheets import Buyer, Confirmation, Figures, QuoteFacts, QuoteLine

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
QUOTE = QuoteFacts(
    quote_id="QU-7K3QZ5WJ2M4XN6PA",
    status="offered",
    offer_id="OF-7K3QZ5WJ2M4XN6PA",
    offer_version=1,
    buyer=Buyer(
        "A-1",
        "Harbour Grand Hotel",
        site_name="Main building",
        site_address="Quay 1, Kiel",
        asset_id="M-1",
        serial_number="NV-AUR240-00417",
        machine_name="Aurora 240 chiller",
    ),
    seller_name="Norvane Klima GmbH",
    sku="CARE",
    product_name="Care Plus",
    figures=Figures(
        (QuoteLine("CARE", "Care Plus", 1, 540_000, 27_000, 513_000),), "EUR", 500, 513_000, 1_900, 97_470, 610_470
    ),
    term_months=12,
    starts_on=date(2026, 4, 12),
    pricebook="standard",
    price_valid_from=date(2026, 1, 1),
    valid_until=AT,
    created_at=AT,
    created_by="E-101",
    created_by_name="Mara Lindqvist",
    partner_id=None,
)  # fmt: skip
NAMES = {
    "German": "Kältetechnik Größe & Söhne Straße",
    "Polish": "Zażółć gęślą jaźń ŁÓDŹ Żywiec Świdnik",
    "Czech": "Příliš žluťoučký kůň Ďáblice Ústí",
    "Hungarian": "Hűtő és Fűtő Kft. Győr",
    "Greek": "Ψυκτική Αθηνών Ελλάς Άρης",
    "Chinese": "上海机电设备有限公司",
    "Japanese": "東京サービス",
    "Korean": "서울냉동기",
    "Russian": "Холод Сервис",
}


def read(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return text.replace("\r\n", "\n")


def test_a_quote_says_what_is_sold_to_whom_for_how_much_and_until_when() -> None:
    text = read(render_quote(QUOTE))
    for part in (
        "Quote", "QU-7K3QZ5WJ2M4XN6PA", "Norvane Klima GmbH", "Harbour Grand Hotel", "Quay 1, Kiel",
        "Aurora 240 chiller", "NV-AUR240-00417", "Care Plus", "5,400.00 EUR", "−270.00 EUR", "5,130.00 EUR",
        "Subtotal after 5 % discount", "Tax 19 %", "974.70 EUR", "6,104.70 EUR", "12 months from 12 Apr 2026",
        "standard, valid from 1 Jan 2026", "1 Mar 2026", "Mara Lindqvist",
    ):  # fmt: skip
        assert part in text, part
    assert "Confirmed by" not in text
    assert name_file(QUOTE) == "quote-QU-7K3QZ5WJ2M4XN6PA.pdf"


def test_an_accepted_quote_names_who_said_yes_and_the_purchase_order() -> None:
    said = Confirmation("Ada Weiß", "ada@example.org", "PO 4711")
    text = read(render_quote(replace(QUOTE, status="accepted", confirmation=said)))
    for part in ("Order confirmation", "Ada Weiß, ada@example.org", "PO 4711", "OF-7K3QZ5WJ2M4XN6PA"):
        assert part in text, part
    assert "Valid until" not in text


def test_without_a_tax_rate_the_price_is_plus_tax_and_never_free_of_it() -> None:
    figures = replace(QUOTE.figures, tax_bps=0, tax_minor=0, total_minor=513_000)
    text = read(render_quote(replace(QUOTE, figures=figures)))
    assert "Total after 5 % discount, plus tax" in text
    assert "Tax is added as the law requires" in text
    assert "0 %" not in text
    assert "free" not in text.lower()


def test_a_service_that_begins_with_the_yes_says_so() -> None:
    assert "12 months from acceptance" in read(render_quote(replace(QUOTE, starts_on=date(2026, 3, 1))))


def test_the_same_quote_is_the_same_bytes() -> None:
    assert render_quote(QUOTE) == render_quote(QUOTE)
    assert render_quote(QUOTE) != render_quote(replace(QUOTE, quote_id="QU-OTHER"))


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_a_name_in_its_own_script_can_be_read_and_copied(name: str) -> None:
    assert is_printable(name)
    text = read(render_quote(replace(QUOTE, buyer=replace(QUOTE.buyer, account_name=name))))
    assert name in text
    assert "no shape" not in text


def test_what_has_no_shape_is_seen_to_be_missing() -> None:
    text = read(render_quote(replace(QUOTE, buyer=replace(QUOTE.buyer, account_name="Chiller บริษัท"))))
    assert f"Chiller {MISSING * 6}" in text
    assert "Some characters have no shape" in text


def test_prices_stand_under_each_other_at_their_last_digit() -> None:
    lines = (*QUOTE.figures.lines, QuoteLine("GATE", "Gateway " * 12, 3, 1_000, 0, 3_000))
    pdf = render_quote(replace(QUOTE, figures=replace(QUOTE.figures, lines=lines)))
    with pdfplumber.open(BytesIO(pdf)) as document:
        assert len(document.pages) == 1
        page = document.pages[0]
        ends = [word["x1"] for word in page.extract_words() if word["text"] == "EUR" and word["x1"] > 500]
        assert len(ends) == 5  # two lines, subtotal, tax and total
        assert max(ends) - min(ends) < 0.1
        assert all(word["x1"] <= page.width - 50 and word["x0"] >= 50 for word in page.extract_words())


def test_more_lines_than_a_page_holds_go_on_on_the_next() -> None:
    lines = tuple(QuoteLine(f"S-{n}", f"Part {n}", 1, 100, 0, 100) for n in range(60))
    pdf = render_quote(replace(QUOTE, figures=replace(QUOTE.figures, lines=lines)))
    text = read(pdf)
    assert [n for n in range(60) if f"Part {n} " not in text.replace("\n", " ")] == []
    assert "6,104.70 EUR" in text


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_no_text_breaks_the_page_or_runs_out_of_it(text: str) -> None:
    for line in wrap(text, PLAIN, 10, 100):
        assert measure(line, PLAIN, 10) <= 100 or len(line) == 1
    said = Confirmation(text, text, text)
    render_quote(replace(QUOTE, status="accepted", confirmation=said, seller_name=text))


def test_nothing_is_lost_by_wrapping() -> None:
    text = "Compressor control gateway with an exceptionally-long-name-that-does-not-fit-into-one-line 240"
    assert "".join(wrap(text, PLAIN, 10, 80)).replace(" ", "") == text.replace(" ", "")
    assert "".join(glyph.text for glyph in find_glyphs(text, PLAIN)) == text
