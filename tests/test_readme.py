"""Every command that the README shows works as it is written."""

import json
import re
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.demo.company.simulator import write_import_files
from bot.demo.launch import find_demo_home
from bot.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
# These need a Slack workspace or a browser; other tests run them. Here only their options are checked.
ENDLESS = {"run", "demo"}
PLACEHOLDERS = {
    "SERIAL_OR_ACCOUNT": "NV-AUR240-00417",
    "FOLDER": "company/",
    "FILE": "headers.yaml",
    "RULES": str(ROOT / "offers/rulebook/examples"),
    "RULE": "renewal-after-repair",
    "PERSON": "E-201",
    "FAMILY": "Aurora",
    "CHANNEL": "C0123456789",
}
MANUAL = "# Rooftop unit\n\n## Error codes\n\nE14 means that the supply fan does not turn.\n"


def shown_commands() -> list[str]:
    """The `attache …` commands of the README, in order, each once."""
    spans = re.findall(r"`(attache [^`]+)`", README)
    blocks = re.findall(r"^(attache .+)$", README, flags=re.MULTILINE)
    commands = [re.sub(r"\s+", " ", text.split(" # ")[0]).strip() for text in spans + blocks]
    return list(dict.fromkeys(commands))


def test_every_verb_of_make_exists() -> None:
    verbs = set(
        re.findall(
            r"^([a-z0-9_-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE
        )
    )
    assert set(re.findall(r"(?:^|`)make ([a-z][a-z0-9-]*)", README, flags=re.MULTILINE)) <= verbs


def test_every_file_it_names_exists() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


def test_every_command_it_shows_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ATTACHE_HOME", str(tmp_path / "home"))
    commands = shown_commands()
    assert len(commands) >= 12
    # What fills the company comes first, in whatever order the pages tell it.
    commands.sort(key=lambda command: not command.startswith("attache import company/"))
    for command in commands:
        words = [PLACEHOLDERS.get(word, word) for word in shlex.split(command)[1:]]
        arguments = [words[0], "--help"] if words[0] in ENDLESS else words
        done = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert done.exit_code == 0, f"{command}: {done.output}"


@pytest.mark.skipif(sys.platform != "linux", reason="the path shown first is that of Linux")
def test_what_it_says_to_type_first_leads_to_the_demonstrations_company(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ATTACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    shown = re.search(r"^export ATTACHE_HOME=(\S+/demo) ", README, flags=re.MULTILINE)
    assert shown is not None
    assert Path(shown[1]).expanduser() == find_demo_home(Settings())
    # Where make puts the command.
    assert re.search(r"^DEMO := \.venv/bin$", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE)
    assert README.index(". .venv/bin/activate") < shown.start() < README.index("attache ingest")


def prepare(folder: Path) -> None:
    """Lay out the files that the README's commands name."""
    write_import_files(folder / "company", today=datetime.now(UTC).date())
    manuals = folder / "manuals"
    manuals.mkdir()
    (manuals / "rooftop.md").write_text(MANUAL, encoding="utf-8")
    (folder / "headers.yaml").write_text("accounts: {}\n", encoding="utf-8")
    collection = folder / "my-test-collection"
    (collection / "qrels").mkdir(parents=True)
    document = {"_id": "d1", "title": "Fan", "text": "The supply fan does not turn."}
    (collection / "corpus.jsonl").write_text(json.dumps(document) + "\n", encoding="utf-8")
    query = {"_id": "q1", "text": "supply fan does not turn"}
    (collection / "queries.jsonl").write_text(json.dumps(query) + "\n", encoding="utf-8")
    (collection / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq1\td1\t1\n", encoding="utf-8"
    )
