"""`python -m tests.quality [honesty_calibration]`: asks a set of questions of the corpus and prints the table."""

import sys

from tests.quality.corpus import open_corpus
from tests.quality.inquiries import load_inquiries
from tests.quality.verdicts import ask_all, format_table

if __name__ == "__main__":
    name = sys.argv[1] if len(sys.argv) > 1 else "honesty_calibration"
    with open_corpus() as corpus:
        sys.stdout.write(format_table(name, ask_all(corpus, load_inquiries(name))) + "\n")
