"""What is said of an ingest beside what was read: which files it passed over."""

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath


def explain_skipped(documents: Sequence[str]) -> str:
    """Return the line about files of kinds that are not read: how many of each, the most frequent first."""
    kinds = Counter(PurePosixPath(document).suffix.lower() or "without ending" for document in documents)
    noun = "1 file of a kind that is" if len(documents) == 1 else f"{len(documents)} files of kinds that are"
    listed = (
        f"{kind} ({count})" for kind, count in sorted(kinds.items(), key=lambda found: (-found[1], found[0]))
    )
    return f"skipped: {noun} not read: {', '.join(listed)}"
