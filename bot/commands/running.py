"""`attache run`, `demo`, `db upgrade` and `doctor`: starting it, and finding out why it doesn't."""

import logging
import signal
import threading
from typing import Annotated

import typer

from bot.console import configure_logging, err, fail, out, read_settings, reporting
from bot.errors import TokenMissing

database = typer.Typer(help="The database.", no_args_is_help=True)
logger = logging.getLogger(__name__)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(demo)
    app.command()(run)
    app.command()(doctor)
    app.add_typer(database, name="db")


def demo(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")] = 8765,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page.")] = True,
) -> None:
    """Start a local workspace with a sample company, in the browser."""
    with reporting():
        from bot.demo.launch import run_demo

        configure_logging("WARNING")
        run_demo(read_settings(), port=port, open_browser=browser, until=_until_stopped())


def run(
    http: Annotated[
        bool, typer.Option("--http", help="Receive events over HTTP instead of Socket Mode.")
    ] = False,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="With --http.")] = 3000,
) -> None:
    """Run the bot in a real Slack workspace."""
    with reporting():
        settings = read_settings()
        configure_logging(settings.log_level)
        if settings.slack_bot_token is None:
            raise TokenMissing("SLACK_BOT_TOKEN")
        if http and settings.slack_signing_secret is None:
            raise TokenMissing("SLACK_SIGNING_SECRET")
        if not http and settings.slack_app_token is None:
            raise TokenMissing("SLACK_APP_TOKEN")
        from bot.app import running_app
        from bot.garbage import settle_memory
        from bot.serving import serve_http, serve_socket_mode

        stop = _until_stopped()
        with running_app(settings) as app:
            settle_memory()
            if http:
                serve_http(app, host=settings.http_host, port=port)
            else:
                serve_socket_mode(app, settings, until=stop)


@database.command()
def upgrade() -> None:
    """Bring the database to the newest schema."""
    with reporting():
        from bot.app import open_database

        open_database(read_settings()).dispose()
        out.print("The database is up to date.")


def doctor() -> None:
    """Check everything the bot needs, and say what is missing."""
    with reporting():
        from bot.diagnosis import diagnose

        findings = diagnose(read_settings())
        for finding in findings:
            mark = "ok  " if finding.is_fine else "FAIL" if finding.is_needed else "note"
            out.print(f"{mark}  {finding.subject}: {finding.fact}", markup=False)
        if any(finding.is_needed and not finding.is_fine for finding in findings):
            fail("Something that the bot needs is missing; see above.")


def _until_stopped() -> threading.Event:
    """Return an event that Ctrl-C or a termination signal sets, so that everything closes in order."""
    stop = threading.Event()

    def end(signum: int, _frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        err.print(f"Stopping ({signal.Signals(signum).name}) …", markup=False)
        stop.set()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    return stop
