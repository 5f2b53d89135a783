"""A quote as a PDF on A4: the same quote is always the same bytes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from offers.money import Money, format_money, format_percent
from offers.playbook.wording import format_day
from offers.quoting.letters import BOLD, PLAIN, is_printable, measure, wrap, write
from offers.quoting.sheets import QuoteFacts, QuoteLine
from offers.vocabulary import QuoteStatus

_INK, _GREY, _BRAND, _RULE = (
    HexColor("#1d2733"),
    HexColor("#5b6770"),
    HexColor("#0f5c73"),
    HexColor("#b9c4cc"),
)
_LEFT, _RIGHT, _TOP, _BOTTOM = 20 * mm, A4[0] - 20 * mm, A4[1] - 22 * mm, 22 * mm
_TEXT, _SMALL, _LEADING = 9.5, 8.0, 13.0


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    right: float
    width: float


_PRODUCT = _Column("Product", _LEFT + 62 * mm, 62 * mm)
_FIGURES = (
    _Column("Quantity", _LEFT + 80 * mm, 16 * mm),
    _Column("Unit price", _LEFT + 112 * mm, 31 * mm),
    _Column("Discount", _LEFT + 142 * mm, 29 * mm),
    _Column("Amount", _RIGHT, 28 * mm),
)


class _Page:
    """A canvas with a place to go on writing; what doesn't fit goes on, on the next page."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self.y = _TOP
        self._pages = 1

    def line(self, text: str, x: float, *, font: str = PLAIN, size: float = _TEXT, ink: Color = _INK) -> None:
        """Write from x to the right, on the line where the page is."""
        self._canvas.setFillColor(ink)
        write(self._canvas, x, self.y, text, font, size)

    def line_to(
        self, text: str, right: float, *, font: str = PLAIN, size: float = _TEXT, ink: Color = _INK
    ) -> None:
        """Write so that the text ends at `right`."""
        self.line(text, right - measure(text, font, size), font=font, size=size, ink=ink)

    def feed(self, points: float = _LEADING) -> None:
        """Go down."""
        self.y -= points
        if self.y < _BOTTOM:
            self._canvas.showPage()
            self._pages += 1
            self.y = _TOP

    def need(self, points: float) -> None:
        """Go to the next page unless there is room for so much."""
        if self.y - points < _BOTTOM:
            self.feed(self.y)

    def rule(self) -> None:
        """Draw a line across the page."""
        self._canvas.setStrokeColor(_RULE)
        self._canvas.setLineWidth(0.6)
        self._canvas.line(_LEFT, self.y, _RIGHT, self.y)


def render_quote(quote: QuoteFacts) -> bytes:
    """Return the PDF of a quote that was written."""
    file = BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1)
    canvas.setTitle(f"{_title(quote)} {quote.quote_id}")
    canvas.setAuthor(quote.seller_name or "")
    canvas.setSubject(quote.product_name)
    page = _Page(canvas)
    _write_head(page, quote)
    _write_parties(page, quote)
    _write_lines(page, quote)
    _write_sums(page, quote)
    _write_terms(page, quote)
    canvas.save()
    return file.getvalue()


def name_file(quote: QuoteFacts) -> str:
    """Return what the PDF of a quote is called."""
    return f"quote-{quote.quote_id}.pdf"


def _title(quote: QuoteFacts) -> str:
    return "Order confirmation" if quote.status == QuoteStatus.ACCEPTED.value else "Quote"


def _write_head(page: _Page, quote: QuoteFacts) -> None:
    page.line_to(_title(quote), _RIGHT, font=BOLD, size=16, ink=_BRAND)
    for text in wrap(quote.seller_name or "", BOLD, 13, 95 * mm):
        page.line(text, _LEFT, font=BOLD, size=13)
        page.feed(17)
    page.feed(4 if quote.seller_name else 20)
    page.line_to(f"{quote.quote_id}", _RIGHT, ink=_GREY)
    page.feed()
    page.line_to(format_day(quote.created_at.date()), _RIGHT, ink=_GREY)
    page.feed(22)


def _write_parties(page: _Page, quote: QuoteFacts) -> None:
    buyer = quote.buyer
    machine = [part for part in (buyer.machine_name, buyer.serial_number) if part]
    customer = [part for part in (buyer.account_name, buyer.site_name, buyer.site_address) if part]
    width = 80 * mm
    left = [line for part in customer for line in wrap(part, PLAIN, _TEXT, width)]
    right = [line for part in machine for line in wrap(part, PLAIN, _TEXT, width)]
    middle = _LEFT + 88 * mm
    page.line("Customer", _LEFT, font=BOLD, size=_SMALL, ink=_GREY)
    if right:
        page.line("Machine", middle, font=BOLD, size=_SMALL, ink=_GREY)
    page.feed()
    for row in range(max(len(left), len(right))):
        if row < len(left):
            page.line(left[row], _LEFT, font=PLAIN)
        if row < len(right):
            page.line(right[row], middle)
        page.feed()
    page.feed(14)


