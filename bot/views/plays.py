"""What the plays are called wherever people read them."""

from collections.abc import Mapping

from bot.mrkdwn import fact

PLAYS: Mapping[str, str] = {
    "renewal": "Renewal",
    "coverage_gap": "New contract",
    "warranty_end": "Contract after warranty",
    "add_on": "Add-on",
    "upgrade": "Upgrade",
    "win_back": "Win-back",
    "bundle": "Bundle",
}


def name_play(play: str | None) -> str:
    """Return a play's name, a word that is none as it stands, "Offer" for an unknown one; escaped."""
    return PLAYS.get(play or "", fact(play or "Offer"))
