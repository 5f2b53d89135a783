"""Short messages: a single sentence that somebody needs, with its notification text."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, ContextBlock, SectionBlock

from bot.mrkdwn import escape_mrkdwn, shorten
from bot.views.message import Message, cell, prose, to_plain


@dataclass(frozen=True, slots=True)
class _Safety:
    """What is said first of all when somebody is in danger, in one language."""

    title: str
    sentences: tuple[str, ...]
    then_call: str


_SAFETY = {
    "en": _Safety(
        "People first.",
        (
            "Get everybody out of the danger zone and keep others away.",
            "Call the emergency number if anyone is hurt, or if there is fire, smoke or gas.",
            "Switch off only what you can reach safely; don't open the machine.",
        ),
        "Then call {contact}.",
    ),
    "de": _Safety(
        "Menschen zuerst.",
        (
            "Bringt alle aus dem Gefahrenbereich und haltet andere fern.",
            "Wählt den Notruf, wenn jemand verletzt ist oder wenn es brennt, raucht oder Gas austritt.",
            "Schaltet nur ab, was ihr gefahrlos erreicht; öffnet die Maschine nicht.",
        ),
        "Ruft danach an: {contact}.",
    ),
    "es": _Safety(
        "Primero las personas.",
        (
            "Saca a todos de la zona de peligro y no dejes que nadie se acerque.",
            "Llama al número de emergencias si hay heridos, fuego, humo o gas.",
            "Desconecta solo lo que puedas alcanzar sin peligro; no abras la máquina.",
        ),
        "Después llama a {contact}.",
    ),
    "fr": _Safety(
        "Les personnes d'abord.",
        (
            "Fais sortir tout le monde de la zone dangereuse et tiens les autres à l'écart.",
            "Appelle les secours s'il y a un blessé, du feu, de la fumée ou du gaz.",
            "Ne coupe que ce que tu peux atteindre sans danger ; n'ouvre pas la machine.",
        ),
        "Appelle ensuite {contact}.",
    ),
    "zh": _Safety(
        "人员安全第一。",
        (
            "让所有人离开危险区域，不要让其他人靠近。",
            "如有人受伤，或出现火、烟、燃气，请立即拨打急救电话。",
            "只关闭能够安全接触到的设备；不要打开机器。",
        ),
        "然后联系 {contact}。",
    ),
}


def build_note(sentence: str) -> Message:
    """Build a message of one plain sentence; it is escaped here."""
    text = shorten(escape_mrkdwn(sentence), 2900)
    return Message(text=text, blocks=to_plain([SectionBlock(text=prose(text))]))


def build_danger_note(emergency_contact: str | None, *, language: str) -> Message:
    """Build what comes before any answer when somebody is in danger.

    Args:
        emergency_contact: Whom the company wants to be called, as it writes it; None without one.
        language: The code of the language that the danger was reported in; English where there is no wording in it.
    """
    said = _SAFETY.get(language, _SAFETY["en"])
    sentences = list(said.sentences)
    if emergency_contact:
        sentences.append(said.then_call.format(contact=emergency_contact))
    title, text = escape_mrkdwn(said.title), escape_mrkdwn(" ".join(sentences))
    return Message(
        text=shorten(f"{title} {text}", 2900),
        blocks=to_plain([SectionBlock(text=prose(shorten(f":rotating_light: *{title}* {text}", 2900)))]),
    )


def with_remark(message: Message, sentence: str) -> Message:
    """Return the message with a small remark above it."""
    remark = to_plain([ContextBlock(elements=[cell(escape_mrkdwn(sentence))])])
    return replace(message, blocks=[*remark, *message.blocks], stream=())


def build_link_note(sentence: str, *, label: str, url: str) -> Message:
    """Build a sentence with a button that opens a place in Slack."""
    text = escape_mrkdwn(sentence)
    blocks: list[Block] = [
        SectionBlock(text=prose(text)),
        ActionsBlock(elements=[ButtonElement(text=label, action_id="thread_link", url=url)]),
    ]
    return Message(text=text, blocks=to_plain(blocks))


def build_welcome(title: str, prompts: Sequence[str]) -> dict[str, object]:
    """Build the suggested prompts of the messages tab: a title and up to four questions, each its own label."""
    return {
        "title": title,
        "prompts": [{"title": shorten(text, 75), "message": text} for text in prompts[:4]],
    }
