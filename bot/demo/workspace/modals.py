"""What views do: opening, stacking, changing, closing, and Home tabs."""

import copy

from bot.demo.workspace.blocks.surfaces import complete_blocks
from bot.demo.workspace.core import Core
from bot.demo.workspace.events import emit_home_opened
from bot.demo.workspace.form_values import initial_values, keep_values
from bot.demo.workspace.records import Json, View
from bot.demo.workspace.refusals import Refusal
from bot.demo.workspace.rendering import render_view_for_page

STACK_HEIGHT = 3


def open_view(core: Core, user_id: str, body: Json) -> View:
    """Show a modal; it takes the place of what was open."""
    with core.state.changed:
        view = _build(core, user_id, body, previous=None)
        core.state.stacks[user_id] = [view.id]
        announce_stack(core, user_id)
        return view


def push_view(core: Core, user_id: str, body: Json) -> View:
    """Show a modal on top; raises Refusal `push_limit_reached` beyond three."""
    with core.state.changed:
        stack = core.state.stacks.setdefault(user_id, [])
        if len(stack) >= STACK_HEIGHT:
            raise Refusal("push_limit_reached")
        view = _build(core, user_id, body, previous=core.state.views[stack[-1]] if stack else None)
        stack.append(view.id)
        announce_stack(core, user_id)
        return view


def change_view(core: Core, view: View, body: Json) -> View:
    """Replace what a view shows; inputs whose block and action ids stay keep what was typed."""
    with core.state.changed:
        _check_external_id(core, body, view)
        view.body = _complete(core, body)
        view.hash = core.mint.hash()
        view.state_values = keep_values(view.body["blocks"], view.state_values)
        announce_view(core, view)
        return view


def publish_home(core: Core, user_id: str, body: Json) -> View:
    """Show a Home tab; it keeps its id as long as the workspace lives."""
    with core.state.changed:
        current = core.state.homes.get(user_id)
        if current is not None:
            view = core.state.views[current]
            view.body = _complete(core, body)
            view.hash = core.mint.hash()
            view.state_values = initial_values(view.body["blocks"])
        else:
            view = _build(core, user_id, body, previous=None)
            core.state.homes[user_id] = view.id
        announce_view(core, view)
        return view


def close_view(core: Core, view: View) -> None:
    """Take the top view away and show the one below it."""
    with core.state.changed:
        stack = core.state.stacks.get(view.user, [])
        if view.id in stack:
            del stack[stack.index(view.id) :]
        announce_stack(core, view.user)


def close_all(core: Core, user_id: str) -> None:
    """Take every modal of a person away."""
    with core.state.changed:
        core.state.stacks[user_id] = []
        announce_stack(core, user_id)


def open_home(core: Core, user_id: str) -> Json | None:
    """Tell the app that a person looks at Home; return what is shown there now."""
    with core.state.changed:
        core.state.get_dm(user_id)
        emit_home_opened(core, user_id, tab="home")
        current = core.state.homes.get(user_id)
        return render_view_for_page(core, core.state.views[current]) if current else None


def announce_stack(core: Core, user_id: str) -> None:
    """Tell the person's pages which modals are open."""
    views = [render_view_for_page(core, core.state.views[one]) for one in core.state.stacks.get(user_id, ())]
    core.feed.publish((user_id,), lambda _viewer: {"type": "modal", "views": views})
    core.state.touch()


def announce_view(core: Core, view: View) -> None:
    """Tell the person's pages that a view looks different."""
    if view.kind == "modal":
        announce_stack(core, view.user)
        return
    body = render_view_for_page(core, view)
    core.feed.publish((view.user,), lambda _viewer: {"type": "home", "view": body})
    core.state.touch()


def _complete(core: Core, body: Json) -> Json:
    return {**copy.deepcopy(body), "blocks": complete_blocks(body["blocks"], core.mint)}


def _check_external_id(core: Core, body: Json, view: View | None) -> None:
    wanted = body.get("external_id")
    for other in core.state.views.values():
        if (
            wanted
            and other is not view
            and other.body.get("external_id") == wanted
            and core.state.is_open(other)
        ):
            raise Refusal("duplicate_external_id")


def _build(core: Core, user_id: str, body: Json, *, previous: View | None) -> View:
    _check_external_id(core, body, None)
    view_id = core.mint.id("V")
    completed = _complete(core, body)
    view = View(
        id=view_id,
        user=user_id,
        body=completed,
        hash=core.mint.hash(),
        root_view_id=previous.root_view_id if previous else view_id,
        previous_view_id=previous.id if previous else None,
        state_values=initial_values(completed["blocks"]),
    )
    core.state.views[view_id] = view
    return view
