"""Which add-ons go with which core products: frequent sets of what customers own together, as input for new plays."""

import warnings
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlmodel import Session, col

from offers.errors import NotYourFigure
from offers.metrics.figures import Scope, Window
from offers.metrics.orders import Item, with_items
from offers.metrics.undone import is_all_back
from offers.models import Account, OrderLine, Product, ProductRelationship
from offers.people import PersonFacts
from offers.tables.versions import current
from offers.vocabulary import ProductKind

LEAST_TOGETHER = 5


@dataclass(frozen=True, slots=True)
class Affinity:
    """That customers of one core product buy one attached product.

    `together` of `owners` bought both; `lift` is how many times more often than customers at large do. `is_related`:
    the catalogue knows the pair already.
    """

    core_sku: str
    attach_sku: str
    together: int
    owners: int
    lift: float
    is_related: bool

    @property
    def confidence(self) -> float:
        """The share of the core product's customers who bought the other."""
        return self.together / self.owners


def find_affinities(
    session: Session,
    *,
    now: datetime,
    least_together: int = LEAST_TOGETHER,
    reader: PersonFacts | None = None,
) -> list[Affinity]:
    """Return pairs that at least so many customers own, above what chance would bring, the highest lift first.

    A regional manager's are of the region's customers.

    Raises:
        NotYourFigure: The reader is no manager.
    """
    scope = Scope.of(reader)
    if scope.is_external or scope.person_id is not None:
        raise NotYourFigure("affinity")
    baskets = _load_baskets(session, now, scope.region)
    kinds = {
        row.sku: row.kind
        for row in session.execute(select(col(Product.sku), col(Product.kind)).where(current(Product))).all()
    }
    relations = select(col(ProductRelationship.core_sku), col(ProductRelationship.attach_sku))
    known = {tuple(row) for row in session.execute(relations.where(current(ProductRelationship))).all()}
    counts = count_pairs(baskets, least_together=least_together)
    owned = Counter(sku for basket in baskets for sku in basket)
    found = []
    for (first, second), together in counts.items():
        for core, attach in ((first, second), (second, first)):
            if kinds.get(core) != ProductKind.CORE.value or kinds.get(attach) == ProductKind.CORE.value:
                continue
            owners, buyers = owned[core], owned[attach]
            lift = together * len(baskets) / (owners * buyers)
            if lift > 1:
                found.append(Affinity(core, attach, together, owners, lift, (core, attach) in known))
    return sorted(found, key=lambda one: (-one.lift, -one.together, one.core_sku, one.attach_sku))


def count_pairs(baskets: Sequence[frozenset[str]], *, least_together: int) -> dict[tuple[str, str], int]:
    """Return the pairs that stand in at least so many baskets, with in how many, by FP-growth.

    Han, J., Pei, J. and Yin, Y. (2000), Mining frequent patterns without candidate generation, SIGMOD; mlxtend's.
    """
    items = sorted({item for basket in baskets for item in basket})
    if len(baskets) < least_together or len(items) < 2:
        return {}
    import pandas as pd
    from mlxtend.frequent_patterns import fpgrowth

    table = pd.DataFrame([[item in basket for item in items] for basket in baskets], columns=items)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Half a basket below the limit, so that no rounding of the share loses a pair that has exactly so many.
        frequent = fpgrowth(
            table, min_support=(least_together - 0.5) / len(baskets), use_colnames=True, max_len=2
        )
    pairs: dict[tuple[str, str], int] = {}
    for support, itemset in zip(frequent["support"], frequent["itemsets"], strict=True):
        if len(itemset) == 2:
            first, second = sorted(itemset)
            pairs[first, second] = round(support * len(baskets))
    return pairs


def _load_baskets(session: Session, now: datetime, region: str | None) -> list[frozenset[str]]:
    """Return what each customer, or each of a region, ever ordered and kept, bundles as their items."""
    window = Window(day=now.date(), known=now, first_day=None, last_day=now.date())
    query = with_items(select(col(OrderLine.account_id), col(Item.sku)), window).where(~is_all_back(window))
    query = query.distinct()
    if region is not None:
        is_its = and_(col(Account.account_id) == col(OrderLine.account_id), current(Account))
        query = query.join(Account, is_its).where(col(Account.region) == region)
    owned: defaultdict[str, set[str]] = defaultdict(set)
    for account_id, sku in session.execute(query).all():
        owned[account_id].add(sku)
    return [frozenset(skus) for _, skus in sorted(owned.items())]
