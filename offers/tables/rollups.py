"""Table of figures that were worked out before they are asked for."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from offers.tables.columns import ROW_ID, UtcDateTime


class FigureRollup(SQLModel, table=True):
    """A report as it was known at `known_at`; made again when `revision` or the day has moved on.

    `key` says which report of whom; `cost_ms` how long it took to make.
    """

    __tablename__ = "offers_figure_rollup"
    __table_args__ = (Index("uq_offers_figure_rollup_key", "key", unique=True),)

    row_id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    key: str
    revision: str
    day: date
    known_at: datetime = Field(sa_type=UtcDateTime)
    cost_ms: int
    document: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
