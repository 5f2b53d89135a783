"""A chart as a picture, for where Slack has none of its own: the same points, drawn by matplotlib."""

import io
import threading
from collections.abc import Sequence

_INK, _SOFT, _ACCENT = "#1d1c1d", "#8a8a8a", "#1f6f6b"
_LOCK = threading.Lock()
"""matplotlib's text layout is not made for several threads."""


def draw_chart(
    title: str, points: Sequence[tuple[str, float]], *, is_line: bool, target: float | None = None
) -> bytes:
    """Return a PNG, 1,280 pixels wide, of labelled rates (1.0 is 100 %), a line over time or bars beside names."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    labels, rates = [label for label, _ in points], [rate for _, rate in points]
    height = 3.6 if is_line else max(2.4, 0.42 * len(points) + 1.2)
    with _LOCK:
        figure = Figure(figsize=(8, height), dpi=160, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots()
        if is_line:
            places = range(len(points))
            axes.plot(places, rates, color=_ACCENT, marker="o", linewidth=2)
            axes.set_xticks(list(places), labels, rotation=45, ha="right")
            axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
            axes.set_ylim(bottom=0, top=max(1.05 * max(rates), 0.05))
        else:
            bars = axes.barh(labels, rates, color=_ACCENT, height=0.6)
            axes.bar_label(bars, labels=[f"{rate * 100:.1f} %" for rate in rates], padding=4, color=_INK)
            axes.invert_yaxis()
            axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
            axes.set_xlim(left=0, right=max(1.15 * max(rates), 0.05))
        if target is not None:
            draw = axes.axhline if is_line else axes.axvline
            draw(target, color=_SOFT, linestyle="--", linewidth=1.2, label=f"target {target * 100:.0f} %")
            axes.legend(frameon=False, loc="lower right")
        axes.set_title(title, loc="left", color=_INK, fontsize=12, fontweight="bold")
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        stream = io.BytesIO()
        figure.savefig(stream, format="png")
    return stream.getvalue()
