"""Seeded synthetic technical manuals, and the questions that a reader of them would ask."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from tests.benchmarks.catalogue import CORE, Product
from tests.benchmarks.vocabulary import (
    BESIDE_THE_POINT,
    CONDITIONS,
    CONSEQUENCES,
    HAZARDS,
    JOBS,
    PREDICATES,
    QUANTITIES,
    REMEDIES,
    STEP_DETAILS,
    STEP_VERBS,
    SYMPTOMS,
    WordStock,
)


@dataclass(frozen=True, slots=True)
class Notice:
    """A hazard notice with its signal word."""

    word: str
    text: str


@dataclass(frozen=True, slots=True)
class Steps:
    """A numbered procedure."""

    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = str | Notice | Steps | Table


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of level 2 or 3 with what stands directly below it."""

    title: str
    level: int
    blocks: tuple[Block, ...]


class Style(StrEnum):
    """How a manual is delivered."""

    MARKDOWN = "md"
    HTML = "html"
    DOCX = "docx"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class Manual:
    """One document; `audience` is internal, partner or public, `supersedes` the number of an older bulletin."""

    number: str
    title: str
    product: Product
    audience: str
    style: Style
    sections: tuple[Section, ...]
    questions: tuple[str, ...]
    supersedes: str | None = None

    @property
    def expected_passages(self) -> int:
        """About how many passages this gives."""
        return sum(_expect(section) for section in self.sections)


