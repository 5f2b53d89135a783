"""A receiver, and what it takes to write messages for it."""

from collections.abc import Iterator

import pytest

from bot.clock import utc_now
from offers.outbox.endpoint import Endpoint
from offers.outbox.messages import write_message
from tests.offers.conftest import Store
from tests.offers.outbox.receiver import SECRET, Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that says yes until it is told otherwise."""
    with receiving() as server:
        yield server


@pytest.fixture
def endpoint(receiver: Receiver) -> Endpoint:
    """The receiver's address, in our own network."""
    return Endpoint(receiver.url, (SECRET,), allows_private=True)


def write(store: Store, *offer_ids: str | None) -> list[str]:
    """Write a message about each offer, in this order; return their ids."""
    with store.scope() as session:
        return [
            write_message(
                session, "offer.accepted", offer_id=offer_id, payload={"offer_id": offer_id}, now=utc_now()
            )
            for offer_id in offer_ids
        ]
