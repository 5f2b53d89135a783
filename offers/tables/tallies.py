"""Tables that are only sums of others: lost, they are counted again."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from offers.tables.columns import ROW_ID, UtcDateTime


class PlayTally(SQLModel, table=True):
    """How often offers of a play were surfaced and accepted in a month ("2026-03"), by family and segment.

    A reversal takes an acceptance off the month it happens in, so that a month may count below nought.

    An unknown family or segment is the empty text: NULL would never equal itself in the unique index.
    """

    __tablename__ = "offers_play_tally"
    __table_args__ = (Index("uq_offers_play_tally", "month", "play", "family", "segment", unique=True),)

    row_id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    month: str
    play: str
    family: str
    segment: str
    surfaced: int = 0
    accepted: int = 0


class TallyState(SQLModel, table=True):
    """Up to which row of the ledger a tally counts, and when the last of them was recorded."""

    __tablename__ = "offers_tally_state"

    name: str = Field(primary_key=True)
    until_row_id: int = Field(default=0, sa_type=BigInteger)
    until_recorded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
