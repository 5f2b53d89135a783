"""When Python looks for garbage: seldom while much is made at once, and never in what start-up made."""

import gc

_MADE_BETWEEN = 50_000


def collect_rarely() -> None:
    """Look for garbage in cycles after every 50,000 objects made instead of every 700.

    A list of 90,000 rows makes a million objects that all stay: with Python's own threshold nearly half of the time in
    which they are read and put into a workbook goes into looking through them (2.2 s of 5.0 for `value_attach`).
    """
    gc.set_threshold(_MADE_BETWEEN)


def settle_memory() -> None:
    """Take what start-up made out of garbage collection; for a process that will answer for hours.

    It is hundreds of thousands of objects that live as long as the process. A large decision makes enough new ones
    for a full collection, which would walk over all of them: 100 ms in the middle of an answer.
    """
    gc.collect()
    gc.freeze()
