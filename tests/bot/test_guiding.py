"""A walk never skips a check and never goes back, whoever clicks how often; what is ruled out stays known."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import SQLModel

from bot.database import SessionScope, build_engine, build_session_scope
from bot.demo.workspace.blocks.surfaces import check_message_blocks
from bot.records import GuideRun
from bot.views.guide import WalkCard, build_walk
from bot.visits.guiding import (
    Step,
    Stepped,
    WalkStart,
    close_walks,
    has_open_walk,
    list_ruled_out,
    open_walk,
    show_list,
    take_step,
)
from bot.visits.walk_records import WalkPlace, find_run, read_walk
from bot.visits.walking import Clicked
from knowledge.documents import Audience
from knowledge.replies import Check, Citation, Guide, Notice
from tests.e2e.conftest import text_of

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
MARA, JONAS = "U0TECH0001", "U0TECH0002"
VISIT = WalkPlace("visit_1", "D1", "1.1")
TABLES = [GuideRun.__table__]  # type: ignore[attr-defined]
GUIDE = Guide(
    title="High pressure",
    document="manual.pdf",
    checks=(
        Check(1, cause="Dirty coil", remedy="Clean the coil"),
        Check(
            1,
            cause="Fan stopped",
            remedy="Check the fan drive (6.5)",
            notices=(Notice("danger", "Wait.", 2),),
        ),
        Check(1, cause="Air in the circuit", remedy="Purge"),
    ),
    notices=(Notice("warning", "Hot.", 1),),
    citations=(
        Citation(1, "manual.pdf", "Service manual", "6.1 Faults", 7, "…"),
        Citation(2, "manual.pdf", "Service manual", "6.5 Fan", 8, "…"),
    ),
)
STEPS = Guide(
    title="No movement",
    document="lift.md",
    checks=(
        Check(1, test="Is the lamp lit? If not, go to step 3.", number="1", leads_to=(2,)),
        Check(1, test="Lock the isolator.", number="2", is_action=True),
        Check(1, test="Check the fuse.", number="3"),
    ),
    notices=(),
    citations=(Citation(1, "lift.md", "Lift table", None, None, "…"),),
)


@pytest.fixture(params=["sqlite", "postgresql"])
def scope(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SessionScope]:
    """The scope of an empty store: a SQLite file, then PostgreSQL."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'attache.db'}"
    else:
        url = request.getfixturevalue("postgresql_url")
    engine = build_engine(url)
    SQLModel.metadata.create_all(engine, tables=TABLES)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM bot_guide_run"))
    yield build_session_scope(engine)
    engine.dispose()


@pytest.fixture
def begin(scope: SessionScope) -> Callable[..., str]:
    """Open a walk and return its id; each one a minute after the one before."""
    opened = 0

    def run(
        guide: Guide = GUIDE, *, by: str = MARA, place: WalkPlace = VISIT, family: str | None = "Aurora"
    ) -> str:
        nonlocal opened
        opened += 1
        start = WalkStart(
            turn_id=f"turn_{opened}",
            slack_user_id=by,
            audience=Audience.INTERNAL,
            family=family,
            bench=None,
            is_widened=False,
            has_more=False,
        )
        with scope() as session:
            walk, _ = open_walk(session, guide, start, place=place, now=NOW + timedelta(minutes=opened))
            return walk.run_id

    return run


@pytest.fixture
def click(scope: SessionScope) -> Callable[..., Stepped]:
    """Click on the card of a check."""

    def run(run_id: str, verb: str, position: int, by: str = MARA, **more: object) -> Stepped:
        step = Step(run_id, verb, position, by, str(more.pop("channel", "D1")), **more)  # type: ignore[arg-type]
        with scope() as session:
            return take_step(session, step, now=NOW + timedelta(hours=1))

    return run


def state(scope: SessionScope, run_id: str) -> tuple[int, str | None]:
    """Where a walk stands, and how it ended."""
    with scope() as session:
        run = find_run(session, run_id)
        assert run is not None
        return run.position, run.outcome


def passed(scope: SessionScope, run_id: str) -> dict[int, str]:
    """How each check that is done was passed."""
    with scope() as session:
        run = find_run(session, run_id)
        assert run is not None
        return read_walk(session, run).passed


def test_each_next_goes_one_check_on_and_the_last_one_ends_unresolved(
    scope: SessionScope, begin: Callable[..., str], click: Callable[..., Stepped]
) -> None:
    run = begin()
    assert state(scope, run) == (0, None)
    for position in range(3):
        assert click(run, "next", position) == Stepped()
        assert state(scope, run)[0] == position + 1
    assert state(scope, run) == (3, "unresolved")
    assert passed(scope, run) == {0: "next", 1: "next", 2: "next"}


