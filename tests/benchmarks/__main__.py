"""`python -m tests.benchmarks [names…]`: measure, and print one table."""

import sys
from collections.abc import Callable, Mapping

from bot.garbage import collect_rarely
from tests.benchmarks.asking import measure_ask
from tests.benchmarks.base import measure_base
from tests.benchmarks.choices import read_choices
from tests.benchmarks.exporting import measure_exports
from tests.benchmarks.figures import Figure, render_table
from tests.benchmarks.home import FULL, QUICK, Home, prepared_home
from tests.benchmarks.ingesting import measure_ingest
from tests.benchmarks.learning import measure_learning
from tests.benchmarks.long_document import measure_long_document
from tests.benchmarks.offering import measure_offers
from tests.benchmarks.overhead import measure_overhead
from tests.benchmarks.progress import say
from tests.benchmarks.rates import measure_rates
from tests.benchmarks.retrieving import measure_million, measure_retrieval
from tests.benchmarks.starting import measure_starts
from tests.benchmarks.surroundings import describe_load, describe_surroundings
from tests.benchmarks.weighing import measure_memory

MEASUREMENTS: Mapping[str, Callable[[Home], list[Figure]]] = {
    "ingest": measure_ingest,
    "ask": measure_ask,
    "offers": measure_offers,
    "exports": measure_exports,
    "learning": measure_learning,
    "start": measure_starts,
    "memory": measure_memory,
    "overhead": measure_overhead,
    "long": measure_long_document,
    "retrieval": measure_retrieval,
    "million": measure_million,
    "base": measure_base,
    "rates": measure_rates,
}


def main() -> None:
    """Take the measurements that were asked for; print each one's table, then one of everything."""
    choices = read_choices()
    collect_rarely()
    surroundings = describe_surroundings()
    _write("\n".join(surroundings))
    if not choices.is_quick:
        say(f"Vectors are kept in {choices.cache}; the first run makes 10,000, which takes 10 to 60 minutes.")
    figures: list[Figure] = []
    scale = QUICK if choices.is_quick else FULL
    with prepared_home(scale, embedder=choices.embedder, cache=choices.cache) as home:
        for name in choices.names:
            say(f"{name} …")
            found = MEASUREMENTS[name](home)
            figures += found
            _write(f"\n{render_table(found)}")
    surroundings.append(f"load     {describe_load()} after it")
    _write("\nEverything in one table:\n")
    _write("\n".join([*(f"* {line}" for line in surroundings), "", render_table(figures)]))


def _write(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
