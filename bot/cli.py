"""The `attache` command: one verb a job, the same for people, scripts and checks."""

from typing import Annotated

import typer

from bot.commands import (
    company,
    documents,
    figures,
    incentives,
    learning,
    needs,
    outbox,
    reports,
    rules,
    running,
    white_space,
)
from bot.console import configure_logging
from bot.garbage import collect_rarely

app = typer.Typer(
    name="attache",
    help="A field-service assistant in Slack: cited answers, helpful offers, an attach rate you can trust.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def configure(
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log what happens, to standard error.")
    ] = False,
) -> None:
    """A field-service assistant in Slack."""
    configure_logging("INFO" if verbose else "WARNING")


running.register(app)
documents.register(app)
learning.register(app)
company.register(app)
reports.register(app)
figures.register(app)
white_space.register(app)
needs.register(app)
incentives.register(app)
outbox.register(app)
rules.register(app)


def main() -> None:
    """Run the command line."""
    collect_rarely()
    app()


if __name__ == "__main__":
    main()
