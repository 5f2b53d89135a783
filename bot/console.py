"""The command line's edge: output, progress and the one sentence when something fails."""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import Engine

from bot.errors import SchemaOutdated, apologise
from bot.settings import Settings

# Results go to standard output; everything else, progress included, to standard error.
# Without `emoji=False` Rich would turn `1:100:1` in an answer into another figure.
out = Console(highlight=False, soft_wrap=True, emoji=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


def configure_logging(level: str) -> None:
    """Send the log to standard error, one line a record; no message text or personal data is ever logged."""
    logging.basicConfig(
        stream=sys.stderr, level=level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger().setLevel(level.upper())
    for noisy in ("alembic", "chromadb", "httpx", "slack_bolt", "slack_sdk", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def fail(sentence: str) -> NoReturn:
    """Print the sentence and end with exit code 1."""
    err.print(sentence, style="red", markup=False)
    raise typer.Exit(1)


@contextmanager
def reporting() -> Iterator[None]:
    """Run a command's body; a failure is one clear sentence and exit code 1."""
    try:
        with apologise(fail, unless=(typer.Exit, typer.Abort)):
            yield
    except KeyboardInterrupt:
        fail("Stopped. What was finished is kept; run it again to go on.")


def print_json(document: Any) -> None:
    """Print one JSON document on standard output and nothing else."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


@contextmanager
def progress_bar(unit: str) -> Iterator[Progress]:
    """Show a progress bar on standard error while the block runs."""
    columns = (
        # A file's name may hold what Rich would read as markup.
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=not err.is_terminal) as progress:
        yield progress


def read_settings() -> Settings:
    """Return the settings from the environment.

    A value that can't be understood ends the command with a sentence that names it.
    """
    from pydantic import ValidationError

    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"])
        fail(f"The setting ATTACHE_{name.upper()} is not usable: {first['msg']}.")


def open_reader(settings: Settings) -> Engine:
    """Return the engine for a command that changes nothing; makes the database when there is none yet."""
    from bot.app import open_database
    from bot.database import build_engine, prepare_home, require_schema

    prepare_home(settings.home)
    engine = build_engine(settings.effective_database_url)
    try:
        require_schema(engine)
    except SchemaOutdated as outdated:
        if outdated.current is not None:
            raise
        engine.dispose()
        return open_database(settings)
    return engine