def test_a_second_click_on_the_same_card_changes_nothing(
    scope: SessionScope, begin: Callable[..., str], click: Callable[..., Stepped]
) -> None:
    run = begin()
    click(run, "next", 0)
    assert click(run, "next", 0) == Stepped()  # The same thumb twice: nothing to tell.
    assert click(run, "next", 0, JONAS) == Stepped(refused="moved", by=MARA)
    # Whoever says that a check fixed it which is ruled out by now means another card than the present one.
    assert click(run, "fixed", 0) == Stepped(refused="moved", by=MARA)
    assert state(scope, run) == (1, None)


def test_of_sixteen_that_click_next_at_once_one_counts(
    scope: SessionScope, begin: Callable[..., str], click: Callable[..., Stepped]
) -> None:
    run = begin()
    people = [f"U{number}" for number in range(16)]
    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(lambda person: click(run, "next", 0, person), people))
    assert [one.refused for one in outcomes].count(None) == 1
    assert {one.refused for one in outcomes} == {None, "moved"}
    assert state(scope, run) == (1, None)
    with scope() as session:
        found = find_run(session, run)
        assert found is not None
        assert len(found.ruled_out) == 1


def test_what_fixed_it_is_kept_with_whoever_fixed_it(
    scope: SessionScope, begin: Callable[..., str], click: Callable[..., Stepped]
) -> None:
    run = begin()
    click(run, "next", 0)
    assert click(run, "fixed", 1, JONAS) == Stepped(is_fixed_now=True)
    assert click(run, "fixed", 1, JONAS) == Stepped()  # The offer that follows must not follow twice.
    assert click(run, "fixed", 1, MARA) == Stepped(refused="fixed", by=JONAS)
    assert click(run, "next", 1, MARA) == Stepped(refused="fixed", by=JONAS)
    assert state(scope, run) == (1, "fixed")
    with scope() as session:
        found = find_run(session, run)
        assert found is not None
        assert found.fixed_by == JONAS


def test_a_jump_goes_where_the_text_sends_and_nowhere_else(
    scope: SessionScope, begin: Callable[..., str], click: Callable[..., Stepped]
) -> None:
    run = begin(STEPS)
    assert click(run, "jump", 0, target=1).refused == "unknown"
    assert state(scope, run) == (0, None)
    assert click(run, "jump", 0, target=2) == Stepped()
    assert state(scope, run) == (2, None)
    assert passed(scope, run) == {0: "next", 1: "jump"}
    with scope() as session:
        told = list_ruled_out(session, visit_id="visit_1", channel="D1", thread_ts="1.1")
    assert [one.check for one in told] == ["Is the lamp lit? If not, go to step 3."]


def test_a_click_from_elsewhere_or_on_nothing_is_refused(
    scope: SessionScope, begin: Callable[..., str], click: Callable[..., Stepped]
) -> None:
    run = begin()
    assert click(run, "next", 0, channel="C9").refused == "unknown"
    assert click("walk_none", "next", 0).refused == "unknown"
    assert click(run, "next", 2).refused == "moved"  # A card of a check that is not reached yet.
    assert state(scope, run) == (0, None)


def test_on_the_same_visit_a_check_that_was_ruled_out_is_skipped(
    scope: SessionScope, begin: Callable[..., str], click: Callable[..., Stepped]
) -> None:
    first = begin()
    click(first, "next", 0)
    # The same cause with another remedy is another check.
    other = replace(
        GUIDE,
        title="Low pressure",
        checks=(Check(1, cause="Dirty coil", remedy="Replace the coil"), *GUIDE.checks),
    )
    second = begin(other)
    assert passed(scope, second) == {1: "earlier"}
    assert state(scope, second) == (0, None)
    click(second, "next", 0)
    assert state(scope, second) == (2, None)
    elsewhere = begin(place=WalkPlace("visit_2", "D1", "2.1"))
    assert passed(scope, elsewhere) == {}


def test_an_action_is_never_skipped_and_what_was_jumped_over_neither(
    scope: SessionScope, begin: Callable[..., str], click: Callable[..., Stepped]
) -> None:
    first = begin(STEPS)
    click(first, "next", 0)
    click(first, "next", 1)
    assert passed(scope, begin(STEPS)) == {0: "earlier"}  # "Lock the isolator." is to be done again.

    place = WalkPlace("visit_3", "D1", "3.1")
    jumped = replace(STEPS, checks=(STEPS.checks[0], Check(1, test="Check the relay."), STEPS.checks[2]))
    click(begin(jumped, place=place), "jump", 0, target=2)
    assert passed(scope, begin(jumped, place=place)) == {0: "earlier"}


def test_a_walk_with_every_check_ruled_out_before_ends_at_once(
    scope: SessionScope, begin: Callable[..., str], click: Callable[..., Stepped]
) -> None:
    first = begin()
    for position in range(3):
        click(first, "next", position)
    assert state(scope, begin()) == (3, "unresolved")


