"""Row versions: in whatever order history is loaded, every instant has one answer, and the past stays put."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, SQLModel, create_engine, select

from offers.models import Account
from offers.tables.versions import VersionWriter, current, known_at, table_of

START = datetime(2026, 1, 1, tzinfo=UTC)
IMPORTS = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["North", "South", None])), max_size=10)

ENGINE = create_engine("sqlite://")
SQLModel.metadata.create_all(ENGINE, tables=[table_of(Account)])


def state(session: Session, day: int, region: str | None) -> None:
    """Import the account with this region, recorded on that day."""
    at = START + timedelta(days=day)
    writer = VersionWriter(Account, ["account_id"], recorded_at_of=lambda _row, _known: at)
    row = dict.fromkeys(["parent_account_id", "segment", "do_not_sell_until"])
    writer.append(session, [{**row, "account_id": "A", "name": "Hotel", "region": region}])
    session.flush()


def regions(session: Session) -> list[list[str | None]]:
    """Return what was known at noon of each day; one row or none."""
    noons = [START + timedelta(days=day, hours=12) for day in range(10)]
    return [list(session.exec(select(Account.region).where(known_at(Account, noon))).all()) for noon in noons]


@settings(max_examples=60, deadline=None)
@given(imports=IMPORTS)
def test_a_statement_holds_from_its_day_to_the_next_one_that_differed(
    imports: list[tuple[int, str | None]],
) -> None:
    with Session(ENGINE) as session:
        stated: dict[int, str | None] = {}
        for day, region in imports:
            state(session, day, region)
            known = [stated[earlier] for earlier in sorted(stated) if earlier <= day]
            # Saying what was known already leaves no trace.
            if not known or known[-1] != region:
                stated[day] = region
        expected = [
            [stated[max(earlier for earlier in stated if earlier <= day)]]
            if any(d <= day for d in stated)
            else []
            for day in range(10)
        ]
        assert regions(session) == expected
        assert list(session.exec(select(Account.region).where(current(Account))).all()) == (expected[-1])


@settings(max_examples=40, deadline=None)
@given(imports=IMPORTS, day=st.integers(0, 9), region=st.sampled_from(["North", "South", "West"]))
def test_an_import_never_changes_what_was_known_before_its_day(
    imports: list[tuple[int, str | None]], day: int, region: str
) -> None:
    with Session(ENGINE) as session:
        for earlier, said in imports:
            state(session, earlier, said)
        before = regions(session)
        state(session, day, region)
        assert regions(session)[:day] == before[:day]
        assert regions(session)[day] == [region]
