"""The links from sales to the threads that they came from, for one reader."""

from bot.delivery import SLACK_FAILURES
from bot.deps import Deps
from bot.views.home_conversions import ConversionRow
from offers.people import PersonFacts
from offers.sales.conversions import Conversion


class ThreadLinks:
    """Which threads Slack opens to a reader: each conversation is asked for once."""

    def __init__(self, reader: PersonFacts, deps: Deps) -> None:
        self._reader = reader
        self._deps = deps
        self._followed: dict[str, bool] = {}

    def describe(self, sale: Conversion) -> ConversionRow:
        """Return the sale with the link to its thread, where it has one and the reader can follow it."""
        channel, _, ts = (sale.thread_ref or "").partition(":")
        if not (channel and ts):
            return ConversionRow(sale, None)
        can_follow = self._can_follow(channel, sale)
        url = self._deps.delivery.sent.permalink(channel, ts) if can_follow else None
        return ConversionRow(sale, url, is_private=channel.startswith("D") and not can_follow)

    def _can_follow(self, channel: str, sale: Conversion) -> bool:
        """Return whether it is one of their own messages, or in a channel that they are in."""
        if self._reader.slack_user_id is None:
            return False
        is_direct = channel.startswith("D")
        if is_direct and sale.person_id != self._reader.person_id:
            return False
        if channel not in self._followed:
            self._followed[channel] = self._look(channel, self._reader.slack_user_id, is_direct=is_direct)
        return self._followed[channel]

    def _look(self, channel: str, slack_user_id: str, *, is_direct: bool) -> bool:
        if not is_direct:
            return self._deps.channel_audience.has_member(channel, slack_user_id)
        try:
            return self._deps.delivery.open_dm(slack_user_id) == channel
        except SLACK_FAILURES:
            return False
