"""Tables of who there is: accounts, sites, partners and people."""

from datetime import date

from sqlalchemy import Index

from offers.tables.columns import Versioned, version_indexes


class Account(Versioned, table=True):
    """A customer. `do_not_sell_until` is the last day on which nothing may be offered."""

    __tablename__ = "offers_account"
    __table_args__ = (
        *version_indexes("offers_account", "account_id"),
        Index("ix_offers_account_region", "region"),
    )

    account_id: str
    name: str
    parent_account_id: str | None = None
    segment: str | None = None
    region: str | None = None
    do_not_sell_until: date | None = None


class Site(Versioned, table=True):
    """A place of an account where machines stand."""

    __tablename__ = "offers_site"
    __table_args__ = (
        *version_indexes("offers_site", "site_id"),
        Index("ix_offers_site_account", "account_id"),
    )

    site_id: str
    account_id: str
    name: str | None = None
    address: str | None = None
    region: str | None = None


class Partner(Versioned, table=True):
    """A company that sells or services for us."""

    __tablename__ = "offers_partner"
    __table_args__ = version_indexes("offers_partner", "partner_id")

    partner_id: str
    name: str
    type: str | None = None
    tier: str | None = None
    region: str | None = None


class Person(Versioned, table=True):
    """A user of Attaché: one of ours, or one of a partner's when `partner_id` is set."""

    __tablename__ = "offers_person"
    __table_args__ = (
        *version_indexes("offers_person", "person_id"),
        Index("ix_offers_person_slack_user", "slack_user_id"),
    )

    person_id: str
    slack_user_id: str | None = None
    name: str
    email: str | None = None
    role: str
    partner_id: str | None = None
    region: str | None = None
