"""views.*: modals and Home tabs."""

from bot.demo.workspace.blocks.surfaces import check_view
from bot.demo.workspace.core import Core
from bot.demo.workspace.modals import change_view, open_view, publish_home, push_view
from bot.demo.workspace.pictures import check_pictures
from bot.demo.workspace.records import View
from bot.demo.workspace.refusals import Json, Refusal, missing_field
from bot.demo.workspace.rendering import render_view
from bot.demo.workspace.web_api.arguments import Arguments


def read_view(core: Core, args: Arguments, *, surface: str) -> Json:
    """Return the `view` argument as Slack would take it; raises Refusal."""
    view = args.structure("view")
    if view is None:
        raise missing_field("view")
    body = check_view(view, surface="home" if surface == "home" else "modal")
    check_pictures(core, body["blocks"], pointer="/view/blocks", error="invalid_arguments")
    return body


def open_modal(core: Core, args: Arguments) -> Json:
    """views.open."""
    if not args.has("trigger_id"):
        raise missing_field("trigger_id")
    body = read_view(core, args, surface="modal")
    trigger = core.triggers.exchange(args.get("trigger_id"))
    return {"view": render_view(core, open_view(core, trigger.user, body))}


def push_modal(core: Core, args: Arguments) -> Json:
    """views.push: on top of the modal that the trigger was given in."""
    if not args.has("trigger_id"):
        raise missing_field("trigger_id")
    body = read_view(core, args, surface="modal")
    trigger = core.triggers.exchange(args.get("trigger_id"))
    if trigger.view_id is None or trigger.view_id not in core.state.stacks.get(trigger.user, ()):
        raise Refusal("not_found")
    return {"view": render_view(core, push_view(core, trigger.user, body))}


def update_modal(core: Core, args: Arguments) -> Json:
    """views.update."""
    view = _get_view(core, args)
    body = read_view(core, args, surface=view.kind)
    if args.has("hash") and args.get("hash") != view.hash:
        raise Refusal("hash_conflict")
    return {"view": render_view(core, change_view(core, view, body))}


def publish_view(core: Core, args: Arguments) -> Json:
    """views.publish."""
    user_id = args.get("user_id")
    if user_id not in core.state.users:
        raise Refusal("user_not_found")
    if not core.manifest.has_home:
        raise Refusal("not_enabled")
    body = read_view(core, args, surface="home")
    current = core.state.homes.get(user_id)
    if args.has("hash") and (current is None or core.state.views[current].hash != args.get("hash")):
        raise Refusal("hash_conflict")
    return {"view": render_view(core, publish_home(core, user_id, body))}


def _get_view(core: Core, args: Arguments) -> View:
    view_id, external_id = args.find("view_id"), args.find("external_id")
    if view_id is None and external_id is None:
        raise missing_field("view_id")
    for view in core.state.views.values():
        is_wanted = view.id == view_id if view_id else view.body.get("external_id") == external_id
        if is_wanted and core.state.is_open(view):
            return view
    raise Refusal("not_found")
