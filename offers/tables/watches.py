"""Table of what is watched from day to day, so that it is told once."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from offers.tables.columns import UtcDateTime


class TargetWatch(SQLModel, table=True):
    """Whether a target counts as missed, in the period that begins on `first_day`.

    It counts as missed from when its figure's interval excluded it until the figure has met it again.
    """

    __tablename__ = "offers_target_watch"

    target_key: str = Field(primary_key=True)
    first_day: date
    is_missed: bool = False
    changed_at: datetime = Field(sa_type=UtcDateTime)