def _write_lines(page: _Page, quote: QuoteFacts) -> None:
    page.line(_PRODUCT.title, _LEFT, font=BOLD, size=_SMALL, ink=_GREY)
    for column in _FIGURES:
        page.line_to(column.title, column.right, font=BOLD, size=_SMALL, ink=_GREY)
    page.feed(5)
    page.rule()
    page.feed(14)
    for line in quote.figures.lines:
        names = wrap(line.name, PLAIN, _TEXT, _PRODUCT.width)
        page.need(_LEADING * (len(names) + 1))
        for column, text in zip(_FIGURES, _figures_of(line, quote.figures.currency), strict=True):
            size = min(_TEXT, _TEXT * column.width / max(1.0, measure(text, PLAIN, _TEXT)))
            page.line_to(text, column.right, size=size)
        for name in names:
            page.line(name, _LEFT)
            page.feed()
        page.line(line.sku, _LEFT, size=_SMALL, ink=_GREY)
        page.feed(17)
    page.y += 8
    page.rule()
    page.feed(16)


def _figures_of(line: QuoteLine, currency: str) -> Iterator[str]:
    yield str(line.quantity)
    yield format_money(Money(line.unit_amount_minor, currency))
    sign = "−" if line.discount_minor > 0 else "+"
    off = format_money(Money(abs(line.discount_minor), currency))
    yield f"{sign}{off}" if line.discount_minor else "–"
    yield format_money(Money(line.net_minor, currency))


def _write_sums(page: _Page, quote: QuoteFacts) -> None:
    figures = quote.figures

    def money(amount_minor: int) -> str:
        return format_money(Money(amount_minor, figures.currency))

    rows = [(_subtotal_label(quote), money(figures.subtotal_minor), PLAIN)]
    if figures.tax_bps:
        rows.append((f"Tax {format_percent(figures.tax_bps)}", money(figures.tax_minor), PLAIN))
        rows.append(("Total", money(figures.total_minor), BOLD))
    else:
        rows = [("Total, plus tax", money(figures.total_minor), BOLD)]
        if figures.discount_bps:
            rows[0] = (f"Total after {format_percent(figures.discount_bps)} discount, plus tax", *rows[0][1:])
    page.need(_LEADING * (len(rows) + 1))
    for label, amount, font in rows:
        size = 11.0 if font == BOLD else _TEXT
        page.line_to(label, _RIGHT - 42 * mm, font=font, size=size)
        page.line_to(amount, _RIGHT, font=font, size=size)
        page.feed(16)
    page.feed(14)


def _subtotal_label(quote: QuoteFacts) -> str:
    off = quote.figures.discount_bps
    return f"Subtotal after {format_percent(off)} discount" if off else "Subtotal"


def _write_terms(page: _Page, quote: QuoteFacts) -> None:
    for label, text in _terms(quote):
        lines = wrap(text, PLAIN, _TEXT, _RIGHT - _LEFT - 38 * mm)
        page.need(_LEADING * len(lines))
        page.line(label, _LEFT, ink=_GREY)
        for line in lines:
            page.line(line, _LEFT + 38 * mm)
            page.feed()
        page.feed(3)
    if not all(is_printable(text) for text in _texts(quote)):
        page.feed(8)
        note = "Some characters have no shape in this document's fonts; they are printed as ¿."
        page.line(note, _LEFT, size=_SMALL, ink=_GREY)


def _terms(quote: QuoteFacts) -> Iterator[tuple[str, str]]:
    is_accepted = quote.status == QuoteStatus.ACCEPTED.value
    if quote.term_months:
        begins = quote.starts_on
        is_fixed = begins is not None and (is_accepted or begins > quote.created_at.date())
        when = f"from {format_day(begins)}" if begins is not None and is_fixed else "from acceptance"
        yield "Term", f"{quote.term_months} month{'s' if quote.term_months > 1 else ''} {when}"
    if not quote.figures.tax_bps:
        yield "Tax", "Not included. Tax is added as the law requires."
    since = f", valid from {format_day(quote.price_valid_from)}" if quote.price_valid_from else ""
    yield "Price book", f"{quote.pricebook}{since}"
    if not is_accepted:
        yield "Valid until", format_day(quote.valid_until.date())
        yield "Your contact", quote.created_by_name or "–"
        return
    said = quote.confirmation
    yield "Accepted on", format_day(quote.created_at.date())
    if said.said_by:
        yield "Confirmed by", f"{said.said_by}, {said.email}" if said.email else said.said_by
    if said.purchase_order:
        yield "Purchase order", said.purchase_order
    yield "Booked by", quote.created_by_name or "–"
    yield "Reference", quote.offer_id


def _texts(quote: QuoteFacts) -> Sequence[str]:
    buyer, said = quote.buyer, quote.confirmation
    found = (
        quote.seller_name, quote.created_by_name, buyer.account_name, buyer.site_name, buyer.site_address,
        buyer.machine_name, buyer.serial_number, said.said_by, said.email, said.purchase_order,
        *(line.name for line in quote.figures.lines),
    )  # fmt: skip
    return [text for text in found if text]
