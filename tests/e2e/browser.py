"""Pages of the local workspace in Debian's Chromium, which report everything that goes wrong in them."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Error, Page, ViewportSize

PHONE, DESKTOP = ViewportSize(width=390, height=844), ViewportSize(width=1280, height=800)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str | None:
    """Return the path of a Chromium on this machine, or None.

    The headless build draws the same pages with half the computing.
    """
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    return next((path for path in map(shutil.which, names) if path), None)


@dataclass
class Visitors:
    """Opens pages, and collects everything that went wrong in them."""

    browser: Browser
    url: str
    problems: list[str] = field(default_factory=list)

    def open(self, user: str, *, at: str = "dm", size: ViewportSize = DESKTOP) -> Page:
        """The page as `user`, ready to be used."""
        is_phone = size == PHONE
        context = self.browser.new_context(viewport=size, has_touch=is_phone, is_mobile=is_phone)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on(
            "dialog", lambda dialog: (self.problems.append(f"script ran: {dialog.message}"), dialog.dismiss())
        )
        page.on(
            "console",
            lambda said: (
                self.problems.append(f"refused: {said.text}")
                if "Content Security Policy" in said.text
                else None
            ),
        )
        page.goto(f"{self.url}/?as={user}&at={at}")
        page.wait_for_selector("[data-testid=composer], [data-testid=home]")
        return page


@contextmanager
def visiting(browser: Browser, url: str) -> Iterator[Visitors]:
    """Open pages of the workspace at `url`; in the end no page may have thrown, run script or hit the policy."""
    opened = Visitors(browser, url)
    yield opened
    for context in browser.contexts:
        try:
            context.close()
        except Error as failure:
            opened.problems.append(str(failure))
    assert opened.problems == []


def say(page: Page, text: str, field: str = "composer") -> None:
    """Write in a field and press Enter."""
    page.get_by_test_id(field).fill(text)
    page.get_by_test_id(field).press("Enter")


def sideways(page: Page) -> list[str]:
    """The parts of the frame whose content is wider than they are."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('html, body, .list, .thread, .main')]"
        ".filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.className || one.localName)"
    )
    return found
