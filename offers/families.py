"""Product families: which there are, and which one a text speaks of."""

import re

from sqlmodel import Session, col, select

from offers.models import Product
from offers.tables.versions import current


def list_families(session: Session) -> list[str]:
    """Return the families of the products that are known, by name."""
    rows = session.exec(
        select(Product.family).where(current(Product), col(Product.family).is_not(None)).distinct()
    ).all()
    return sorted(family for family in rows if family)


def find_family_in(session: Session, text: str) -> str | None:
    """Return the one family that a text names as a word of its own; None when it names none or several."""
    named = [
        family
        for family in list_families(session)
        if re.search(rf"(?<!\w){re.escape(family)}(?!\w)", text, re.IGNORECASE)
    ]
    return named[0] if len(named) == 1 else None
