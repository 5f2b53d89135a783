"""`attache outbox`: what was handed over to the CRM, what waits, and what failed."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from bot.clock import utc_now
from bot.commands.documents import JsonOption
from bot.console import open_reader, out, print_json, read_settings, reporting
from offers.outbox.endpoint import Endpoint
from offers.outbox.failures import FailedHandOver, OutboxState

outbox = typer.Typer(help="What was handed over to the CRM, what waits, and what failed.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(outbox, name="outbox")


@outbox.callback(invoke_without_command=True)
def show(context: typer.Context, as_json: JsonOption = False) -> None:
    """Show how many hand-overs wait, and which failed and why."""
    if context.invoked_subcommand is not None:
        return
    with reporting():
        from bot.access import OPERATOR
        from bot.database import build_read_scope
        from offers.outbox.failures import list_failed, read_state

        settings = read_settings()
        endpoint = settings.webhook_endpoint
        with build_read_scope(open_reader(settings))() as session:
            state, failed = read_state(session, endpoint), list_failed(session, reader=OPERATOR)
        if as_json:
            print_json(_as_json(endpoint, state, failed))
            return
        _print_state(endpoint, state)
        for one in failed:
            about = f" {one.offer_id}" if one.offer_id else ""
            out.print(
                f"{one.message_id}  {one.topic}{about}, {one.dead_at:%Y-%m-%d %H:%M} UTC: {one.reason}",
                markup=False,
            )


@outbox.command("retry")
def retry(
    message_ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="As `attache outbox` lists them.")
    ] = None,
    all_dead: Annotated[bool, typer.Option("--all-dead", help="Every one that failed.")] = False,
) -> None:
    """Put hand-overs that failed back, to be sent with all their attempts before them."""
    if bool(message_ids) == all_dead:
        raise typer.BadParameter("Name the hand-overs, or give --all-dead.")
    with reporting():
        from bot.access import OPERATOR
        from bot.app import open_database
        from bot.database import build_session_scope
        from offers.outbox.failures import retry_failed
        from offers.vocabulary import Origin

        chosen = None if all_dead else list(dict.fromkeys(message_ids or ()))
        scope = build_session_scope(open_database(read_settings()))
        with scope() as session:
            count = retry_failed(session, chosen, person=OPERATOR, origin=Origin.COMMAND_LINE, now=utc_now())
        out.print(f"{count} hand-over{'s' * (count != 1)} will be sent again.")


def _print_state(endpoint: Endpoint | None, state: OutboxState) -> None:
    if endpoint is None:
        out.print("Nothing is sent: no ATTACHE_WEBHOOK_URL is set.")
    elif state.gone_since is not None:
        out.print(
            f"{endpoint.origin} answered 410 Gone at {state.gone_since:%Y-%m-%d %H:%M} UTC, so nothing is sent. "
            "A retry starts it again.",
            markup=False,
        )
    else:
        out.print(f"Hand-overs go to {endpoint.origin}.", markup=False)
    oldest = (
        f", the oldest since {state.oldest_pending_at:%Y-%m-%d %H:%M} UTC" if state.oldest_pending_at else ""
    )
    out.print(f"{state.pending} waiting{oldest}; {state.delivered} delivered; {state.dead} failed.")


def _as_json(endpoint: Endpoint | None, state: OutboxState, failed: list[FailedHandOver]) -> dict[str, Any]:
    return {
        "endpoint": endpoint.origin if endpoint else None,
        **{
            name: value.isoformat() if hasattr(value, "isoformat") else value
            for name, value in asdict(state).items()
        },
        "failed": [
            {**asdict(one), "created_at": one.created_at.isoformat(), "dead_at": one.dead_at.isoformat()}
            for one in failed
        ],
    }
