"""Short remarks that ask nothing: "next", "fixed it, thanks!", a thumb up."""

from __future__ import annotations

import re
from enum import StrEnum

from knowledge.language.folding import fold

_THUMBS = re.compile(
    r"[👍✅👌💪🎉✔☑]|:(?:\+1|thumbsup|thumbs_up|white_check_mark|heavy_check_mark|ballot_box_with_check|ok_hand|muscle|tada):"
)
_DECORATION = re.compile(r":[a-z0-9_+-]+:")
_WORD = re.compile(r"[^\W_]+")


class Remark(StrEnum):
    """What a short remark says."""

    NEXT = "next"
    FIXED = "fixed"


# Said around a remark, changing nothing; the phrases below are without them.
_POLITE = """
thanks thank you thx cheers please pls ok okay great super perfect cool nice yes yep yeah a lot very much so all it its
s is that this the bot attache mate danke vielen dank bitte ja prima gut es ist das jetzt alles gracias muchas por favor
si vale ya esta todo ahora merci beaucoup oui bien c est tout maintenant
"""
# One phrase a line.
_NEXT = """
next
next check
next step
next one
continue
go on
weiter
nachste
nachster
nachstes
nachste prufung
nachster schritt
nachster punkt
siguiente
siguiente paso
siguiente comprobacion
suivant
suivante
etape suivante
下一步
下一个
继续
"""
_FIXED = """
fixed
solved
problem solved
done
job done
works now
works again
working now
working again
runs again
running again
resolved
repaired
sorted
finished
erledigt
behoben
fertig
gelost
problem gelost
lauft wieder
geht wieder
funktioniert wieder
repariert
fehler behoben
storung behoben
wars
arreglado
listo
hecho
resuelto
problema resuelto
solucionado
funciona de nuevo
reparado
terminado
repare
regle
resolu
termine
remarche
ca remarche
fait
fini
probleme resolu
probleme regle
修好了
好了
完成
搞定
解决了
已解决
"""
_POLITENESS = frozenset(_POLITE.split())
_PHRASES = {
    Remark.NEXT: frozenset(_NEXT.split("\n")) - {""},
    Remark.FIXED: frozenset(_FIXED.split("\n")) - {""},
}
_MOST_WORDS = 8


def read_remark(text: str) -> Remark | None:
    """Return what a remark says that asks nothing and reports nothing else; None for any other text.

    A negation, a question mark or one word more ("fixed speed", "next maintenance") makes it a text like any other.
    """
    said = _WORD.findall(fold(_DECORATION.sub(" ", text)))
    if "?" in text or "\uff1f" in text or len(said) > _MOST_WORDS:
        return None
    core = " ".join(word for word in said if word not in _POLITENESS)
    if not core:
        return Remark.FIXED if _THUMBS.search(text) else None
    return next((remark for remark, phrases in _PHRASES.items() if core in phrases), None)
