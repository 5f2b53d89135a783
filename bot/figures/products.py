"""Products that a question names: each stands as one word while the rest of it is read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import func, literal, or_, select
from sqlmodel import Session, col

from bot.figures.asking import FigureRequest, Values
from bot.figures.phrasing import restate, unmark
from bot.figures.questions import Sorted, Subject, sort_question
from bot.figures.signals import is_about_figures
from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.kinds import ONE_SIDED
from offers.models import Product
from offers.tables.versions import current
from offers.vocabulary import ProductKind

SKU = "sku"
_LEAST_LETTERS = 3


@dataclass(frozen=True, slots=True)
class NamedProduct:
    """A product with how the question writes it, by its name or its number."""

    sku: str
    name: str
    written: str
    is_core: bool


def find_products(session: Session, text: str) -> list[NamedProduct]:
    """Return the products whose whole names or numbers stand in a text, the longest first.

    A name that several products have says of none of them which it is.
    """
    asked = " ".join(unmark(text).split())
    columns = (col(Product.name), col(Product.sku))
    is_in = [literal(one).contains(func.lower(name)) for one in (asked, text.casefold()) for name in columns]
    query = select(*columns, col(Product.kind)).where(current(Product), or_(*is_in))
    found: dict[str, list[NamedProduct]] = {}
    for row in session.execute(query.order_by(col(Product.sku))).all():
        for written in {" ".join(unmark(one).split()) for one in (row.name, row.sku)}:
            if len(written) >= _LEAST_LETTERS and _find(written, asked):
                one = NamedProduct(row.sku, row.name, written, row.kind == ProductKind.CORE.value)
                found.setdefault(written, []).append(one)
    return sorted((one for one, *more in found.values() if not more), key=lambda one: -len(one.written))


def sort_named(
    text: str, products: Sequence[NamedProduct], *, today: date, values: Values, is_command: bool
) -> tuple[Sorted, list[NamedProduct]] | None:
    """Return what a text asks for of the products that it names, with them; None of a text that is not about figures.

    Unless it is a command, words that people also use of machines ("leaking") make it no figure beside a product.
    """
    rest = " ".join(unmark(text).split())
    pairs: list[tuple[str, str]] = []
    named: list[NamedProduct] = []
    for one in products:
        word = f"product{len(pairs)}named"
        rest, count = re.subn(rf"(?:\b(?:products?|skus?) )?{_bound(one.written)}", word, rest)
        if count:
            pairs.append((word, one.sku))
            named.append(one)
    if not named or not (is_command or is_about_figures(restate(rest, today=today))):
        return None
    return sort_question(rest, today=today, values={**values, SKU: pairs}), named


def is_told(request: FigureRequest) -> bool:
    """Tell whether a figure has what is asked of it: one of a single product, or of several of them."""
    if SKU not in request.only and not (request.among and request.by[0] == SKU):
        return True
    return request.metric not in ONE_SIDED and SKU in METRIC_TABLE[request.metric].dimensions


def is_whole(found: Sorted) -> bool:
    """Tell whether every word was understood."""
    return found.subject in (Subject.FIGURE, Subject.FORECAST, Subject.AHEAD)


def stand_in(figure: FigureRequest, products: Sequence[NamedProduct]) -> FigureRequest:
    """Return what can be told in place of a figure of one product that has none: orders with it, else all products."""
    if figure.metric in ONE_SIDED and all(one.is_core for one in products):
        return replace(figure, metric="order_attach", aspect="")
    only = {name: value for name, value in figure.only.items() if name != SKU}
    return replace(figure, by=(SKU,), only=only, among=(), aspect="")


def _find(written: str, text: str) -> re.Match[str] | None:
    return re.search(_bound(written), text)


def _bound(written: str) -> str:
    return rf"(?<![\w-]){re.escape(written)}(?![\w-])"
