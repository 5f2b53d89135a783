"""Which runs of a Word file its reader sees: hidden, moved away, too small, or in the colour of the page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from knowledge.parsing.colours import WHITE, Colour, looks_alike, parse_colour

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement

_OFF = ("0", "false", "off")
_LEAST_HALF_POINTS = 4
_MAX_STYLES = 30
# A revision that was moved from here, and what old programs show instead of a shape: the words stand elsewhere.
_ELSEWHERE = ("w:moveFrom", "w:del", "mc:Fallback")


@dataclass(frozen=True, slots=True)
class _Look:
    """What a run or a style says of how words look; None where it says nothing."""

    is_hidden: bool | None = None
    colour: Colour | None = None
    half_points: int | None = None
    ground: Colour | None = None

    def over(self, other: _Look) -> _Look:
        """Return this look, filled up from another that it is based on."""
        return replace(
            self,
            is_hidden=other.is_hidden if self.is_hidden is None else self.is_hidden,
            colour=self.colour or other.colour,
            half_points=self.half_points or other.half_points,
            ground=self.ground or other.ground,
        )


class DocxSight:
    """Knows the styles of one file."""

    def __init__(self, file: Document) -> None:
        from docx.oxml.ns import qn

        self._qn = qn
        self._styles = {
            str(style.get(qn("w:styleId"))): style for style in file.styles.element.iter(qn("w:style"))
        }
        self._elsewhere = frozenset(_resolve(tag) for tag in _ELSEWHERE)
        self._looks: dict[str, _Look] = {}
        background = file.element.find(qn("w:background"))
        self._page = (_colour(background.get(qn("w:color"))) if background is not None else None) or WHITE

    def style_of(self, paragraph: BaseOxmlElement) -> BaseOxmlElement | None:
        """Return the definition of a paragraph's style; looking it up through python-docx takes milliseconds."""
        style = paragraph.find(f"{self._qn('w:pPr')}/{self._qn('w:pStyle')}")
        return self._styles.get(str(style.get(self._qn("w:val"))) if style is not None else "Normal")

    def style_name(self, paragraph: BaseOxmlElement) -> str:
        """Return the name of a paragraph's style, "" when it has none."""
        style = self.style_of(paragraph)
        name = style.find(self._qn("w:name")) if style is not None else None
        return str(name.get(self._qn("w:val")) or "").strip() if name is not None else ""

    def is_seen(self, run: BaseOxmlElement) -> bool:
        """Tell whether the words of a run are shown."""
        qn = self._qn
        paragraph: BaseOxmlElement | None = None
        cell: BaseOxmlElement | None = None
        for above in run.iterancestors():
            if above.tag in self._elsewhere:
                return False
            if above.tag == qn("w:p") and paragraph is None:
                paragraph = above
            if above.tag == qn("w:tc") and cell is None:
                cell = above
        look = self._look_of(run.find(qn("w:rPr")), "w:rStyle")
        if paragraph is not None:
            look = look.over(self._look_of(paragraph.find(qn("w:pPr")), "w:pStyle"))
        if look.is_hidden or (look.half_points or _LEAST_HALF_POINTS) < _LEAST_HALF_POINTS:
            return False
        if look.colour is None:
            return True
        ground = look.ground or (self._ground_of_cell(cell) if cell is not None else self._page)
        return ground is None or not looks_alike(look.colour, ground)

    def is_shown_row(self, row: BaseOxmlElement) -> bool:
        """Tell whether a table row is shown."""
        properties = row.find(self._qn("w:trPr"))
        return properties is None or not self._is_on(properties, "w:hidden")

    def _look_of(self, properties: BaseOxmlElement | None, reference: str) -> _Look:
        """Return what properties say, then the style that they refer to."""
        if properties is None:
            return _Look() if reference == "w:rStyle" else self._style_look("Normal")
        style = properties.find(self._qn(reference))
        name = str(style.get(self._qn("w:val"))) if style is not None else "Normal"
        own = self._own_look(properties) if reference == "w:rStyle" else self._shading_look(properties)
        return own.over(self._style_look(name) if style is not None or reference == "w:pStyle" else _Look())

    def _style_look(self, name: str) -> _Look:
        if name not in self._looks:
            look = _Look()
            followed = name
            for _ in range(_MAX_STYLES):
                style = self._styles.get(followed)
                if style is None:
                    break
                for part, read in (("w:rPr", self._own_look), ("w:pPr", self._shading_look)):
                    properties = style.find(self._qn(part))
                    if properties is not None:
                        look = look.over(read(properties))
                base = style.find(self._qn("w:basedOn"))
                followed = str(base.get(self._qn("w:val"))) if base is not None else ""
            self._looks[name] = look
        return self._looks[name]

    def _own_look(self, properties: BaseOxmlElement) -> _Look:
        colour, size = properties.find(self._qn("w:color")), properties.find(self._qn("w:sz"))
        highlight = properties.find(self._qn("w:highlight"))
        points = str(size.get(self._qn("w:val"))) if size is not None else ""
        return replace(
            self._shading_look(properties),
            is_hidden=self._is_on(properties, "w:vanish") if self._has(properties, "w:vanish") else None,
            colour=_colour(colour.get(self._qn("w:val"))) if colour is not None else None,
            half_points=int(points) if points.isdigit() else None,
            **(
                {"ground": parse_colour(str(highlight.get(self._qn("w:val"))))}
                if highlight is not None
                else {}
            ),
        )

    def _shading_look(self, properties: BaseOxmlElement) -> _Look:
        shading = properties.find(self._qn("w:shd"))
        return _Look(ground=_colour(shading.get(self._qn("w:fill"))) if shading is not None else None)

    def _ground_of_cell(self, cell: BaseOxmlElement) -> Colour | None:
        """Return the colour behind a cell's words, None when the table's style may give it one."""
        shading = cell.find(f"{self._qn('w:tcPr')}/{self._qn('w:shd')}")
        own = _colour(shading.get(self._qn("w:fill"))) if shading is not None else None
        if own is not None:
            return own
        table = next(cell.iterancestors(self._qn("w:tbl")), None)
        style = table.find(f"{self._qn('w:tblPr')}/{self._qn('w:tblStyle')}") if table is not None else None
        followed = str(style.get(self._qn("w:val"))) if style is not None else ""
        for _ in range(_MAX_STYLES):
            definition = self._styles.get(followed)
            if definition is None:
                return self._page
            if next(definition.iter(self._qn("w:shd")), None) is not None:
                return None
            base = definition.find(self._qn("w:basedOn"))
            followed = str(base.get(self._qn("w:val"))) if base is not None else ""
        return self._page

    def _has(self, properties: BaseOxmlElement, tag: str) -> bool:
        return properties.find(self._qn(tag)) is not None

    def _is_on(self, properties: BaseOxmlElement, tag: str) -> bool:
        switch = properties.find(self._qn(tag))
        return switch is not None and str(switch.get(self._qn("w:val"), "1")).lower() not in _OFF


def _resolve(tag: str) -> str:
    from docx.oxml.ns import qn

    if tag.startswith("mc:"):
        return "{http://schemas.openxmlformats.org/markup-compatibility/2006}" + tag[3:]
    return qn(tag)


def _colour(value: object) -> Colour | None:
    """Return the colour of six hexadecimal digits; None for "auto" and for none at all."""
    text = str(value or "auto").lower()
    return None if text == "auto" else parse_colour(f"#{text}")
