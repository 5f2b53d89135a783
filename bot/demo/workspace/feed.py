"""What happens, told to every open page as it happens."""

import asyncio
import threading
from collections.abc import Callable, Iterable
from typing import Any

Json = dict[str, Any]


class Subscription:
    """One open page; its queue lives on the server's loop. None ends it."""

    def __init__(self, user_id: str, loop: asyncio.AbstractEventLoop) -> None:
        self.user_id = user_id
        self.queue: asyncio.Queue[Json | None] = asyncio.Queue()
        self._loop = loop

    def put(self, item: Json | None) -> None:
        """Queue an item from any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.queue.put_nowait, item)


class Feed:
    """The open pages of everyone. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscriptions: list[Subscription] = []

    def subscribe(self, user_id: str, loop: asyncio.AbstractEventLoop) -> Subscription:
        """Start telling `user_id`."""
        subscription = Subscription(user_id, loop)
        with self._lock:
            self._subscriptions.append(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Stop telling that page."""
        with self._lock:
            if subscription in self._subscriptions:
                self._subscriptions.remove(subscription)

    def publish(self, users: Iterable[str], build: Callable[[str], Json]) -> None:
        """Tell each of `users` what `build` makes for them; nothing is built for who does not listen."""
        with self._lock:
            audience = set(users)
            listening = [one for one in self._subscriptions if one.user_id in audience]
        for subscription in listening:
            subscription.put(build(subscription.user_id))

    def close(self) -> None:
        """End every page's stream."""
        with self._lock:
            subscriptions, self._subscriptions = self._subscriptions, []
        for subscription in subscriptions:
            subscription.put(None)
