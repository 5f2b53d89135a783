"""The card of a walk: fixed it, next check, go to a step, show all."""

import re
from typing import Any

from slack_bolt import Ack, App

from bot.conduct.work import claim_walk_click, work_on
from bot.deps import Deps
from bot.views.payloads import WalkClick, WalkView
from bot.visits.walking import Clicked


def register(app: App, deps: Deps) -> None:
    """Register the handlers."""

    def take(click: Clicked, ack: Ack) -> None:
        claim = claim_walk_click(click, deps)
        ack()
        if claim is not None:
            work_on(claim, deps)

    def handle_fixed(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        ref = WalkClick.model_validate_json(action["value"])
        take(Clicked("fixed", ref.run_id, position=ref.position, **_clicked(action, body)), ack)

    def handle_next(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        ref = WalkClick.model_validate_json(action["value"])
        take(Clicked("next", ref.run_id, position=ref.position, **_clicked(action, body)), ack)

    def handle_jump(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        ref = WalkClick.model_validate_json(action["value"])
        click = Clicked(
            "jump", ref.run_id, position=ref.position, target=ref.target, **_clicked(action, body)
        )
        take(click, ack)

    def handle_view(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        ref = WalkView.model_validate_json(action["value"])
        take(Clicked("view", ref.run_id, shows_all=ref.shows_all, **_clicked(action, body)), ack)

    app.action("guide_fixed")(handle_fixed)
    app.action("guide_next")(handle_next)
    app.action(re.compile(r"^guide_jump_\d+$"))(handle_jump)
    app.action("guide_view")(handle_view)


def _clicked(action: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """Return who clicked on which card, and when."""
    container = body["container"]
    return {
        "user": body["user"]["id"],
        "channel": container["channel_id"],
        "ts": container["message_ts"],
        "thread_ts": container.get("thread_ts") or body.get("message", {}).get("thread_ts"),
        "action_ts": action["action_ts"],
    }
