"""Killed at any statement of an acceptance, either nothing of it stands or all of it, and the next try gets through."""

from sqlmodel import Session, col, func, select

from offers.deciding.proposals import propose
from offers.models import AuditEntry, ContractLine, Incentive, OfferEvent, OrderLine, OutboxMessage, Quote
from offers.rules import DEFAULT_RULES
from tests.children import spawn
from tests.offers.company import NOW
from tests.offers.conftest import Store, person
from tests.offers.promises import promise

NOTHING = (0, 0, 0, 0, 0, 0, 0, 0)
ALL = (1, 1, 1, 1, 1, 1, 1, 1)


def what_stands(session: Session, offer_id: str) -> tuple[int, ...]:
    """Return how many acceptances, order lines, contract lines, messages, audits, quotes and rewards there are."""
    queries = (
        select(func.count()).where(col(OfferEvent.event) == "accepted", col(OfferEvent.offer_id) == offer_id),
        select(func.count()).where(col(OrderLine.offer_id) == offer_id),
        select(func.count()).where(col(ContractLine.offer_id) == offer_id),
        select(func.count()).where(col(OutboxMessage.offer_id) == offer_id),
        select(func.count()).where(
            col(AuditEntry.action) == "offer.accepted", col(AuditEntry.offer_id) == offer_id
        ),
        select(func.count()).where(col(Quote.offer_id) == offer_id),
        select(func.count()).where(col(Incentive.offer_id) == offer_id),
        select(func.count()).where(
            col(AuditEntry.action) == "incentive.accrued", col(AuditEntry.offer_id) == offer_id
        ),
    )
    return tuple(session.exec(query).one() for query in queries)


def test_an_acceptance_killed_at_any_statement_is_whole_or_not_there(company: Store) -> None:
    with company.scope() as session:
        promise(session, *(rule.rule_id for rule in DEFAULT_RULES))
        card = propose(
            session, asset_id="M-CHILL", person=person(session, "UTECH"), now=NOW, thread_ref=None
        ).offer
    assert card is not None
    url = company.engine.url.render_as_string(hide_password=False)
    seen: list[tuple[int, tuple[int, ...]]] = []
    with spawn("tests.offers.kill_child", url, card.offer_id, str(card.version)) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        while not seen or seen[-1][0] != 0:
            code = int(child.stdout.readline().split()[1])
            with company.scope() as session:
                seen.append((code, what_stands(session, card.offer_id)))
            assert seen[-1][1] in (NOTHING, ALL), f"at {len(seen)}: {seen[-1]}"
            child.stdin.write("\n")
            child.stdin.flush()
    # Killed before the commit nothing stands, after it everything does; whoever tries again changes nothing.
    assert {code for code, _ in seen[:-1]} == {-9}
    # At each of its statements once: a dozen on PostgreSQL, which gets most of the rows by one, and the commit.
    assert [stands for _, stands in seen].count(NOTHING) >= 13
    assert seen[-1] == (0, ALL)
    stood = [stands for _, stands in seen]
    assert stood == sorted(stood)
