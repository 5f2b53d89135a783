"""Which records an entry behind a figure hangs on: its own, and those of its contract, product, price and customer."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from offers.metrics.entries import Entry
from offers.metrics.entry_facts import EntryKind
from offers.metrics.figures import Window
from offers.metrics.grouping import occurred_in
from offers.models import (
    Account,
    Asset,
    BundleItem,
    ContractLine,
    OfferEvent,
    OrderLine,
    Partner,
    PricebookEntry,
    Product,
    ProductRelationship,
    ServiceContract,
)
from offers.tables.columns import Versioned

_KEYS_AT_ONCE = 500

Link = tuple[type[Versioned], str]
"""A table and the column by which its rows are found."""

_OWN: Mapping[EntryKind, Link] = {
    EntryKind.ASSET: (Asset, "asset_id"),
    EntryKind.ORDER_LINE: (OrderLine, "order_line_id"),
    EntryKind.ORDER: (OrderLine, "order_id"),
    EntryKind.ACCOUNT: (OrderLine, "account_id"),
    EntryKind.CONTRACT_LINE: (ContractLine, "contract_line_id"),
}
_OF_LINES = {EntryKind.ORDER_LINE, EntryKind.ORDER, EntryKind.ACCOUNT}
_PRICED = {"value_attach", "leakage"}

Step = tuple[str, Link]
"""A column of a record, and where what it names is found."""

_CONTRACT: Step = ("contract_id", (ServiceContract, "contract_id"))
_PRODUCT: Step = ("sku", (Product, "sku"))
_OFFER: Step = ("offer_id", (OfferEvent, "offer_id"))
_ACCOUNT: Link = (Account, "account_id")
_PARTNER: Link = (Partner, "partner_id")
_SUCCESSORS: Link = (ContractLine, "predecessor_line_id")
_MACHINE: Link = (Asset, "asset_id")


class Ties:
    """Keys of records, by table and column, with the ids of the entries that hang on them."""

    def __init__(self, session: Session, window: Window) -> None:
        """Begin with none."""
        self._session = session
        self._window = window
        self._tied: dict[Link, defaultdict[str, set[str]]] = {}

    def tie(self, link: Link, pairs: Iterable[tuple[str, Collection[str]]]) -> None:
        """Add keys with their entries."""
        keys = self._tied.setdefault(link, defaultdict(set))
        for key, entry_ids in pairs:
            keys[key].update(entry_ids)

    def follow(self, link: Link, steps: Sequence[Step]) -> None:
        """Tie what the records of a link name in these columns, in whichever of their versions."""
        tied: Mapping[str, set[str]] = self._tied.get(link, {})
        model, column = link
        columns = [col(getattr(model, name)) for name in (column, *(name for name, _ in steps))]
        for keys in in_parts(tied):
            query = select(*columns).where(columns[0].in_(keys), *self.bound(link)).distinct()
            for key, *values in self._session.execute(query).all():
                for value, (_, target) in zip(values, steps, strict=True):
                    if value is not None:
                        self.tie(target, [(value, tied[key])])

    def drop(self, link: Link) -> None:
        """Untie what was tied by this column."""
        self._tied.pop(link, None)

    def bound(self, link: Link) -> list[ColumnElement[bool]]:
        """SQL: of all that an account ever ordered only what lies in the window."""
        return (
            occurred_in(col(OrderLine.ordered_at), self._window) if link == (OrderLine, "account_id") else []
        )

    def links(self) -> Iterator[tuple[Link, Mapping[str, set[str]]]]:
        """Yield what is tied."""
        yield from self._tied.items()


def tie_entries(
    session: Session, metric: str, kind: EntryKind, entries: Mapping[str, Entry], window: Window
) -> Ties:
    """Return the records that could have changed these entries of a metric.

    Accounts and partners, and of contract lines machines and products, count where the figure is narrowed by what they
    say.
    """
    ties = Ties(session, window)
    own = _OWN.get(kind)
    if own is None:
        _tie_offers(session, ties, entries)
        return ties
    ties.tie(own, ((key, {key}) for key in entries))
    if kind in _OF_LINES:
        _follow_orders(ties, own, metric)
    elif kind is EntryKind.CONTRACT_LINE:
        ties.tie(_SUCCESSORS, ((key, {key}) for key in entries))
        for link in (own, _SUCCESSORS):
            ties.follow(link, [_CONTRACT, _OFFER])
        ties.follow(own, [("asset_id", _MACHINE), _PRODUCT])
        ties.follow(_CONTRACT[1], [("account_id", _ACCOUNT)])
    else:
        _follow_machines(ties, own, entries, metric)
    ties.follow(_MACHINE, [("sold_by_partner_id", _PARTNER)])
    names = {*window.by, *(["region"] if window.scope.region is not None else [])}
    if not names & {"region", "segment"}:
        ties.drop(_ACCOUNT)
    if not names & {"tier", "type"}:
        ties.drop(_PARTNER)
    if kind is EntryKind.CONTRACT_LINE:
        # A contract line counts whatever it is for: its machine and product say in which group alone.
        if not (names & {"partner", "tier", "type", "channel"} or window.scope.is_external):
            ties.drop(_MACHINE)
        if "family" not in names:
            ties.drop(_PRODUCT[1])
    return ties


def _follow_orders(ties: Ties, own: Link, metric: str) -> None:
    ties.follow(
        own,
        [
            _PRODUCT,
            ("sku", (BundleItem, "bundle_sku")),
            ("account_id", _ACCOUNT),
            ("partner_id", _PARTNER),
        ],
    )
    ties.follow((BundleItem, "bundle_sku"), [_PRODUCT])
    if metric == "pos_attach":
        ties.follow(
            own, [("related_asset_id", _MACHINE), ("related_asset_id", (OrderLine, "related_asset_id"))]
        )
    if metric == "net_attach":
        ties.follow(own, [_OFFER, ("offer_id", (ContractLine, "offer_id"))])
        ties.follow((ContractLine, "offer_id"), [_CONTRACT])


def _follow_machines(ties: Ties, own: Link, entries: Mapping[str, Entry], metric: str) -> None:
    by_asset = [(key, {key}) for key in entries]
    ties.tie((ContractLine, "asset_id"), by_asset)
    ties.follow((ContractLine, "asset_id"), [_CONTRACT])
    ties.follow(own, [_PRODUCT, ("account_id", _ACCOUNT)])
    if metric == "leakage":
        ties.tie((OfferEvent, "asset_id"), by_asset)
    if metric in _PRICED:
        ties.follow(own, [("sku", (ProductRelationship, "core_sku"))])
        ties.follow((ProductRelationship, "core_sku"), [("attach_sku", (PricebookEntry, "sku"))])


def _tie_offers(session: Session, ties: Ties, entries: Mapping[str, Entry]) -> None:
    """Tie the offers of opportunities, which read account/machine/play."""
    accounts = {one.account_id for one in entries.values() if one.account_id is not None}
    for ids in in_parts(accounts):
        query = (
            select(col(OfferEvent.offer_id), col(OfferEvent.account_id), col(OfferEvent.asset_id), col(OfferEvent.play))
            .where(col(OfferEvent.account_id).in_(ids))
            .distinct()
        )  # fmt: skip
        for offer_id, *key in session.execute(query).all():
            entry_id = "/".join(part or "" for part in key)
            if entry_id in entries:
                ties.tie((OfferEvent, "offer_id"), [(offer_id, {entry_id})])


def in_parts(keys: Iterable[str]) -> Iterator[list[str]]:
    """Yield the keys in lists that fit into a query."""
    remaining = iter(sorted(keys))
    while part := list(islice(remaining, _KEYS_AT_ONCE)):
        yield part
