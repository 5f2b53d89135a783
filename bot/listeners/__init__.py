"""One file per surface; each registers thin handlers that ack, parse, call one thing and are done."""

from slack_bolt import App

from bot.deps import Deps
from bot.listeners import answers, bundles, experts, failures, guides, home, offers, questions, rules, visits


def register_all(app: App, deps: Deps) -> None:
    """Register every handler of the app."""
    for surface in (questions, visits, bundles, offers, answers, guides, experts, rules, home, failures):
        surface.register(app, deps)
