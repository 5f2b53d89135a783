"""What the records know is asked in words: by the one at the machine, in private, with the visit one tap away."""

from typing import Any

from tests.e2e.conftest import GUEST, INGRID, JONAS, MARA, SERVICE_DESK, TOM, Stage, has_action, text_of
from tests.e2e.test_conduct import BOT, replies
from tests.e2e.test_stories import CHILLER, ask, open_visit


def look_up(stage: Stage, person: str, text: str, thread_ts: str | None = None) -> dict[str, Any]:
    """Ask in one's own messages and return what the records say."""
    dm = stage.workspace.open_dm(person)
    ts = stage.workspace.post_as(person, dm, text, thread_ts=thread_ts)

    def found(now: Any) -> list[dict[str, Any]]:
        later = [one for one in replies(now, dm, thread_ts or ts) if one["ts"] > ts]
        return [one for one in later if "records" in text_of(one) or "price list" in text_of(one)]

    return {**stage.workspace.wait_for(found, timeout_s=20)[0], "channel": dm}


def test_a_serial_number_tells_whether_it_is_covered_and_opens_the_visit(stage: Stage) -> None:
    said = look_up(stage, MARA, f"Is {CHILLER} covered?")
    assert "This call is covered" in text_of(said)
    assert "Harbour Grand Hotel" in text_of(said)
    bare = look_up(stage, MARA, CHILLER.lower().replace("-", " "))
    assert "Installed" in text_of(bare)
    stage.workspace.click(MARA, bare["channel"], bare["ts"], "visit_start")
    stage.workspace.wait_for(
        lambda now: [one for one in now.messages(bare["channel"]) if has_action(one, "visit_close")]
    )


def test_on_a_visit_nobody_has_to_name_the_machine(stage: Stage) -> None:
    _, thread = open_visit(stage, MARA, CHILLER)
    for asked in ("when does the contract end?", "is it covered?"):
        covered = look_up(stage, MARA, asked, thread)
        assert "This call is covered" in text_of(covered)
    assert not has_action(covered, "visit_start")
    assert "Before" in text_of(look_up(stage, MARA, "what was done last time", thread))


def test_a_number_that_no_machine_bears_is_named_with_the_nearest(stage: Stage) -> None:
    dm = stage.workspace.open_dm(MARA)
    ts = stage.workspace.post_as(MARA, dm, "Is NV-AUR240-99417 under contract?")
    (said,) = stage.workspace.wait_for(lambda now: replies(now, dm, ts))
    assert "I know no machine NV-AUR240-99417" in text_of(said)
    assert CHILLER in text_of(said)


def test_in_a_channel_only_the_asker_reads_it_and_a_stranger_learns_nothing(stage: Stage) -> None:
    space = stage.workspace
    ts = space.post_as(MARA, SERVICE_DESK, f"{BOT} is {CHILLER} covered?")
    (said,) = space.wait_for(lambda now: now.ephemerals(MARA, SERVICE_DESK), timeout_s=20)
    assert "This call is covered" in text_of(said)
    assert replies(space, SERVICE_DESK, ts) == []
    assert space.ephemerals(JONAS, SERVICE_DESK) == []
    # Whom the records don't know, they tell nothing: it is a question for the documents.
    assert "Harbour" not in text_of(ask(stage, GUEST, space.open_dm(GUEST), f"Is {CHILLER} covered?"))


def test_a_partner_is_told_of_no_machine_of_another_partners_customer(stage: Stage) -> None:
    dm = stage.workspace.open_dm(TOM)
    ts = stage.workspace.post_as(TOM, dm, f"Is {CHILLER} covered?")
    (said,) = stage.workspace.wait_for(lambda now: replies(now, dm, ts), timeout_s=20)
    assert text_of(said).strip().startswith(f"I know no machine {CHILLER} that you may see.")
    assert "Harbour" not in text_of(said)


def test_what_something_costs_is_read_from_the_price_list(stage: Stage) -> None:
    said = text_of(look_up(stage, INGRID, "What does Care Plus for Aurora cost?"))
    assert "EUR 5,400" in said
    assert "before tax" in said