def test_a_new_walk_sets_the_same_persons_open_one_aside(
    scope: SessionScope, begin: Callable[..., str], click: Callable[..., Stepped]
) -> None:
    thread = WalkPlace(None, "C1", "9.1")
    mine, theirs = begin(place=thread), begin(place=thread, by=JONAS)
    begin(STEPS, place=thread)
    assert state(scope, mine) == (0, "replaced")
    assert state(scope, theirs) == (0, None)
    assert click(mine, "next", 0, channel="C1").refused == "replaced"


def test_a_visit_knows_of_its_open_walk_until_that_ends(
    scope: SessionScope, begin: Callable[..., str], click: Callable[..., Stepped]
) -> None:
    run = begin()
    with scope() as session:
        assert has_open_walk(session, "visit_1")
        assert not has_open_walk(session, "visit_2")
        close_walks(session, "visit_1", now=NOW)
        assert not has_open_walk(session, "visit_1")
    assert click(run, "next", 0).refused == "closed"
    click(begin(), "fixed", 0)
    with scope() as session:
        assert not has_open_walk(session, "visit_1")


def test_what_was_ruled_out_is_told_with_its_source_for_the_visit_or_the_thread(
    scope: SessionScope, begin: Callable[..., str], click: Callable[..., Stepped]
) -> None:
    run = begin()
    click(run, "next", 0, JONAS)
    begin()  # Skips the first check: that is no second time.
    thread = WalkPlace(None, "C1", "9.1")
    click(begin(STEPS, place=thread), "next", 0, channel="C1")
    with scope() as session:
        (told,) = list_ruled_out(session, visit_id="visit_1", channel="D1", thread_ts="1.1")
        assert (told.symptom, told.check, told.remedy) == ("High pressure", "Dirty coil", "Clean the coil")
        assert (told.document, told.section, told.page) == ("Service manual", "6.1 Faults", 7)
        assert (told.slack_user_id, told.at) == (JONAS, NOW + timedelta(hours=1))
        (other,) = list_ruled_out(session, visit_id=None, channel="C1", thread_ts="9.1")
        assert (other.check, other.remedy) == ("Is the lamp lit? If not, go to step 3.", None)
        assert list_ruled_out(session, visit_id=None, channel="C1", thread_ts="8.1") == ()


def test_the_next_with_the_same_symptom_sees_what_fixed_it_on_the_same_family(
    scope: SessionScope, begin: Callable[..., str], click: Callable[..., Stepped]
) -> None:
    def last_fix(run_id: str) -> int | None:
        with scope() as session:
            run = find_run(session, run_id)
            assert run is not None
            found = read_walk(session, run).last_fix
            return found.position if found else None

    click(begin(place=WalkPlace("visit_7", "D1", "7.1")), "fixed", 0)
    later = begin(place=WalkPlace("visit_8", "D1", "8.1"))
    click(later, "next", 0)
    with scope() as session:  # An hour later than the first one.
        take_step(session, Step(later, "fixed", 1, MARA, "D1"), now=NOW + timedelta(hours=2))
    assert last_fix(begin(place=WalkPlace("visit_9", "D1", "9.1"))) == 1
    assert last_fix(begin(place=WalkPlace("visit_10", "D1", "9.2"), family="Boreal")) is None
    assert (
        last_fix(begin(replace(GUIDE, title="Another symptom"), place=WalkPlace("v11", "D1", "9.3"))) is None
    )
    assert last_fix(begin(replace(GUIDE, document="other.pdf"), place=WalkPlace("v12", "D1", "9.4"))) is None


def test_the_whole_list_is_opened_and_closed_while_the_walk_is_open(
    scope: SessionScope, begin: Callable[..., str], click: Callable[..., Stepped]
) -> None:
    run = begin()
    with scope() as session:
        assert show_list(session, run, channel="D1", is_wanted=True) == Stepped()
        assert show_list(session, run, channel="C2", is_wanted=True).refused == "unknown"
    click(run, "fixed", 0)
    with scope() as session:
        assert show_list(session, run, channel="D1", is_wanted=True).refused == "fixed"
        found = find_run(session, run)
        assert found is not None
        assert not found.shows_all


def test_a_click_that_is_delivered_again_has_the_same_key_and_a_second_click_another() -> None:
    click = Clicked("next", "walk_1", MARA, "D1", "5.5", "1.1", action_ts="100.1", position=2)
    assert replace(click).key == click.key
    assert replace(click, action_ts="100.2").key != click.key
    assert replace(click, verb="fixed").key != click.key


# The card

