"""Who sold how many add-on units: partners, and our own people where no partner did."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from bot.figures.names import load_names
from bot.views.payloads import FigureRef
from offers.metrics.figures import Report, Scope
from offers.reporting import report

_SELLERS: tuple[str, ...] = ("partner", "technician")


def count_sellers(
    session: Session, ref: FigureRef, result: Report, options: Mapping[str, Any], *, of_partners: bool
) -> tuple[dict[str | None, int], dict[str, str]]:
    """Return the attached units by who sold them, None is nobody who is known; and what they are called.

    A line is its order's partner's, else the technician's by whose offer it came, unless `of_partners` alone. To
    somebody external it is what `result` has of them and of peers without names.
    """
    kinds = _SELLERS[:1] if of_partners else _SELLERS
    if Scope.of(options["reader"]).is_external:
        found, kinds = result, _SELLERS[:1]
    else:
        found = report(session, ref.metric, only=ref.only, **{**options, "by": kinds})
    sold: Counter[str | None] = Counter()
    for row in found.rows:
        # Where the figure is narrowed to one of them, that is the seller.
        group = {**{name: ref.only[name] for name in kinds if name in ref.only}, **row.group}
        seller = next((group[name] for name in kinds if group.get(name) is not None), None)
        sold[seller] += row.numerator or 0
    return {seller: units for seller, units in sold.items() if units}, load_names(session, found)
