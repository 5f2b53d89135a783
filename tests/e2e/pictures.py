"""Pictures of pages, kept for people to look at, and what can be measured in them: nothing cut, nothing blank."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page

from tests.e2e.browser import DESKTOP

FOLDER = Path(__file__).resolve().parents[2] / "test-artifacts" / "pictures"
"""Git knows nothing of it; the README says so."""

CHARTS = ".chart-picture, .pie-picture, img.picture"
_TALLEST = 6_000
_LEAST_DRAWN = 0.01
"""A chart with one thin line across covers more of its area than this; an empty frame has no colour at all."""

# What scrolls sideways by design is measured as its frame is. What is only there for readers aloud is 1 pixel wide.
_MISPLACED = """(root) => {
  const scrolls = ".table-scroll, .block-carousel, pre, select, input, textarea";
  const cards = ".home-content, .message, .dialog, .card, .chart, .block-container, .alert, .plan";
  const found = [];
  for (const one of root.querySelectorAll("*")) {
    const box = one.getBoundingClientRect();
    if (box.width < 2 || box.height < 2 || one.parentElement.closest(scrolls)) continue;
    const name = `${one.className?.baseVal ?? one.className ?? ""} ${one.localName}: ${one.textContent.slice(0, 40)}`;
    const card = one.parentElement.closest(cards) ?? root;
    const frame = card.getBoundingClientRect();
    if (box.right > frame.right + 1 || box.left < frame.left - 1) found.push(`outside its card: ${name}`);
    const style = getComputedStyle(one);
    const isHidden = (way) => ["hidden", "clip"].includes(way);
    if (one.closest("svg") || one.matches(scrolls) || !one.textContent.trim()) continue;
    if (isHidden(style.overflowX) && one.scrollWidth > one.clientWidth + 1) found.push(`cut at its side: ${name}`);
    if (isHidden(style.overflowY) && one.scrollHeight > one.clientHeight + 1) found.push(`cut below: ${name}`);
  }
  for (const chart of root.querySelectorAll("svg")) {
    const frame = chart.getBoundingClientRect();
    // A line of text is taller than its letters: by about a fifth above and below.
    const letters = [...chart.querySelectorAll("text")].map((text) => {
      const box = text.getBoundingClientRect();
      const isUpright = text.hasAttribute("transform");
      const [x, y] = isUpright ? [box.width / 5, 0] : [0, box.height / 5];
      const [left, right, top, bottom] = [box.left + x, box.right - x, box.top + y, box.bottom - y];
      return { left, right, top, bottom, of: text.textContent };
    });
    letters.forEach((one, at) => {
      const isIn = one.left >= frame.left && one.right <= frame.right
        && one.top >= frame.top && one.bottom <= frame.bottom;
      if (!isIn) found.push(`cut at the chart's edge: ${one.of}`);
      for (const other of letters.slice(at + 1)) {
        const isApart = one.right <= other.left || other.right <= one.left
          || one.bottom <= other.top || other.bottom <= one.top;
        if (!isApart) found.push(`over another word of the chart: ${one.of}, ${other.of}`);
      }
    });
  }
  return found;
}"""


def find_misplaced(place: Locator) -> list[str]:
    """Return what stands out of its card, and text that is cut, as sentences."""
    found: list[str] = place.evaluate(_MISPLACED)
    return found


@dataclass(frozen=True)
class Picture:
    """A picture that was kept, and where charts stand in it: their names, and (left, top, right, bottom) in pixels."""

    path: Path
    charts: tuple[tuple[str, tuple[float, float, float, float]], ...]

    def find_blank(self) -> list[str]:
        """Return the charts on which nothing is drawn: words and the frame's lines are no drawing."""
        with Image.open(self.path) as whole:
            return [name for name, box in self.charts if measure_colour(whole.crop(box)) < _LEAST_DRAWN]


def keep_picture(page: Page, name: str, place: Locator, scroller: str | None = None) -> Picture:
    """Write `name`.png of a place as a whole.

    Args:
        scroller: What scrolls and is grown for as long as the picture is taken, so that all of it is drawn.
    """
    size = page.viewport_size or DESKTOP
    if scroller is not None:
        hidden = page.locator(scroller).evaluate("(one) => one.scrollHeight - one.clientHeight")
        grown = min(_TALLEST, size["height"] + int(hidden))
        page.set_viewport_size({"width": size["width"], "height": grown})
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.png"
    place.screenshot(path=path, animations="disabled")
    charts = tuple(_find_charts(place))
    page.set_viewport_size(size)
    return Picture(path, charts)


def _find_charts(place: Locator) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    frame = place.bounding_box()
    for chart in place.locator(CHARTS).all():
        box = chart.bounding_box()
        if frame is not None and box is not None:
            left, top = box["x"] - frame["x"], box["y"] - frame["y"]
            name = chart.get_attribute("aria-label") or chart.get_attribute("alt") or ""
            yield name, (left, top, left + box["width"], top + box["height"])


def measure_colour(picture: Image.Image) -> float:
    """Return the share of pixels (0..1) that have a colour: words, axes and paper are grey or nearly."""
    pixels: Any = np.asarray(picture.convert("RGB"), dtype=np.int16)
    return float(((pixels.max(axis=2) - pixels.min(axis=2)) > 40).mean())
