"""Figures: the command in any channel, and the files of a figure that is shown."""

from typing import Any

from slack_bolt import Ack, App

from bot.deps import Deps
from bot.figures.alerts import STOPPED as ALERTS_STOPPED
from bot.figures.answering import answer_command, share_file, show_ready, show_recent
from bot.figures.digest import STOPPED
from bot.figures.posting import stop
from bot.mrkdwn import read_text
from bot.records import AlertChoice, DigestChoice
from bot.views.notes import build_note
from bot.views.payloads import FigureRef


def register(app: App, deps: Deps) -> None:
    """Register the handlers."""

    def handle_command(ack: Ack, command: dict[str, Any]) -> None:
        ack()
        answer_command(read_text(command.get("text") or ""), command["user_id"], command["channel_id"], deps)

    def handle_file(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        ack()
        ref = FigureRef.model_validate_json(action["value"])
        user, channel = body["user"]["id"], body["container"]["channel_id"]
        share_file(ref, user, deps, is_workbook=action["action_id"] == "figure_xlsx")
        if not channel.startswith("D"):
            deps.delivery.whisper(channel, user, build_note("The file is in your messages with me."))

    def handle_chart(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        ack()
        ref = FigureRef.model_validate_json(action["selected_option"]["value"])
        show_recent(ref, body["user"]["id"], deps)

    def handle_ready(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        ack()
        show_ready(FigureRef.model_validate_json(action["value"]), body["user"]["id"], deps)

    def handle_stop(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        user = body["user"]["id"]
        stop(DigestChoice, user, deps)
        deps.delivery.whisper(body["channel"]["id"], user, build_note(STOPPED))

    def handle_quiet(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        user = body["user"]["id"]
        stop(AlertChoice, user, deps)
        deps.delivery.whisper(body["channel"]["id"], user, build_note(ALERTS_STOPPED))

    app.command("/attach")(handle_command)
    app.action("figure_xlsx")(handle_file)
    app.action("figure_csv")(handle_file)
    app.action("figure_ready")(handle_ready)
    app.action("digest_off")(handle_stop)
    app.action("alerts_off")(handle_quiet)
    app.action("home_chart")(handle_chart)
