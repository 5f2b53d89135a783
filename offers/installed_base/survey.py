"""Walking through the whole installed base, page by page, as the engine sees it on one day."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, and_, col, func, or_, select

from offers.catalogue import Assortment, load_assortment, price_assortment
from offers.deciding.history import load_history
from offers.deciding.memory import load_memories
from offers.installed_base.customers import load_customers
from offers.installed_base.installed import build_machines, read_machines
from offers.models import Account, Asset
from offers.playbook.situations import Catalogue, MachineFacts, Situation
from offers.playbook.track_record import PlayHistory
from offers.quoting.pricing import find_currencies
from offers.tables.versions import Instant, version_at

PAGE = 2_000
"""How many machines are held at once."""


def count_machines(session: Session, known: Instant) -> int:
    """Return how many machines were known at the instant, those of accounts that nobody knows left out."""
    query = (
        select(func.count())
        .select_from(Asset)
        .join(Account, (col(Account.account_id) == col(Asset.account_id)) & version_at(Account, known))
        .where(version_at(Asset, known))
    )
    return session.exec(query).one()


def survey(session: Session, *, at: datetime, known: Instant, page: int = PAGE) -> Iterator[Situation]:
    """Yield one situation per account, in order of the account's id, with `page` machines in memory at most.

    An account whose machines don't fit on one page comes in parts: all that is said of the account is the same in
    each. Nobody asks, no call is at hand, and nothing is written.
    """
    walk = _Walk(session, at, known)
    place: tuple[str, str] = ("", "")
    while True:
        assets = session.exec(
            select(Asset)
            .where(
                version_at(Asset, known),
                or_(
                    col(Asset.account_id) > place[0],
                    and_(col(Asset.account_id) == place[0], col(Asset.asset_id) > place[1]),
                ),
            )
            .order_by(col(Asset.account_id), col(Asset.asset_id))
            .limit(page)
        ).all()
        if not assets:
            return
        place = (assets[-1].account_id, assets[-1].asset_id)
        yield from walk.read(assets)
        # What was read is kept as plain facts; the rows would only fill the memory.
        session.expunge_all()


@dataclass(slots=True)
class _Walk:
    """What is the same for every page, read once."""

    session: Session
    at: datetime
    known: Instant
    assortment: Assortment = field(init=False)
    history: PlayHistory = field(init=False)
    catalogues: dict[str, Catalogue] = field(default_factory=dict)
    currencies_of_regions: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.assortment = load_assortment(self.session, self.known)
        self.history = load_history(self.session, at=self.at, known=self.known)

    def read(self, assets: Sequence[Asset]) -> Iterator[Situation]:
        session, at, known = self.session, self.at, self.known
        machines_of: defaultdict[str, list[Asset]] = defaultdict(list)
        for asset in assets:
            machines_of[asset.account_id].append(asset)
        accounts = session.exec(
            select(Account)
            .where(col(Account.account_id).in_(list(machines_of)), version_at(Account, known))
            .order_by(col(Account.account_id))
        ).all()
        ids = [account.account_id for account in accounts]
        customers = load_customers(session, accounts, at, known)
        memories = load_memories(session, ids, at=at, known=known)
        currencies = find_currencies(session, accounts, known, self.currencies_of_regions)
        # Prices differ by currency, machines don't: any catalogue names their products.
        nameless = Catalogue(
            self.assortment.products, self.assortment.relations, self.assortment.bundles, prices={}
        )
        records = read_machines(session, assets, at=at, known=known)
        machines = build_machines(records, nameless, serviceable=self.assortment.serviceable)
        facts = {machine.asset_id: machine for machine in machines}
        for account_id in ids:
            own = tuple(facts[asset.asset_id] for asset in machines_of[account_id])
            yield Situation(
                at=at,
                customer=customers[account_id],
                machines=own,
                catalogue=self._price(currencies[account_id], own),
                memory=memories[account_id],
                history=self.history,
            )

    def _price(self, currency: str, machines: Sequence[MachineFacts]) -> Catalogue:
        lines = (line for machine in machines for line in machine.lines)
        others = sorted({line.currency for line in lines if line.currency} - {currency})
        key = ",".join([currency, *others])
        if key not in self.catalogues:
            self.catalogues[key] = price_assortment(
                self.session, self.assortment, currency, self.at.date(), self.known, others=others
            )
        return self.catalogues[key]
