"""The weekly digest in the workspace: once for everybody who gets one, and no more when it is stopped."""

import time
from datetime import UTC, datetime

from bot.demo.workspace.workspace import Workspace
from tests.e2e.conftest import ELIF, INGRID, OpenStage, text_of


def find_digests(space: Workspace, dm: str) -> list[dict]:
    return [message for message in space.all_messages(dm) if "The week of" in text_of(message)]


def test_it_comes_once_and_not_again_and_can_be_stopped(open_stage: OpenStage) -> None:
    today = f"{datetime.now(UTC):%A}".lower()
    hours = {"digest_weekday": today, "digest_from_hour": 0, "digest_until_hour": 24}
    with open_stage(**hours) as stage:
        space = stage.workspace
        found = {}
        for person in (INGRID, ELIF):
            dm = space.open_dm(person)
            found[person] = space.wait_for(lambda now, dm=dm: find_digests(now, dm), timeout_s=60)
        assert "Coverage" in text_of(found[INGRID][0])
        assert "Nordklima Service" in text_of(found[ELIF][0])
        dm = space.open_dm(INGRID)
        space.click(INGRID, dm, found[INGRID][0]["ts"], "digest_off")
        space.wait_for(lambda now: "No more weekly figures" in text_of(now.all_messages(dm)[-1]))
    with open_stage(**hours) as stage:
        space = stage.workspace
        time.sleep(2)
        assert find_digests(space, space.open_dm(ELIF)) == []
        dm = space.open_dm(INGRID)
        space.run_command(INGRID, dm, "/attach", "digest on")
        space.wait_for(lambda now: any("once a week again" in text_of(one) for one in now.all_messages(dm)))
