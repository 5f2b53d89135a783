"""Runs the migrations over the connection that `bot.database.upgrade_schema` hands in."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, DateTime
from sqlalchemy.types import TypeDecorator
from sqlmodel import AutoString, SQLModel

import bot.records
import knowledge.storage.models
import offers.models

# Imported so that their tables are known.
_ = (bot.records, knowledge.storage.models, offers.models)


def render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Return plain SQLAlchemy for our own column types: a migration must outlive the code it was drafted from."""
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    if kind == "type" and isinstance(item, TypeDecorator) and isinstance(item.impl_instance, DateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run(connection: Connection) -> None:
    """Run what the command asked for over this connection."""
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        render_item=render,
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
