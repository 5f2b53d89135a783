"""Drafts a migration from the difference between the models and the migrations so far: `make migration`."""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config

from bot.database import build_engine, upgrade_schema


def draft(message: str) -> None:
    """Write a new file into `versions/`; it is a draft, to be read before it is kept."""
    with tempfile.TemporaryDirectory() as folder:
        engine = build_engine(f"sqlite:///{Path(folder) / 'draft.db'}")
        upgrade_schema(engine)
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent))
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.revision(config, message=message, autogenerate=True)
        engine.dispose()


if __name__ == "__main__":
    draft(sys.argv[1])
