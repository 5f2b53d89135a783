"""What a message may consist of."""

from dataclasses import dataclass, field

from bot.demo.workspace.blocks.layout import MARKDOWN_CHARACTERS
from bot.demo.workspace.blocks.surfaces import check_message_blocks, complete_blocks
from bot.demo.workspace.core import Core
from bot.demo.workspace.pictures import check_pictures
from bot.demo.workspace.refusals import Json, Refusal
from bot.demo.workspace.web_api.arguments import Arguments

POST_CHARACTERS = 40_000
UPDATE_CHARACTERS = 4_000


@dataclass(frozen=True, slots=True)
class Content:
    """The checked content of a message."""

    text: str = ""
    markdown: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)


def read_content(core: Core, args: Arguments, *, maximum: int = POST_CHARACTERS) -> Content:
    """Return what `text`, `markdown_text`, `blocks` and `attachments` make of a message.

    Raises:
        Refusal: `no_text`, `msg_too_long`, `markdown_text_conflict`, or what its blocks are refused for.
    """
    text = args.find("text") or ""
    markdown = args.find("markdown_text") or ""
    blocks = args.structure("blocks", error="invalid_blocks_format") or []
    attachments = args.structure("attachments") or []
    if markdown and (text or blocks):
        raise Refusal("markdown_text_conflict")
    if not (text.strip() or markdown.strip() or blocks or attachments):
        raise Refusal("no_text")
    if len(text) > maximum or len(markdown) > MARKDOWN_CHARACTERS:
        raise Refusal("msg_too_long")
    checked = complete_blocks(check_message_blocks(blocks), core.mint)
    check_pictures(core, checked, pointer="/blocks", error="invalid_blocks")
    return Content(text or markdown, markdown, checked, attachments)


def check_identity(core: Core, args: Arguments) -> str | None:
    """Return the name the app wants to appear under; raises Refusal `missing_scope`."""
    if any(args.has(name) for name in ("username", "icon_emoji", "icon_url")):
        require_scope(core, "chat:write.customize")
    return args.find("username")


def read_metadata(args: Arguments) -> Json | None:
    """Return the message metadata; raises Refusal `invalid_metadata_format`."""
    metadata = args.structure("metadata", error="invalid_metadata_format")
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise Refusal("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict):
        raise Refusal("invalid_metadata_format")
    return metadata


def require_scope(core: Core, *scopes: str) -> None:
    """Raise Refusal `missing_scope` unless one of `scopes` is granted."""
    if not core.manifest.allows(*scopes):
        raise Refusal("missing_scope", needed=scopes[0], provided=",".join(core.manifest.scopes))