CARD = WalkCard(
    run_id="walk_1",
    turn_id="turn_1",
    guide=GUIDE,
    position=1,
    passed={0: "next"},
    outcome=None,
    fixed_by=None,
    last_fix=(2, date(2026, 3, 12)),
    shows_all=False,
    has_more=False,
    bench="Aurora 240 NV-1",
    is_widened=False,
)


def shown(card: WalkCard) -> str:
    """What a person reads on the card."""
    message = build_walk(card)
    check_message_blocks(message.blocks)
    return text_of({"blocks": message.blocks})


def test_the_card_shows_the_hazards_the_check_and_what_is_ruled_out() -> None:
    read = shown(CARD)
    assert read.index("DANGER") < read.index("WARNING") < read.index("Check 2 of 3 · Fan stopped")
    assert "Remedy:* Check the fan drive (6.5) [1]" in read
    assert "Ruled out: ~Dirty coil~" in read
    assert "Fixed it last time (12 Mar 2026): *Air in the circuit*, check 3" in read
    assert "Purge" not in read
    assert "[2] *Service manual* · 6.5 Fan · p. 8" in read
    assert build_walk(CARD).text.startswith(
        "WARNING: Hot. DANGER: Wait. High pressure. Check 2 of 3: Fan stopped"
    )


def test_the_hazards_of_another_check_are_not_on_the_card_but_of_all_when_all_are_shown() -> None:
    first = replace(CARD, position=0, passed={})
    assert "DANGER" not in shown(first)
    assert "DANGER" in shown(replace(first, shows_all=True))
    assert "Purge" in shown(replace(first, shows_all=True))


def test_the_last_check_offers_none_of_these_and_the_end_an_expert() -> None:
    assert "Next check" in shown(CARD)
    last = replace(CARD, position=2, passed={0: "next", 1: "next"})
    assert "None of these" in shown(last)
    assert "Next check" not in shown(last)
    end = build_walk(
        replace(CARD, position=3, passed={0: "next", 1: "earlier", 2: "next"}, outcome="unresolved")
    )
    (ask,) = [e for b in end.blocks for e in b.get("elements", []) if e.get("action_id") == "ask_expert"]
    assert ask["value"] == "turn_1"
    read = text_of({"blocks": end.blocks})
    assert "Ruled out: ~Dirty coil~, ~Air in the circuit~" in read
    assert "Skipped, ruled out earlier on this visit: ~Fan stopped~" in read


def test_a_step_can_be_done_and_left_for_another_step() -> None:
    card = replace(CARD, guide=STEPS, position=0, passed={}, last_fix=None)
    assert "Go to step 3" in shown(card)
    assert "Done, next" in shown(replace(card, position=1, passed={0: "next"}))
    assert "Done: ~Is the lamp lit?" in shown(replace(card, position=1, passed={0: "next"}))


def test_an_ended_walk_has_no_buttons_of_its_own() -> None:
    for outcome, said in (
        ("fixed", "What fixed it: *Fan stopped*"),
        ("replaced", "Set aside"),
        ("closed", "closed"),
    ):
        message = build_walk(replace(CARD, outcome=outcome))
        assert said in text_of({"blocks": message.blocks})
        assert "guide_" not in repr(message.blocks)


def test_a_remedy_for_several_causes_marks_what_speaks_of_this_one() -> None:
    remedy = "Clean the coil; check the fan; purge"
    check = Check(1, cause="Fan stopped", remedy=remedy, focus=("check the fan",))
    read = shown(
        replace(CARD, guide=replace(GUIDE, checks=(check, check)), position=0, passed={}, last_fix=None)
    )
    assert "Clean the coil; *check the fan*; purge" in read


NASTY = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=400
).filter(str.strip)


@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(NASTY, min_size=3, max_size=3),
    count=st.integers(2, 20),
    outcome=st.sampled_from([None, "fixed", "unresolved", "replaced", "closed"]),
    shows_all=st.booleans(),
    repeat=st.sampled_from([1, 30]),
)
def test_slack_takes_the_card_whatever_the_documents_hold(
    texts: list[str], count: int, outcome: str | None, shows_all: bool, repeat: int
) -> None:
    cause, test, remedy = (one * repeat for one in texts)
    checks = tuple(Check(1, cause=cause, test=test, remedy=remedy, focus=(remedy[:5],)) for _ in range(count))
    guide = replace(GUIDE, title=cause, checks=checks, notices=(Notice("danger", test, 1),) * 3, intro=remedy)
    position = count if outcome == "unresolved" else count // 2
    card = replace(
        CARD,
        guide=guide,
        position=position,
        passed=dict.fromkeys(range(position), "next"),
        outcome=outcome,
        shows_all=shows_all and outcome is None,
        has_more=True,
        last_fix=(count - 1, date(2026, 1, 1)),
    )
    message = build_walk(card)
    check_message_blocks(message.blocks)
    assert message.text.strip()
