"""What somebody probably meant."""

from collections.abc import Sequence
from difflib import get_close_matches


def suggest(wrong: str, known: Sequence[str]) -> str:
    """Return "; did you mean X?" for the known name that is nearest, "" when none is near."""
    near = get_close_matches(wrong.casefold(), [one.casefold() for one in known], n=1, cutoff=0.6)
    return next((f"; did you mean {one}?" for one in known if near and one.casefold() == near[0]), "")
