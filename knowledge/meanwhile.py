"""Work that goes on beside other work: begun early, so that less is left at the end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

logger = logging.getLogger(__name__)


@contextmanager
def doing_meanwhile(work: Callable[[], object], *, pause_s: float) -> Iterator[None]:
    """Do the work again and again in a thread while the block runs, first and each time after a pause.

    The block waits at its end for what is under way. What fails is logged and not tried again: whoever needs all of
    it does it once more after the block.
    """
    is_over = threading.Event()

    def repeat() -> None:
        while not is_over.wait(pause_s):
            work()

    with ThreadPoolExecutor(1, thread_name_prefix="meanwhile") as pool:
        repeating = pool.submit(repeat)
        try:
            yield
        finally:
            is_over.set()
            failure = repeating.exception()
            if failure is not None:
                logger.warning("what is done meanwhile failed and is left for the end", exc_info=failure)
