"""Finding a machine or an account from what a person typed."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from offers.errors import UnknownAsset
from offers.models import Account, Asset, Product, Site
from offers.people import PersonFacts, is_visible_account
from offers.tables.installed_base import lookup_key
from offers.tables.versions import current

_NEAR = 0.5
_SUGGESTION_POOL = 200


@dataclass(frozen=True, slots=True)
class AssetFacts:
    """A machine and where it stands."""

    asset_id: str
    serial_number: str | None
    sku: str
    product_name: str
    family: str | None
    model: str | None
    firmware: str | None
    account_id: str
    account_name: str
    site_name: str | None
    site_address: str | None
    region: str | None
    install_date: date | None
    status: str
    warranty_end: date | None
    sold_by_partner_id: str | None
    serviced_by_partner_id: str | None


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """A customer in a list, with how many machines it has."""

    account_id: str
    name: str
    region: str | None
    segment: str | None
    assets: int


def find_asset(session: Session, text: str, *, reader: PersonFacts) -> AssetFacts | None:
    """Return the machine with this serial number or asset id, without regard to case, spaces and dashes.

    None when there is none, when the reader may not see it, or when several machines answer to the text.
    A serial number goes before an asset id.
    """
    answering = _list_answering(session, text, reader, limit=2)
    return next((found[0] for found in answering if len(found) == 1), None)


def list_namesakes(session: Session, text: str, *, reader: PersonFacts, limit: int = 5) -> list[AssetFacts]:
    """Return the machines that bear one serial number, by id; a wrong or doubled label in the records."""
    return next(iter(_list_answering(session, text, reader, limit=limit)), [])


def _list_answering(
    session: Session, text: str, reader: PersonFacts, *, limit: int
) -> Iterator[list[AssetFacts]]:
    """Yield the machines with this serial number, then those with this asset id."""
    key = lookup_key(text)
    for column in (col(Asset.serial_lookup), col(Asset.asset_id_lookup)) if key else ():
        query = _assets().where(column == key, is_visible_account(col(Asset.account_id), reader))
        yield [_asset_facts(*row) for row in session.exec(query.order_by(col(Asset.asset_id)).limit(limit))]


def find_asset_by_id(session: Session, asset_id: str, *, reader: PersonFacts) -> AssetFacts | None:
    """Return the machine with exactly this id; None when there is none or the reader may not see it."""
    query = _assets().where(
        col(Asset.asset_id) == asset_id, is_visible_account(col(Asset.account_id), reader)
    )
    found = session.exec(query).first()
    return None if found is None else _asset_facts(*found)


def get_asset(session: Session, asset_id: str) -> AssetFacts:
    """Return the machine with this id. Raises UnknownAsset."""
    row = session.exec(_assets().where(col(Asset.asset_id) == asset_id)).first()
    if row is None:
        raise UnknownAsset(asset_id)
    return _asset_facts(*row)


def suggest_assets(session: Session, text: str, *, reader: PersonFacts, limit: int = 10) -> list[AssetFacts]:
    """Return machines that the text may mean, best first: near serial numbers, then accounts so named.

    An empty text returns the first machines by serial number.
    """
    key = lookup_key(text)
    visible = is_visible_account(col(Asset.account_id), reader)
    by_serial = _assets().where(visible).order_by(col(Asset.serial_lookup), col(Asset.asset_id))
    if not key:
        return [_asset_facts(*row) for row in session.exec(by_serial.limit(limit)).all()]
    serial = col(Asset.serial_lookup)
    same_number = serial.endswith(key[-4:], autoescape=True)
    pool = session.exec(
        by_serial.where(
            or_(
                serial.contains(key, autoescape=True),
                same_number,
                serial.startswith(key[:8], autoescape=True),
            )
        ).limit(_SUGGESTION_POOL)
    ).all()
    named = session.exec(
        by_serial.where(func.lower(col(Account.name)).contains(text.strip().lower(), autoescape=True)).limit(
            limit
        )
    ).all()
    ranked = sorted(
        ((_nearness(key, lookup_key(row[0].serial_number or "")), row) for row in pool),
        key=lambda pair: (-pair[0], pair[1][0].serial_lookup, pair[1][0].asset_id),
    )
    rows = [row for nearness, row in ranked if nearness >= _NEAR] + list(named)
    unique = {row[0].asset_id: _asset_facts(*row) for row in rows}
    return list(unique.values())[:limit]


def _nearness(key: str, serial: str) -> float:
    """Return how alike two lookup keys are, 0..1; one that contains the other counts as 1."""
    return 1.0 if key in serial else difflib.SequenceMatcher(None, key, serial).ratio()


def find_accounts(session: Session, text: str, *, reader: PersonFacts, limit: int = 20) -> list[AccountFacts]:
    """Return the accounts whose name or id contains the text and that the reader may see, by name."""
    wanted = text.strip().lower()
    machines = (
        select(func.count())
        .select_from(Asset)
        .where(col(Asset.account_id) == col(Account.account_id), current(Asset))
        .correlate(Account)
        .scalar_subquery()
    )
    query = (
        select(Account, machines)
        .where(current(Account), is_visible_account(col(Account.account_id), reader))
        .order_by(col(Account.name), col(Account.account_id))
        .limit(limit)
    )
    if wanted:
        query = query.where(
            or_(
                func.lower(col(Account.name)).contains(wanted, autoescape=True),
                func.lower(col(Account.account_id)).contains(wanted, autoescape=True),
            )
        )
    return [
        AccountFacts(account.account_id, account.name, account.region, account.segment, count)
        for account, count in session.exec(query).all()
    ]


def _assets() -> Select[Asset, Product, Account, Site]:
    return (
        select(Asset, Product, Account, Site)
        .outerjoin(Product, (col(Product.sku) == col(Asset.sku)) & current(Product))
        .outerjoin(Account, (col(Account.account_id) == col(Asset.account_id)) & current(Account))
        .outerjoin(Site, (col(Site.site_id) == col(Asset.site_id)) & current(Site))
        .where(current(Asset))
    )


def _asset_facts(
    asset: Asset, product: Product | None, account: Account | None, site: Site | None
) -> AssetFacts:
    return AssetFacts(
        asset_id=asset.asset_id,
        serial_number=asset.serial_number,
        sku=asset.sku,
        product_name=product.name if product else asset.sku,
        family=product.family if product else None,
        model=asset.model,
        firmware=asset.firmware,
        account_id=asset.account_id,
        account_name=account.name if account else asset.account_id,
        site_name=site.name if site else None,
        site_address=site.address if site else None,
        region=account.region if account else None,
        install_date=asset.install_date,
        status=asset.status,
        warranty_end=asset.warranty_end,
        sold_by_partner_id=asset.sold_by_partner_id,
        serviced_by_partner_id=asset.serviced_by_partner_id,
    )
