"""Charts as pictures, for where Slack has none of its own: the same numbers, drawn by matplotlib."""

import io
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from offers.survival import SurvivalCurve

_INK, _SOFT, _ACCENT = "#1d1c1d", "#8a8a8a", "#1f6f6b"
_LOCK = threading.Lock()
"""matplotlib's text layout is not made for several threads."""

Axes = Any
"""matplotlib's, which are loaded where something is drawn."""


@dataclass(frozen=True, slots=True)
class Month:
    """One point of a history: what its month is called, the rate (1.0 is 100 %) and its 95 % interval, if any."""

    label: str
    rate: float
    low: float | None
    high: float | None


def draw_chart(
    title: str, points: Sequence[tuple[str, float]], *, is_line: bool, target: float | None = None
) -> bytes:
    """Return a PNG, 1,280 pixels wide, of labelled rates (1.0 is 100 %), a line over time or bars beside names."""
    labels, rates = [label for label, _ in points], [rate for _, rate in points]

    def draw(axes: Axes) -> None:
        if is_line:
            axes.plot(range(len(points)), rates, color=_ACCENT, marker="o", linewidth=2)
            _label_months(axes, labels)
            _show_percent(axes.yaxis)
            axes.set_ylim(bottom=0, top=max(1.05 * max(rates), 0.05))
        else:
            bars = axes.barh(labels, rates, color=_ACCENT, height=0.6)
            axes.bar_label(bars, labels=[f"{rate * 100:.1f} %" for rate in rates], padding=4, color=_INK)
            axes.invert_yaxis()
            _show_percent(axes.xaxis)
            axes.set_xlim(left=0, right=max(1.15 * max(rates), 0.05))
        if target is not None:
            _mark_target(axes.axhline if is_line else axes.axvline, target)
            axes.legend(frameon=False, loc="lower right")

    height = 3.6 if is_line else max(2.4, 0.42 * len(points) + 1.2)
    return _draw(title, draw, height=height)


def draw_forecast(
    title: str,
    known: Sequence[tuple[str, float]],
    ahead: Sequence[tuple[str, float, float, float]],
    *,
    target: float | None = None,
) -> bytes:
    """Return a PNG, 1,280 pixels wide, of a rate's months and those to come, each with its low and high end."""
    labels = [label for label, _ in known] + [label for label, *_ in ahead]
    rates = [rate for _, rate in known]
    places = range(len(rates) - 1, len(labels)) if rates else range(len(labels))
    joint = [(rates[-1], rates[-1], rates[-1])] if rates else []
    fan = [*joint, *((rate, low, high) for _, rate, low, high in ahead)]
    likely, lows, highs = ([point[at] for point in fan] for at in range(3))

    def draw(axes: Axes) -> None:
        axes.plot(range(len(rates)), rates, color=_ACCENT, marker="o", linewidth=2)
        axes.plot(places, likely, color=_ACCENT, linestyle="--", linewidth=2, label="forecast")
        axes.fill_between(places, lows, highs, color=_ACCENT, alpha=0.18, linewidth=0, label="95 % band")
        if target is not None:
            _mark_target(axes.axhline, target)
        _label_months(axes, labels)
        _show_percent(axes.yaxis)
        axes.set_ylim(bottom=0, top=max(1.05 * max([*rates, *highs, target or 0.0]), 0.05))
        axes.legend(frameon=False, loc="lower left")

    return _draw(title, draw)


def draw_curve(title: str, curve: SurvivalCurve, *, horizon_days: int) -> bytes:
    """Return a PNG, 1,280 pixels wide: the share by each day as steps, its 95 % band, and the day that is reported."""
    points = curve.points
    days = [0, *(point.day for point in points), max(curve.followed_days, points[-1].day)]
    shares, lows, highs = (
        [0.0, *values, values[-1]]
        for values in zip(*((point.share, point.low, point.high) for point in points), strict=True)
    )

    def draw(axes: Axes) -> None:
        axes.fill_between(
            days, lows, highs, step="post", color=_ACCENT, alpha=0.18, linewidth=0, label="95 % band"
        )
        axes.step(days, shares, where="post", color=_ACCENT, linewidth=2)
        axes.axvline(horizon_days, color=_SOFT, linestyle="--", linewidth=1.2, label=f"day {horizon_days}")
        axes.set_xlim(left=0, right=max(days[-1], horizon_days) or 1)
        axes.set_ylim(bottom=0, top=min(1.0, max(1.05 * max(highs), 0.05)))
        axes.set_xlabel("days after installation", color=_INK)
        _show_percent(axes.yaxis)
        axes.legend(frameon=False, loc="lower right")

    return _draw(title, draw)


