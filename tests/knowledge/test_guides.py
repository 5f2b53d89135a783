"""Guides: what a document says of a symptom, check by check, word for word, complete, and only where it fits."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from bot.database import build_engine, build_session_scope
from knowledge.answering.fault_rows import split_items
from knowledge.documents import Audience
from knowledge.ingest_report import IngestReport
from knowledge.knowledge_base import KnowledgeBase
from knowledge.language.faults import (
    Role,
    column_roles,
    is_fault_table,
    sections_named,
    steps_named,
)
from knowledge.ownership import Ownership
from knowledge.questions import asks_to_find_fault
from knowledge.replies import Answer, Guide, ProductScope, Question
from tests.knowledge import fault_documents as documents
from tests.knowledge.conftest import NOW, HashedWords

Ingest = Callable[..., IngestReport]
Ask = Callable[..., Answer]


@pytest.fixture
def ask(base: KnowledgeBase) -> Ask:
    def run(
        text: str, *, scope: ProductScope | None = None, audience: Audience = Audience.INTERNAL
    ) -> Answer:
        return base.answer(Question(text, audience, scope))

    return run


def guide_of(answer: Answer) -> Guide:
    assert answer.guide is not None
    return answer.guide


def labels(answer: Answer) -> list[str]:
    return [check.label for check in guide_of(answer).checks]


# Tables


def test_the_rows_below_a_symptom_are_its_checks_in_the_order_of_the_table(ingest: Ingest, ask: Ask) -> None:
    ingest({"pump.md": documents.SEVERAL_ROWS})
    guide = guide_of(ask("The pump runs but delivers nothing"))
    assert guide.title == "Pump runs but delivers nothing"
    assert guide.document == "pump.md"
    assert [(check.cause, check.remedy) for check in guide.checks] == [
        ("Suction valve closed", "Open the suction valve"),
        ("Casing not filled", "Fill the casing as in section 7.2"),
        ("Impeller turns the wrong way", "Swap two phases"),
    ]
    (place,) = {check.citation for check in guide.checks}
    cited = guide.citations[place - 1]
    assert (cited.number, cited.title) == (place, "Tarn P4 pump: service manual")
    assert cited.section == "7 Faults > 7.1 Table of faults"


def test_another_symptom_of_the_same_table_is_not_mixed_in(ingest: Ingest, ask: Ask) -> None:
    ingest({"pump.md": documents.SEVERAL_ROWS})
    assert labels(ask("motor trips after 5 minutes")) == ["Filter clogged", "Bearing dry"]


def test_a_symptom_is_found_in_whatever_else_is_told(ingest: Ingest, ask: Ask) -> None:
    ingest({"pump.md": documents.SEVERAL_ROWS})
    told = (
        "pump runs but delivers nothing, clean filter, bearing with grease, seal not worn, phases not swapped"
    )
    assert labels(ask(told))[0] == "Suction valve closed"


def test_a_symptom_with_one_check_is_not_walked(ingest: Ingest, ask: Ask) -> None:
    ingest({"pump.md": documents.SEVERAL_ROWS})
    answer = ask("seal drips")
    assert answer.guide is None
    assert "SEAL-4417" in answer.text


def test_several_causes_in_one_cell_are_checked_one_by_one_with_the_whole_remedy(
    ingest: Ingest, ask: Ask
) -> None:
    ingest({"compressor.md": documents.ONE_ROW})
    guide = guide_of(ask("outlet pressure sinks"))
    whole = "Tension the belt; clean the filter; reset menu 3"
    # The remedies stand in another order than the causes: what speaks of a cause is marked, nothing is paired.
    assert [(check.cause, check.remedy, check.focus) for check in guide.checks] == [
        ("Filter dirty", whole, ("clean the filter",)),
        ("belt slips", whole, ("Tension the belt",)),
        ("valve leaks", whole, ()),
    ]


def test_german_html_with_spans_and_a_list_in_a_cell(ingest: Ingest, ask: Ask) -> None:
    ingest({"geblaese.html": documents.GERMAN_HTML})
    guide = guide_of(ask("Gebläse läuft nicht an"))
    assert [(check.cause, check.remedy) for check in guide.checks] == [
        ("Sicherung F2 defekt", "Sicherung F2 ersetzen"),
        ("Türschalter offen", "Tür schließen"),
    ]
    assert labels(ask("Luftmenge zu klein")) == ["Filter verschmutzt", "Klappe geschlossen"]


def test_chinese_headers_and_a_chinese_question(ingest: Ingest, ask: Ask) -> None:
    ingest({"k3.md": documents.CHINESE})
    guide = guide_of(ask("排气温度过高怎么办"))
    assert guide.title == "排气温度过高"
    assert [(check.cause, check.remedy) for check in guide.checks] == [
        ("冷却器堵塞", "清洗冷却器"),
        ("油位过低", "补充润滑油"),
    ]


def test_a_word_file_with_a_merged_symptom(folder: Path, ingest: Ingest, ask: Ask) -> None:
    documents.write_word(folder / "heater.docx")
    ingest()
    assert labels(ask("water stays cold")) == ["Anode used up", "Thermostat stuck", "Limiter tripped"]
    assert labels(ask("heater rattles")) == ["Lime on the rod", "Screws loose"]


def test_a_table_that_goes_on_over_a_page_is_walked_whole_and_cites_both(
    folder: Path, ingest: Ingest, ask: Ask
) -> None:
    documents.write_pages(folder / "belt.pdf")
    ingest()
    guide = guide_of(ask("the belt stops"))
    pages = {citation.number: citation.page for citation in guide.citations}
    assert [(check.label, pages[check.citation]) for check in guide.checks] == [
        ("Motor fuse blown", 1),
        ("Chain torn", 1),
        ("Light barrier dirty", 1),
        ("Start key worn", 2),
    ]


def test_the_rows_of_a_long_list_are_gathered_from_their_own_passages(ingest: Ingest, ask: Ask) -> None:
    ingest({"faults.csv": documents.long_list()})
    scope = ProductScope(family="Bel")
    guide = guide_of(ask("K07", scope=scope))
    assert guide.title == "K07 · Bel · Axis 7 lost its position"
    assert ask("K07").guide is None  # Ora and Bel have it both.
    assert [check.cause for check in guide.checks] == [
        "sensor 7 of the Bel is broken",
        "cable 7 of the Bel is broken",
        "board 7 of the Bel is broken",
    ]


def test_a_heading_is_the_symptom_of_a_table_without_one(ingest: Ingest, ask: Ask) -> None:
    ingest({"dryer.md": documents.HEADING})
    guide = guide_of(ask("the air is damp behind the dryer"))
    assert guide.title == "Air is damp behind the dryer"
    assert [(check.cause, check.test, check.remedy) for check in guide.checks] == [
        ("Drain blocked", "Press the test key; water must leave the drain", "Clean the drain"),
        ("Refrigerant lost", "Read the dew point: above 5 °C means a loss", "Call the service"),
    ]


# Lists of checks


def test_a_decision_procedure_names_the_later_steps_it_leads_to(ingest: Ingest, ask: Ask) -> None:
    ingest({"lift.md": documents.DECISION})
    guide = guide_of(ask("lift table has no movement"))
    assert [check.number for check in guide.checks] == ["1", "2", "3", "4", "5"]
    # Step 1 leads to 4 (place 3), step 2 to 5 (place 4); going back to step 1 is no way onward.
    assert [check.leads_to for check in guide.checks] == [(3,), (4,), (), (), ()]


def test_steps_under_a_heading_of_faults_are_walked_and_actions_are_told_from_checks(
    ingest: Ingest, ask: Ask
) -> None:
    ingest({"valves.md": documents.CHECKLIST})
    guide = guide_of(ask("alarm A31"))
    assert guide.title == "Station stops with alarm A31"
    assert [(check.test, check.is_action) for check in guide.checks] == [
        ("Lock the isolator Q2.", True),
        ("Check the pressure at M1: at least 6 bar.", False),
        ("Check the plug of sensor B4.", False),
        ("Look for oil below the block.", False),
    ]


def test_steps_under_another_heading_are_a_procedure_not_a_walk(ingest: Ingest, ask: Ask) -> None:
    ingest({"valves.md": documents.CHECKLIST})
    answer = ask("fitting the station")
    assert [statement.step for statement in answer.statements] == [1, 2, 3]
    assert answer.guide is None


def test_a_bulleted_list_keeps_what_is_said_below_an_item(ingest: Ingest, ask: Ask) -> None:
    ingest({"controller.md": documents.BULLETS})
    assert [check.test for check in guide_of(ask("no connection over USB")).checks] == [
        "Check the cable.",
        "Make sure that the driver is installed.\nThe driver is called tarn-usb.",
        "Restart the controller.",
    ]
    assert ask("controller options").guide is None


def test_a_list_that_was_cut_into_passages_is_walked_whole(ingest: Ingest, ask: Ask) -> None:
    wanted = [f"Check plug {number} of the sorter{' and the wire behind it' * 6}." for number in range(1, 15)]
    ingest(
        {
            "sorter.md": "# Tarn S3\n\n## Troubleshooting: sorter stops\n\n"
            + "\n".join(f"- {w}" for w in wanted)
        }
    )
    assert [check.test for check in guide_of(ask("why does the sorter stop?")).checks] == wanted


# Hazards


def test_the_hazards_of_the_headings_above_a_fault_table_stand_before_its_checks(
    ingest: Ingest, ask: Ask
) -> None:
    ingest({"pump.md": documents.SEVERAL_ROWS})
    answer = ask("motor trips after 5 minutes")
    told = "Live parts at 400 V. Lock the isolator before you open the terminal box."
    assert [(notice.level, notice.text) for notice in guide_of(answer).notices] == [("danger", told)]
    assert [notice.text for notice in answer.notices] == [told]


def test_a_check_carries_the_hazards_of_the_section_it_sends_to(ingest: Ingest, ask: Ask) -> None:
    ingest({"pump.md": documents.SEVERAL_ROWS})
    guide = guide_of(ask("pump runs but delivers nothing"))
    assert [[notice.text for notice in check.notices] for check in guide.checks] == [
        [],
        ["The vent spits hot water. Stand aside."],
        [],
    ]
    (notice,) = guide.checks[1].notices
    assert guide.citations[notice.citation - 1].section == "7 Faults > 7.2 Filling"


def test_a_hazard_is_told_once_but_never_dropped_for_one_with_another_figure(
    ingest: Ingest, ask: Ask
) -> None:
    text = documents.SEVERAL_ROWS.replace(
        "> **CAUTION:** The vent spits hot water. Stand aside.",
        "> **DANGER:** Live parts at 400 V. Lock the isolator before you open the box.\n\n"
        "> **DANGER:** Live parts at 690 V. Lock the isolator before you open the terminal box.",
    )
    ingest({"pump.md": text})
    guide = guide_of(ask("pump runs but delivers nothing"))
    assert ["690 V" in notice.text for notice in guide.checks[1].notices] == [True]


# Where nothing is to be walked


@pytest.mark.parametrize(
    "question",
    [
        "What does motor trips mean?",
        "How do I fill the casing when the pump delivers nothing?",
        "Which seal does the pump need when it drips?",
        "Is the pump allowed to run when it delivers nothing?",
        "the pump delivers nothing and there is smoke coming from the motor",
    ],
)
def test_a_question_for_something_else_or_a_danger_gets_no_walk(
    ingest: Ingest, ask: Ask, question: str
) -> None:
    ingest({"pump.md": documents.SEVERAL_ROWS})
    assert ask(question).guide is None


def test_words_that_name_no_symptom_get_no_walk(ingest: Ingest, ask: Ask) -> None:
    ingest({"pump.md": documents.SEVERAL_ROWS})
    assert ask("swap two phases").guide is None
    assert ask("zebra crossing lights").guide is None


def test_a_code_of_two_families_is_walked_only_for_the_one_on_the_bench(ingest: Ingest, ask: Ask) -> None:
    listed = "code,family,meaning,cause,remedy\n" + "".join(
        f"K01,{family},Axis lost,{cause},Repair it\n"
        for family in ("Ora", "Bel")
        for cause in (f"{family} sensor broken", f"{family} cable broken")
    )
    ingest({"codes.csv": listed})
    assert ask("K01").guide is None
    assert labels(ask("K01", scope=ProductScope(family="Ora"))) == ["Ora sensor broken", "Ora cable broken"]


def test_a_code_list_is_not_cut_at_semicolons_but_at_its_own_numbers(ingest: Ingest, ask: Ask) -> None:
    ingest(
        {
            "codes.csv": "code,meaning,cause,remedy\n"
            "K01,Axis lost,sensor; cable,Replace the sensor; replace the cable\n"
            "K02,Door open,1. Key worn 2. Bolt bent,Replace the part\n"
        }
    )
    assert ask("K01").guide is None
    assert labels(ask("K02")) == ["Key worn", "Bolt bent"]


def test_a_reader_sees_no_checks_of_a_document_that_is_hidden(
    folder: Path, base: KnowledgeBase, ask: Ask
) -> None:
    for name, audience in (("open", Audience.PUBLIC), ("secret", Audience.INTERNAL)):
        (folder / name).mkdir()
        cause = f"{name} cause"
        (folder / name / "faults.md").write_text(
            f"# Tarn {name}\n\n## Faults\n\n| Fault | Cause | Remedy |\n|---|---|---|\n"
            f"| Rotor stalls | {cause} 1 | Turn it |\n| Rotor stalls | {cause} 2 | Oil it |\n",
            encoding="utf-8",
        )
        base.ingest([folder / name], audience=audience, now=NOW)
    assert labels(ask("rotor stalls", audience=Audience.PUBLIC)) == ["open cause 1", "open cause 2"]


# Every word is the document's


@pytest.mark.parametrize(
    ("name", "text", "question"),
    [
        ("a.md", documents.SEVERAL_ROWS, "pump runs but delivers nothing"),
        ("b.md", documents.ONE_ROW, "outlet pressure sinks"),
        ("c.html", documents.GERMAN_HTML, "Luftmenge zu klein"),
        ("d.md", documents.CHINESE, "排气温度过高怎么办"),
        ("e.md", documents.HEADING, "dryer hums but stays warm"),
        ("f.md", documents.DECISION, "lift table has no movement"),
        ("g.md", documents.BULLETS, "no connection over USB"),
        ("h.csv", documents.long_list(families=("Ora",)), "K03"),
    ],
)
def test_every_word_of_a_guide_stands_in_its_document(
    ingest: Ingest, ask: Ask, name: str, text: str, question: str
) -> None:
    ingest({name: text})
    guide = guide_of(ask(question))
    source = _plain(re.sub(r"<[^>]+>", " ", text))
    parts = [part for check in guide.checks for part in (check.cause, check.test, check.remedy, *check.focus)]
    parts += [notice.text for notice in guide.notices]
    assert len(guide.checks) >= 2
    assert [part for part in parts if part and _plain(part) not in source] == []
    assert all(word in source for word in _plain(guide.title).split(" · "))


def _plain(text: str) -> str:
    return " ".join(text.replace("**", "").split())


def test_the_words_that_introduce_a_table_or_a_list_come_with_it(ingest: Ingest, ask: Ask) -> None:
    ingest(
        {
            "a.md": "# Tarn N1\n\n## Fault F31: drive stops\n\nOnly with the drive switched off:\n\n"
            "| Cause | Remedy |\n|---|---|\n| Cable loose | Fit the cable |\n| Fan stuck | Free the fan |\n",
            "b.md": "# Tarn N2\n\n## Fault F32: lamp blinks\n\nWait for 5 minutes.\n\n"
            "1. Check plug A.\n2. Check plug B.\n",
        }
    )
    assert guide_of(ask("drive stops with F31")).intro == "Only with the drive switched off:"
    assert guide_of(ask("lamp blinks with F32")).intro == "Wait for 5 minutes."


def test_the_list_that_a_section_leads_up_to_is_walked_and_what_it_leaves_unsaid_is_the_rest(
    ingest: Ingest, ask: Ask
) -> None:
    said = "The drive stops when its output carries more than 40 A for 3 s, or at once above 70 A."
    more = " ".join(
        f"Line {n} of the drive's log holds the current of phase {n} at that time." for n in range(1, 6)
    )
    steps = "1. Check the cable.\n2. Check the fan.\n"
    ingest({"drive.md": f"# Tarn N1\n\n## Fault: drive stops\n\n{said}\n\n{more}\n\n{steps}"})
    answer = ask("the drive stops when its output carries more")
    assert labels(answer) == ["Check the cable.", "Check the fan."]
    assert {statement.kind for statement in answer.statements} == {"sentence"}
    assert said in "\n".join(statement.text for statement in answer.rest)
    assert not [statement for statement in answer.rest if statement.text.startswith("Check")]


def test_surroundings_are_found_on_postgresql_too(postgresql_url: str, tmp_path: Path) -> None:
    engine = build_engine(postgresql_url)
    tables = [table for name, table in SQLModel.metadata.tables.items() if name.startswith("knowledge_")]
    SQLModel.metadata.create_all(engine, tables=tables)
    (tmp_path / "pump.md").write_text(documents.SEVERAL_ROWS, encoding="utf-8")
    base = KnowledgeBase(
        session_scope=build_session_scope(engine),
        index_dir=tmp_path / "index",
        embedder=HashedWords(),
        ownership=Ownership.TRY,
    )
    try:
        base.ingest([tmp_path / "pump.md"], audience=Audience.INTERNAL, now=NOW)
        guide = guide_of(base.answer(Question("pump runs but delivers nothing", Audience.INTERNAL)))
        assert [len(check.notices) for check in guide.checks] == [0, 1, 0]
    finally:
        base.close()
        SQLModel.metadata.drop_all(engine, tables=tables)
        engine.dispose()


# The words


@pytest.mark.parametrize(
    ("header", "roles"),
    [
        (("Symptom", "Possible causes", "Corrective action"), (Role.SYMPTOM, Role.CAUSE, Role.REMEDY)),
        (("Fehlerbild", "Ursache", "Maßnahme"), (Role.SYMPTOM, Role.CAUSE, Role.REMEDY)),
        (("Störung", "Prüfung", "Abhilfe"), (Role.SYMPTOM, Role.TEST, Role.REMEDY)),
        (("故障现象", "可能原因", "处理"), (Role.SYMPTOM, Role.CAUSE, Role.REMEDY)),
        (("Avería", "Causa probable", "Solución"), (Role.SYMPTOM, Role.CAUSE, Role.REMEDY)),
        (("Défaut", "Raison", "Remède"), (Role.SYMPTOM, Role.CAUSE, Role.REMEDY)),
        (("Problem", "Fault cause", "Fault remedy"), (Role.SYMPTOM, Role.CAUSE, Role.REMEDY)),
        (("alarm_id", "level", "cause", "solution"), (Role.SYMPTOM, None, Role.CAUSE, Role.REMEDY)),
        (("Problem", "Cause and remedy"), (Role.SYMPTOM, Role.CAUSE)),
    ],
)
def test_the_columns_of_a_fault_table_are_recognised(
    header: tuple[str, ...], roles: tuple[Role | None, ...]
) -> None:
    assert column_roles(header) == roles
    assert is_fault_table(header)


@pytest.mark.parametrize(
    "header",
    [
        (),
        ("Part", "Torque"),
        ("Work", "Every", "Section"),
        ("Lamp", "Meaning", "What to do"),
        ("Key", "Action"),
        ("Symptom", "Page"),
        ("Check", "Interval"),
    ],
)
def test_other_tables_are_not_fault_tables(header: tuple[str, ...]) -> None:
    assert not is_fault_table(header)


@pytest.mark.parametrize(
    ("cell", "items"),
    [
        ("Dirty coil; fan stopped", ("Dirty coil", "fan stopped")),
        ("1. Key worn 2. Bolt bent", ("Key worn", "Bolt bent")),
        ("a) key worn b) bolt bent", ("key worn", "bolt bent")),
        ("Key worn\nBolt bent", ("Key worn", "Bolt bent")),
        ("Check the cable\nand the plug", ("Check the cable and the plug",)),
        ("• key • bolt", ("key", "bolt")),
        ("冷却器堵塞；油位过低", ("冷却器堵塞", "油位过低")),
        ("Clean and fill the trap; section 7", ("Clean and fill the trap; section 7",)),
        ("Set 2. Then wait", ("Set 2. Then wait",)),
        ("Torque 2.5 Nm", ("Torque 2.5 Nm",)),
    ],
)
def test_a_cell_is_cut_where_it_lists_things(cell: str, items: tuple[str, ...]) -> None:
    assert split_items(cell) == items


def test_references_to_steps_and_sections_are_read() -> None:
    assert steps_named("If the lamp is off, go to step 4; otherwise continue with step 12.") == (4, 12)
    assert steps_named("Weiter mit Schritt 3.") == (3,)
    assert steps_named("否则转到步骤 5") == (5,)
    assert steps_named("Take 4 steps to the left.") == ()
    assert sections_named("Clean the coil (5.2); check the drive, see section 6.5 and 6.6.") == (
        "5.2",
        "6.5",
        "6.6",
    )
    assert sections_named("siehe Abschnitt 3.1, purge (7)") == ("3.1", "7")
    assert sections_named("Set 5.2 bar, replace F4 (2 A slow), gap (3.0 mm)") == ()


@pytest.mark.parametrize(
    ("text", "is_meant"),
    [
        ("chiller does not start", True),
        ("E07", True),
        ("why does the oil foam", True),
        ("What can I check when the burner locks?", True),
        ("What causes high pressure?", True),
        ("doesn't start", True),
        ("Anlage läuft nicht an", True),
        ("Was kann ich tun, wenn der Brenner nicht zündet?", True),
        ("压力不足怎么办", True),
        ("What does E07 mean?", False),
        ("What is the torque of the bolts?", False),
        ("How do I change the filter?", False),
        ("Is the oil hot?", False),
        ("Was bedeutet E07?", False),
        ("Which washer goes under the nut?", False),
    ],
)
def test_a_question_for_a_way_out_of_a_fault_is_told_from_others(text: str, is_meant: bool) -> None:
    assert asks_to_find_fault(text) is is_meant
