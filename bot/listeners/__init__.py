"""One file per surface; each registers thin handlers that ack, parse, call one thing and are done."""

from slack_bolt import App

from bot.deps import Deps
from bot.listeners import (
    answers,
    bundles,
    discounts,
    experts,
    exports,
    failures,
    figures,
    guides,
    home,
    offers,
    opportunities,
    questions,
    quiet,
    rules,
    sales,
    visits,
)

_SURFACES = (
    questions,
    visits,
    bundles,
    offers,
    discounts,
    answers,
    guides,
    experts,
    rules,
    sales,
    home,
    figures,
    opportunities,
    quiet,
    exports,
    failures,
)


def register_all(app: App, deps: Deps) -> None:
    """Register every handler of the app."""
    for surface in _SURFACES:
        surface.register(app, deps)
