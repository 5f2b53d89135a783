"""Agent sessions and the status line under a thread."""

import time

from bot.demo.workspace.core import Core
from bot.demo.workspace.records import Json, Session, ThreadStatus

WORKING = "is working…"


def describe_status(core: Core, channel: str, thread_ts: str | None) -> Json:
    """Return what the status line of a thread says, as the pages are told."""
    status = core.state.statuses.get((channel, thread_ts or ""))
    session = core.state.sessions.get((channel, thread_ts))
    is_processing = session is not None and session.status == "processing"
    return {
        "type": "status",
        "channel": channel,
        "thread_ts": thread_ts,
        "text": status.text if status else WORKING if is_processing else "",
        "loading_messages": status.loading_messages if status else [],
        "stoppable": is_processing and core.manifest.subscribes("agent_session_stopped"),
    }


def announce_status(core: Core, channel: str, thread_ts: str | None) -> None:
    """Tell the pages what the status line of a thread says; hold the state's lock."""
    body = describe_status(core, channel, thread_ts)
    core.feed.publish(core.state.conversations[channel].members, lambda _viewer: body)


def set_thread_status(
    core: Core, channel: str, thread_ts: str, *, text: str, loading_messages: list[str]
) -> None:
    """Show a status until the app posts in the thread, clears it, or two minutes pass."""
    with core.state.changed:
        core.state.status_log.append(
            (channel, thread_ts, {"text": text, "loading_messages": list(loading_messages)})
        )
        if text:
            status = ThreadStatus(text, loading_messages, time.monotonic())
            core.state.statuses[(channel, thread_ts)] = status
            core.hub.later(core.timing.status_lifetime_s, lambda: _lapse(core, channel, thread_ts, status))
        else:
            core.state.statuses.pop((channel, thread_ts), None)
        announce_status(core, channel, thread_ts)
        core.state.touch()


def clear_thread_status(core: Core, channel: str, thread_ts: str) -> None:
    """Take the status away because the app has answered; nothing happens when there is none."""
    if core.state.statuses.pop((channel, thread_ts), None) is not None:
        announce_status(core, channel, thread_ts)


def _lapse(core: Core, channel: str, thread_ts: str, status: ThreadStatus) -> None:
    with core.state.changed:
        if core.state.statuses.get((channel, thread_ts)) is status:
            clear_thread_status(core, channel, thread_ts)
            core.state.touch()


def set_session(
    core: Core, channel: str, thread_ts: str | None, *, status: str, title: str | None
) -> Session:
    """Create a session or move it to `status`; a title counts only when the session is new."""
    with core.state.changed:
        key = (channel, thread_ts)
        session = core.state.sessions.get(key)
        if session is None:
            session = core.state.sessions[key] = Session(channel, thread_ts, status, title or "")
        session.status = status
        announce_session(core, session)
        return session


def announce_session(core: Core, session: Session) -> None:
    """Tell the pages the session's status and title; hold the state's lock."""
    body: Json = {
        "type": "session",
        "channel": session.channel,
        "thread_ts": session.thread_ts,
        "status": session.status,
        "title": session.title,
    }
    core.feed.publish(core.state.conversations[session.channel].members, lambda _viewer: body)
    announce_status(core, session.channel, session.thread_ts)
    core.state.touch()