def _expect(section: Section) -> int:
    """Return about how many passages a section gives: a row of a long table is one, a page of prose is two."""
    tables = [block for block in section.blocks if isinstance(block, Table)]
    rows = sum(len(table.rows) if len(table.rows) > 12 else 1 for table in tables)
    if any(isinstance(block, Steps) for block in section.blocks):
        return rows + 1
    prose = sum(len(block) for block in section.blocks if isinstance(block, str))
    return rows + -(-prose // 1000)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question somebody asks, the machine it is asked at, and whether any manual has the answer."""

    text: str
    product: Product
    has_answer: bool


_AUDIENCES = ("internal", "partner", "public", "internal", "partner")
_STYLES = (Style.MARKDOWN,) * 5 + (Style.HTML,) * 3 + (Style.DOCX, Style.PDF)


def write_manuals(passages: int, *, seed: int) -> list[Manual]:
    """Return manuals that make about this many passages. The same seed gives the same manuals."""
    manuals: list[Manual] = []
    expected = 0
    while expected < passages:
        index = len(manuals)
        rng = Random(f"{seed} manual {index}")
        product = CORE[index % len(CORE)]
        room = passages - expected
        written = (
            _write_bulletins(rng, product, index)
            if index % 8 == 7
            else [_write_manual(rng, product, index, room)]
        )
        manuals += written
        expected += sum(manual.expected_passages for manual in written)
    return manuals


def draw_inquiries(manuals: Sequence[Manual], count: int, *, seed: int) -> list[Inquiry]:
    """Return questions about these manuals, nine of ten with an answer in one of them."""
    rng = Random(f"{seed} inquiries")
    asked = [(manual, question) for manual in manuals for question in manual.questions]
    drawn = [
        Inquiry(question, manual.product, has_answer=True)
        for manual, question in rng.sample(asked, min(count, len(asked)))
    ]
    for index in range(9, len(drawn), 10):
        text = rng.choice(BESIDE_THE_POINT).replace("{year}", str(rng.randint(1950, 2020)))
        drawn[index] = Inquiry(text, drawn[index].product, has_answer=False)
    return drawn


@dataclass(slots=True)
class _Writer:
    """Writes sections about one product with one stock of words, and notes what could be asked about them."""

    stock: WordStock
    product: Product
    questions: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        stock, rng = self.stock, self.stock.rng
        text = f"The {{part}} {stock.draw(PREDICATES)}"
        tail = rng.random()
        if tail < 0.3:
            text += f", so that {stock.draw(CONSEQUENCES)}"
        elif tail < 0.5:
            text = f"As soon as {stock.draw(CONDITIONS)}, {text[0].lower()}{text[1:]}"
        elif tail < 0.65:
            text += f". Unless {stock.draw(CONDITIONS)}, {stock.draw(CONSEQUENCES)}"
        return f"{stock.fill(text)}."

    def paragraph(self, sentences: int) -> str:
        return " ".join(self.sentence() for _ in range(sentences))

    def notice(self) -> Notice:
        word, text = self.stock.rng.choice(HAZARDS)
        return Notice(word, self.stock.fill(text))

    def description(self, part: str) -> Section:
        rng = self.stock.rng
        return Section(
            f"The {part}", 2, tuple(self.paragraph(rng.randint(2, 4)) for _ in range(rng.randint(1, 3)))
        )

    def data(self, part: str) -> Section:
        rng = self.stock.rng
        rows = []
        for _ in range(rng.randint(5, 11)):
            name, unit, lowest, highest, decimals = rng.choice(QUANTITIES)
            of = self.stock.part()
            rows.append(
                (f"{name.capitalize()} of the {of}", f"{rng.uniform(lowest, highest):.{decimals}f}", unit)
            )
            self.questions.append(f"What is the {name} of the {of}{self._suffix()}?")
        return Section(f"Technical data: {part}", 3, (Table(("Parameter", "Value", "Unit"), tuple(rows)),))

    def procedure(self, part: str) -> Section:
        stock, rng = self.stock, self.stock.rng
        job = stock.draw(JOBS)
        steps = tuple(
            stock.fill(f"{stock.draw(STEP_VERBS)} the {{part}} {stock.draw(STEP_DETAILS)}.")
            for _ in range(rng.randint(4, 9))
        )
        notices = tuple(self.notice() for _ in range(rng.choice((0, 1, 1, 2))))
        self.questions.append(f"How do I {job} the {part}{self._suffix()}?")
        return Section(f"{job.capitalize()} the {part}", 3, (*notices, self.sentence(), Steps(steps)))

    def faults(self, rows: int) -> Section:
        stock, rng = self.stock, self.stock.rng
        letter = self.product.sku[0]
        lines = []
        for number in sorted(rng.sample(range(1000, 9999), rows)):
            code = f"{letter}-{number}"
            lines.append((code, stock.fill(stock.draw(SYMPTOMS)), stock.fill(stock.draw(REMEDIES))))
            if rng.random() < 0.4:
                asked = rng.choice((code, code.replace("-", ""), code.replace("-", " ")))
                self.questions.append(rng.choice((f"What does fault {asked} mean?", f"{asked}, what now?")))
        return Section("Fault messages", 2, (Table(("Code", "Meaning", "Remedy"), tuple(lines)),))

    def spare_parts(self, rows: int) -> Section:
        rng = self.stock.rng
        numbers = rng.sample(range(100_000, 999_999), rows)
        lines = tuple(
            (f"{self.product.sku[:3]}{number}", self.stock.part().capitalize(), str(rng.randint(1, 8)))
            for number in numbers
        )
        self.questions += [f"What is the part number of the {line[1].lower()}?" for line in lines[:4]]
        return Section("Spare parts", 2, (Table(("Part number", "Name", "Quantity"), lines),))

    def _suffix(self) -> str:
        return f" on the {self.product.name}" if self.stock.rng.random() < 0.3 else ""


def _write_manual(rng: Random, product: Product, index: int, room: int) -> Manual:
    """Return a manual for the product; `room` is how many passages are still wanted, and cuts the last one."""
    writer = _Writer(WordStock(rng), product)
    kind = ("Service manual", "Installation manual", "Operating manual")[index // len(CORE) % 3]
    sections = [Section("Safety", 2, (writer.paragraph(2), *(writer.notice() for _ in range(3))))]
    for _ in range(min(rng.randint(8, 14), max(1, room // 6))):
        part = writer.stock.part()
        sections += [
            writer.description(part),
            writer.data(part),
            writer.procedure(part),
            writer.procedure(writer.stock.part()),
        ]
    if room > 60:
        sections += [writer.faults(rng.randint(16, 34)), writer.spare_parts(rng.randint(13, 22))]
    return Manual(
        number=f"{product.sku[:3]}M-{index:04}",
        title=f"{product.name}: {kind.lower()}, volume {index // len(CORE) + 1}",
        product=product,
        audience=_AUDIENCES[index % len(_AUDIENCES)],
        style=_STYLES[rng.randrange(len(_STYLES))],
        sections=tuple(sections),
        questions=tuple(writer.questions),
    )


def _write_bulletins(rng: Random, product: Product, index: int) -> list[Manual]:
    """Return two service bulletins, of which the second supersedes the first."""
    return list(_bulletins(_Writer(WordStock(rng), product), index))


def _bulletins(writer: _Writer, index: int) -> Iterator[Manual]:
    part = writer.stock.part()
    older: str | None = None
    for step in range(2):
        number = f"SBX-{index:04}-{step + 1}"
        writer.questions.clear()
        reason = Section("Reason", 2, (writer.paragraph(3),))
        yield Manual(
            number=number,
            title=f"Service bulletin {number}: {part} of the {writer.product.name}",
            product=writer.product,
            audience="partner",
            style=Style.MARKDOWN,
            sections=(reason, writer.procedure(part), writer.data(part)),
            questions=tuple(writer.questions) if step else (),
            supersedes=older,
        )
        older = number