def draw_history(title: str, months: Sequence[Month], *, target: float | None = None) -> bytes:
    """Return a PNG, 1,296 pixels wide, of a rate over its months: the line, its interval as a band, the target.

    The last month is not over: its point is hollow. It reads at the width of a phone.
    """
    rates = [month.rate for month in months]
    places = list(range(len(months)))
    lows = [month.rate if month.low is None else month.low for month in months]
    highs = [month.rate if month.high is None else month.high for month in months]

    def draw(axes: Axes) -> None:
        from matplotlib.ticker import MaxNLocator

        axes.fill_between(places, lows, highs, color=_ACCENT, alpha=0.14, linewidth=0)
        axes.plot(places, rates, color=_ACCENT, marker="o", markersize=4, linewidth=2)
        axes.plot(places[-1:], rates[-1:], "o", markersize=6, color="white", mec=_ACCENT, mew=1.8)
        axes.annotate(
            f"{rates[-1] * 100:.1f} %", (places[-1], rates[-1]), xytext=(9, 0), textcoords="offset points",
            va="center", color=_ACCENT, fontsize=10, fontweight="bold",
        )  # fmt: skip
        if target is not None:
            axes.axhline(target, color=_INK, linestyle=(0, (4, 3)), linewidth=1)
            axes.annotate(
                f"target {target * 100:.0f} %", (0, target), xytext=(0, 4), textcoords="offset points",
                color=_INK, fontsize=8.5,
            )  # fmt: skip
        axes.set_ylim(*_find_bounds(rates, lows, highs, target))
        axes.set_xlim(-0.3, len(months) - 1 + 1.2)
        axes.set_xticks(places, [month.label for month in months], fontsize=8)
        axes.yaxis.set_major_locator(MaxNLocator(5))
        _show_percent(axes.yaxis)
        axes.tick_params(axis="both", length=0, labelsize=8, labelcolor=_SOFT)
        axes.grid(axis="y", color="#e8e8e8", linewidth=0.8)
        axes.set_axisbelow(True)
        if any(month.low is not None for month in months):
            axes.set_title("shaded: 95 % interval", loc="right", color=_SOFT, fontsize=7.5, pad=10)
        axes.spines["left"].set_visible(False)
        axes.spines["bottom"].set_color("#d0d0d0")

    return _draw(title, draw, width=5.4, height=2.7, dpi=240, title_size=10.5)


def _find_bounds(
    rates: Sequence[float], lows: Sequence[float], highs: Sequence[float], target: float | None
) -> tuple[float, float]:
    """Return what the axis shows: line and target whole, of a very wide band what leaves the line its shape."""
    marks = [*rates, *([target] if target is not None else [])]
    spread = max(max(marks) - min(marks), 0.1)
    bottom = max(min(*lows, *marks), min(marks) - spread)
    top = min(max(*highs, *marks), max(marks) + spread)
    pad = 0.08 * (top - bottom)
    return max(0.0, bottom - pad), top + 1.5 * pad


def _draw(
    title: str,
    draw: Callable[[Axes], None],
    *,
    width: float = 8,
    height: float = 3.6,
    dpi: int = 160,
    title_size: float = 12,
) -> bytes:
    """Return a PNG of a titled chart whose frame is open above and to the right; sizes are inches and points."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with _LOCK:
        figure = Figure(figsize=(width, height), dpi=dpi, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots()
        draw(axes)
        axes.set_title(title, loc="left", color=_INK, fontsize=title_size, fontweight="bold", pad=10)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        stream = io.BytesIO()
        figure.savefig(stream, format="png")
    return stream.getvalue()


def _label_months(axes: Axes, labels: Sequence[str]) -> None:
    axes.set_xticks(list(range(len(labels))), labels, rotation=45, ha="right")


def _show_percent(axis: Any) -> None:
    from matplotlib.ticker import PercentFormatter

    axis.set_major_formatter(PercentFormatter(1.0, decimals=0))


def _mark_target(draw: Callable[..., object], target: float) -> None:
    draw(target, color=_SOFT, linestyle="--", linewidth=1.2, label=f"target {target * 100:.0f} %")
