"""assistant.threads.* and agents.sessions.*: status lines, titles, prompts, sessions."""

from bot.demo.workspace.core import Core
from bot.demo.workspace.records import Session
from bot.demo.workspace.refusals import Json, Refusal, missing_field
from bot.demo.workspace.sessions import announce_session, set_session, set_thread_status
from bot.demo.workspace.web_api.arguments import Arguments, find_thread, get_posting_channel
from bot.demo.workspace.web_api.content import check_identity

SESSION_STATUSES = ("processing", "active", "suspended", "closed")
TITLE_CHARACTERS = 200
NO_STOP = "missing_agent_session_stopped_event_subscription"


def require_agent(core: Core) -> None:
    """Raise Refusal `not_authorized` unless the manifest declares an agent.

    Only apps declared as agents have sessions (https://docs.slack.dev/ai/agent-sessions).
    """
    if not core.manifest.is_agent:
        raise Refusal("not_authorized")


def set_status(core: Core, args: Arguments) -> Json:
    """assistant.threads.setStatus."""
    conversation = get_posting_channel(core, args, name="channel_id")
    thread_ts = find_thread(core, args, conversation.id, missing="invalid_thread_ts")
    if thread_ts is None:
        raise missing_field("thread_ts")
    if "status" not in args.values:
        raise missing_field("status")
    loading = args.structure("loading_messages") or []
    if not isinstance(loading, list) or len(loading) > 10:
        raise Refusal(
            "invalid_arguments", problems=["no more than 10 items allowed [json-pointer:/loading_messages]"]
        )
    check_identity(core, args)
    set_thread_status(
        core,
        conversation.id,
        thread_ts,
        text=args.find("status") or "",
        loading_messages=[str(one) for one in loading],
    )
    return {}


def set_title(core: Core, args: Arguments) -> Json:
    """assistant.threads.setTitle."""
    require_agent(core)
    conversation = get_posting_channel(core, args, name="channel_id")
    thread_ts = find_thread(core, args, conversation.id, missing="invalid_thread_ts")
    title = args.get("title")
    key = (conversation.id, thread_ts)
    session = core.state.sessions.setdefault(key, Session(conversation.id, thread_ts, "active"))
    session.title = title
    announce_session(core, session)
    return {}


def set_suggested_prompts(core: Core, args: Arguments) -> Json:
    """assistant.threads.setSuggestedPrompts. In an agent's conversation a `thread_ts` makes it do nothing."""
    require_agent(core)
    conversation = core.state.get_conversation(args.get("channel_id"))
    if conversation.kind != "dm":
        raise Refusal("channel_not_found")
    prompts = args.structure("prompts")
    if not isinstance(prompts, list) or not prompts:
        raise missing_field("prompts")
    if len(prompts) > 4:
        raise Refusal("invalid_arguments", problems=["no more than 4 items allowed [json-pointer:/prompts]"])
    for index, prompt in enumerate(prompts):
        if not isinstance(prompt, dict) or not prompt.get("title") or not prompt.get("message"):
            raise Refusal(
                "invalid_arguments",
                problems=[f"title and message are required [json-pointer:/prompts/{index}]"],
            )
    if args.has("thread_ts"):
        return {}
    chosen = [{"title": str(one["title"]), "message": str(one["message"])} for one in prompts]
    item: Json = {
        "type": "prompts",
        "channel": conversation.id,
        "title": args.find("title"),
        "prompts": chosen,
    }
    core.state.prompts[conversation.id] = item
    core.feed.publish(conversation.members, lambda _viewer: item)
    core.state.touch()
    return {}


def set_session_status(core: Core, args: Arguments) -> Json:
    """agents.sessions.setStatus."""
    status = args.get("status")
    if status not in SESSION_STATUSES:
        raise Refusal("invalid_arguments", problems=["must be a valid enum value [json-pointer:/status]"])
    require_agent(core)
    conversation = get_posting_channel(core, args, name="channel_id")
    thread_ts = find_thread(core, args, conversation.id, missing="invalid_thread_ts")
    if thread_ts is None:
        raise Refusal("invalid_thread_ts")
    title = args.find("title")
    if title is not None and len(title) > TITLE_CHARACTERS:
        raise Refusal(
            "invalid_arguments", problems=["must be less than 201 characters [json-pointer:/title]"]
        )
    initiator = args.find("initiator_user_id")
    if initiator is not None and initiator not in conversation.members:
        raise Refusal("user_not_found")
    check_identity(core, args)
    session = set_session(core, conversation.id, thread_ts, status=status, title=title)
    answer: Json = {"status": session.status, "agent_status": session.status, "title": session.title}
    if not core.manifest.subscribes("agent_session_stopped"):
        answer["warning"] = NO_STOP
        answer["response_metadata"] = {
            "warnings": [NO_STOP],
            "messages": [
                "[WARN] Subscribe to the agent_session_stopped event so that people can stop this agent."
            ],
        }
    return answer


def rename_session(core: Core, args: Arguments) -> Json:
    """agents.sessions.rename."""
    require_agent(core)
    conversation = get_posting_channel(core, args, name="channel_id")
    thread_ts = find_thread(core, args, conversation.id, missing="invalid_thread_ts")
    title = args.get("title")
    if len(title) > TITLE_CHARACTERS:
        raise Refusal(
            "invalid_arguments", problems=["must be less than 201 characters [json-pointer:/title]"]
        )
    session = core.state.sessions.get((conversation.id, thread_ts))
    if session is None:
        raise Refusal("not_authorized")
    session.title = title
    announce_session(core, session)
    return {"title": title}
