"""The table of rewards for sales."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from offers.tables.columns import ROW_ID, UtcDateTime


class Incentive(SQLModel, table=True):
    """A reward, written in the transaction of the acceptance that accrues it; never updated or deleted.

    What has become of it follows from the ledger (`offers.incentives`). `service_minor` is the part of the amount that
    hangs on the services of a sale of services and goods. `partner_id` is set where the person is a partner's.
    """

    __tablename__ = "offers_incentive"
    __table_args__ = (
        Index("uq_offers_incentive_beneficiary", "offer_id", "person_id", unique=True),
        Index("ix_offers_incentive_accepted", "accepted_at"),
        Index("ix_offers_incentive_person", "person_id", "accepted_at"),
        Index("ix_offers_incentive_partner", "partner_id", "accepted_at"),
    )

    row_id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    incentive_id: str
    offer_id: str
    offer_version: int
    rule_id: str
    rule_version: int | None = None
    play: str
    account_id: str
    person_id: str
    partner_id: str | None = None
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str
    service_minor: int | None = Field(default=None, sa_type=BigInteger)
    accepted_at: datetime = Field(sa_type=UtcDateTime)
