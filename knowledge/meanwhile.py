"""Work that goes on beside other work: begun early, so that less is left at the end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
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
            try:
                work()
            except Exception:
                logger.warning("what is done meanwhile failed and is left for the end", exc_info=True)
                return

    thread = threading.Thread(target=repeat, name="meanwhile", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
