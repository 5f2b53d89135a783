"""Style sheets, as far as they decide whether words are seen: rules, declarations, which of them wins."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from bs4 import BeautifulSoup
from bs4.element import Tag
from soupsieve import SelectorSyntaxError, SoupSieve

Declarations = dict[str, tuple[str, bool]]
"""Values by property, each with whether it is `!important`; names and values in lower case."""

# More rules than any real page has: matching a selector costs a walk over the page.
_MAX_RULES = 5_000
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([0-9a-f]{1,6})\s?|(.))", re.IGNORECASE)
_SEPARATOR = re.compile(r";(?![^(]*\))")
_PIECE = re.compile(r"([^{};]*)([{};])")
_ID = re.compile(r"#[\w-]+")
_CLASS = re.compile(r"\.[\w-]+|\[[^\]]*\]|(?<!:):[\w-]+")
_TYPE = re.compile(r"(?:^|[\s>+~(])[a-z][\w-]*", re.IGNORECASE)


@lru_cache(maxsize=4_096)
def _parse_declarations(text: str) -> tuple[tuple[str, str, bool], ...]:
    plain = _ESCAPE.sub(_unescape, _COMMENT.sub("", text))
    found = []
    for part in _SEPARATOR.split(plain):
        name, colon, value = part.partition(":")
        if colon:
            value, mark, _ = value.strip().lower().partition("!")
            found.append((name.strip().lower(), value.strip(), bool(mark)))
    return tuple(found)


def parse_declarations(text: str) -> Declarations:
    """Return the declarations of a style attribute or of a rule's body; the last of a property wins."""
    found: Declarations = {}
    for name, value, is_important in _parse_declarations(text):
        if is_important or not found.get(name, ("", False))[1]:
            found[name] = (value, is_important)
    return found


def _unescape(match: re.Match[str]) -> str:
    if match[1] is None:
        return match[2]
    code = int(match[1], 16)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"


@dataclass(frozen=True, slots=True)
class Rule:
    """One selector with its declarations; `weight` orders rules: specificity, then place in the page."""

    selector: SoupSieve
    weight: tuple[int, int, int, int]
    declarations: Declarations


def tags_of(soup: BeautifulSoup) -> list[Tag]:
    """Return all elements of a page, in its order: a third of what `find_all` with a condition costs."""
    return [node for node in soup.descendants if isinstance(node, Tag)]


class StyleSheets:
    """The style sheets that stand in a page itself, as a screen applies them."""

    def __init__(self, soup: BeautifulSoup) -> None:
        self._soup = soup
        self._rules: list[Rule] = []
        # A page put together of many carries the same style sheet many times.
        self._said: set[tuple[object, ...]] = set()
        self._by_property: defaultdict[str, list[Rule]] = defaultdict(list)
        for style in soup.find_all("style"):
            if not _is_for_print(str(style.get("media", ""))):
                for selectors, body in _iter_rules(_COMMENT.sub("", style.get_text())):
                    self._add(selectors, parse_declarations(body))

    def _add(self, selectors: str, declarations: Declarations) -> None:
        for selector in selectors.split(",") if "(" not in selectors else [selectors]:
            said = (selector.strip(), tuple(sorted(declarations.items())))
            if not declarations or len(self._rules) >= _MAX_RULES:
                return
            if said in self._said:
                continue
            self._said.add(said)
            try:
                compiled = self._soup.css.compile(selector.strip())
            except (SelectorSyntaxError, NotImplementedError):
                # A pseudo-element such as `::before` has no words of the document.
                continue
            rule = Rule(compiled, (*_specificity(selector), len(self._rules)), declarations)
            self._rules.append(rule)
            for name in declarations:
                self._by_property[name].append(rule)

    def select(self, is_wanted: Callable[[str, str], bool]) -> Iterator[Tag]:
        """Yield the elements of whose declarations, in a rule or their own, one is wanted (by name and value)."""
        for rule in self._rules:
            if any(is_wanted(name, value) for name, (value, _) in rule.declarations.items()):
                yield from rule.selector.select(self._soup)
        for tag in [tag for tag in tags_of(self._soup) if "style" in tag.attrs]:
            own = parse_declarations(str(tag["style"]))
            if any(is_wanted(name, value) for name, (value, _) in own.items()):
                yield tag

    def value(self, tag: Tag, name: str) -> str | None:
        """Return what the page says of a property for an element, its style attribute included; None if nothing."""
        own = parse_declarations(str(tag.get("style", ""))).get(name)
        if own is not None and own[1]:
            return own[0]
        best: tuple[bool, tuple[int, int, int, int]] | None = None
        value = None
        for rule in self._by_property.get(name, ()):
            said, is_important = rule.declarations[name]
            rank = (is_important, rule.weight)
            if (best is None or rank > best) and rule.selector.match(tag):
                best, value = rank, said
        return value if own is None or (best is not None and best[0]) else own[0]


def _iter_rules(css: str) -> Iterator[tuple[str, str]]:
    """Yield (selectors, body); what stands inside `@media print` or is no rule (`@font-face`) is left out."""
    skipped = 0
    depth: list[bool] = []
    selectors = ""
    for match in _PIECE.finditer(css):
        text, mark = match[1].strip(), match[2]
        if mark == "{":
            is_group = text.startswith("@")
            is_skipped = bool(skipped) or (is_group and not _is_group_for_screen(text))
            skipped += is_skipped
            depth.append(is_skipped)
            selectors = "" if is_group else text
            body: list[str] = []
        elif selectors and not skipped:
            body.append(text)
        if mark == "}":
            if selectors and not skipped:
                yield selectors, ";".join(body)
            selectors = ""
            if depth and depth.pop():
                skipped -= 1


def _is_group_for_screen(head: str) -> bool:
    name, _, condition = head.lower().partition(" ")
    if name == "@media":
        return not _is_for_print(condition)
    return name in ("@supports", "@layer", "@container", "@scope")


def _is_for_print(media: str) -> bool:
    kinds = [kind.strip() for kind in media.lower().split(",") if kind.strip()]
    return bool(kinds) and all(
        re.match(r"(?:only\s+)?(?:print|speech|aural|braille)\b", kind) for kind in kinds
    )


def _specificity(selector: str) -> tuple[int, int, int]:
    bare = re.sub(r"\[[^\]]*\]", ".x", selector)
    return len(_ID.findall(bare)), len(_CLASS.findall(bare)), len(_TYPE.findall(bare))
