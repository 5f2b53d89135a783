"""Which words of letters and figures are machines' names, however often lists and bulletins mention them."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from knowledge.documents import Audience
from knowledge.ingest_report import IngestReport
from knowledge.knowledge_base import KnowledgeBase
from knowledge.language.terms import stem
from knowledge.machine_names import NameFinder
from knowledge.replies import Question

Ingest = Callable[..., IngestReport]
SPRING = "# Osk {model} crane\n\n## Spring\n\nThe spring force of the crane is 40 N.\n"
# Long enough that each row is a passage of its own.
FAULTS = "Code,Model,Meaning\n" + "".join(
    f"G{number:02},{'K20' if number % 2 else 'K45'},Limit switch {number} of the hoist reached while the slack rope"
    f" sensor of drum {number} is open; measure {number + 100} Ohm at plug X{number} and look for a broken core\n"
    for number in range(1, 31)
)


def abstains(base: KnowledgeBase, text: str) -> bool:
    return base.answer(Question(text, Audience.INTERNAL)).abstained


def test_a_model_beside_another_of_its_series_is_one_however_often_it_is_mentioned(
    base: KnowledgeBase, ingest: Ingest
) -> None:
    notes = {f"note-{n}.md": f"# Kit {n}\n\nFit kit {n} to the K20 in spring.\n" for n in range(6)}
    ingest(
        {"K20-manual.md": "# Osk K20\n\nLift 2 t.\n", "K45-manual.md": SPRING.format(model="K45"), **notes}
    )
    assert not abstains(base, "spring force of the k45 crane")
    assert abstains(base, "spring force of the k20 crane")


def test_a_model_that_others_mention_no_more_often_than_its_own_documents_is_one(
    base: KnowledgeBase, ingest: Ingest
) -> None:
    own = "# Osk K20\n\n## Load\n\nLift 2 t.\n\n## Oil\n\nUse CLP 220.\n\n## Rope\n\nGrease the rope.\n"
    notes = {f"note-{n}.md": f"# Kit {n}\n\nFit kit {n} to the K20.\n" for n in range(2)}
    job = "# Osk ZX7 crane\n\n## Changing the spring\n\n1. Open the spring housing.\n2. Change the spring.\n"
    ingest({"K20-manual.md": own, "ZX7-manual.md": job, **notes})
    assert not abstains(base, "how do i change the spring of the zx7")
    assert abstains(base, "how do i change the spring of the k20")


@pytest.mark.parametrize(("word", "is_name"), [("ranger", True), ("spare", False), ("checklist", False)])
def test_a_kind_of_document_names_no_machine(word: str, is_name: bool) -> None:
    entries = {key: SimpleNamespace(audience=Audience.INTERNAL, passages=9) for key in range(3)}
    catalogue: Any = SimpleNamespace(
        entries=entries, bearers={stem(word): range(3)}, known_names={}, written_as_names=frozenset()
    )
    lexical: Any = SimpleNamespace(search=lambda *_, **__: [])
    assert bool(NameFinder(Audience.INTERNAL, catalogue, lexical).bearers_of_name(stem(word))) == is_name


@pytest.fixture
def listed(base: KnowledgeBase, ingest: Ingest) -> KnowledgeBase:
    manuals = {f"{model}-manual.md": f"# Osk {model} crane\n\nLift 2 t.\n" for model in ("K20", "K45", "K60")}
    ingest({**manuals, "faults.csv": FAULTS})
    return base


def test_a_row_for_another_model_is_no_evidence(listed: KnowledgeBase) -> None:
    asked = "slack rope sensor of drum {} open, what resistance at plug X{} of the {}"
    assert not abstains(listed, asked.format(8, 8, "k45"))
    assert abstains(listed, asked.format(8, 8, "k20"))


def test_rows_for_the_models_of_a_named_family_are_its_own(listed: KnowledgeBase) -> None:
    answer = listed.answer(Question("limit switch 8 reached on the osk, what resistance", Audience.INTERNAL))
    assert "K45" in answer.statements[0].text


def test_what_documents_are_called_is_not_put_together_to_a_code(base: KnowledgeBase, ingest: Ingest) -> None:
    manual = "# BMS C1\n\n## Fuse\n\nThe fuse of the board is rated 15 A.\n"
    ingest({"BMS C1 manual.md": manual, "labels.md": "# Labels\n\nThe box bears BMSC1.\n"})
    found = base.answer(Question("fuse of the bms c1 board", Audience.INTERNAL))
    assert found.trace.searched == "fuse of the bms c1 board"
