"""How far a long step is, on standard error: a bar for people, a line now and then for logs."""

import sys
import time
from types import TracebackType

_BAR = 28
_LOG_EVERY_S = 30.0
_BAR_EVERY_S = 0.2


def say(text: str) -> None:
    """Write a line to standard error."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


class Progress:
    """A bar with an estimate of the time that is left; used as a context manager."""

    def __init__(self, label: str, total: int) -> None:
        self._label = label
        self._total = max(1, total)
        self._started = time.monotonic()
        self._shown = 0.0
        self._is_terminal = sys.stderr.isatty()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_terminal and self._shown:
            sys.stderr.write("\r\033[K")

    def show(self, done: float, detail: str = "") -> None:
        """Tell how much of the total is done."""
        now = time.monotonic()
        if now - self._shown < (_BAR_EVERY_S if self._is_terminal else _LOG_EVERY_S):
            return
        self._shown = now
        share = min(1.0, done / self._total)
        passed_s = now - self._started
        left = f"about {_span(passed_s * (1 - share) / share)} left" if share > 0.01 else "estimating"
        text = f"{self._label} {share:4.0%}, {left}{', ' + detail if detail else ''}"
        if self._is_terminal:
            filled = round(_BAR * share)
            sys.stderr.write(f"\r\033[K[{'#' * filled}{'.' * (_BAR - filled)}] {text}")
            sys.stderr.flush()
        else:
            say(f"  {text}")


def _span(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
