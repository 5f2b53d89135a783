"""Text that a reader of the page does not see, in the formats that are text themselves.

`{secret}` stands for what is hidden. Around it every document says in plain sight at what pressure the
drain valve opens.
"""

from __future__ import annotations

SECRET = "The override password is zebra4711."
SEEN = "The drain valve opens at 3 bar."

HTML = {
    "display none": '<p style="display:none">{secret}</p>',
    "display none behind a comment": '<p style="display:/**/none">{secret}</p>',
    "display none in escapes": r'<p style="d\69splay:non\65">{secret}</p>',
    "display none, important": '<p style="DISPLAY : NONE !important">{secret}</p>',
    "visibility hidden": '<p style="visibility:hidden">{secret}</p>',
    "visibility collapse": '<p style="visibility:collapse">{secret}</p>',
    "opacity 0": '<p style="opacity:0">{secret}</p>',
    "opacity .00": '<p style="opacity:.00">{secret}</p>',
    "opacity in percent": '<p style="opacity: 0%">{secret}</p>',
    "filter opacity": '<p style="filter:opacity(0)">{secret}</p>',
    "font size 0": '<p style="font-size:0">{secret}</p>',
    "font size 1 px": '<p style="font-size: 1px">{secret}</p>',
    "font shorthand of no size": '<p style="font: 0/0 a">{secret}</p>',
    "white text": '<p style="color:#fff">{secret}</p>',
    "white text by name": '<p style="color: White">{secret}</p>',
    "white text by rgb": '<p style="color:rgb(255, 255, 255)">{secret}</p>',
    "nearly white text": '<p style="color:#fefefe">{secret}</p>',
    "white font element": '<font color="white">{secret}</font>',
    "black on black": '<p style="color:#000;background:#000">{secret}</p>',
    "the page's own colour": '<div style="background-color:#ffe"><p style="color:#ffe">{secret}</p></div>',
    "transparent text": '<p style="color:transparent">{secret}</p>',
    "text of no alpha": '<p style="color:rgba(0,0,0,0)">{secret}</p>',
    "hex of no alpha": '<p style="color:#00000000">{secret}</p>',
    "indented off the page": '<p style="text-indent:-9999px">{secret}</p>',
    "placed off the page": '<p style="position:absolute; left:-10000px">{secret}</p>',
    "moved off the page": '<p style="transform:translateX(-9999px)">{secret}</p>',
    "pushed off the page": '<p style="margin-left:-5000px">{secret}</p>',
    "scaled to nothing": '<p style="transform: scale(0)">{secret}</p>',
    "clipped": '<p style="position:absolute;clip:rect(0 0 0 0)">{secret}</p>',
    "clip path": '<p style="clip-path:inset(100%)">{secret}</p>',
    "no height": '<div style="height:0;overflow:hidden"><p>{secret}</p></div>',
    "no greatest height": '<div style="max-height:0px;overflow:hidden">{secret}</div>',
    "content visibility": '<p style="content-visibility:hidden">{secret}</p>',
    "hidden attribute": "<p hidden>{secret}</p>",
    "hidden until found": '<p hidden="until-found">{secret}</p>',
    "aria hidden": '<p aria-hidden="true">{secret}</p>',
    "hidden below something visible": '<div style="display:none"><p style="display:block">{secret}</p></div>',
    "rule of the page": "<style>.x{{display:none}}</style><p class=x>{secret}</p>",
    "rule with a child selector": "<style>div > p[data-x]{{opacity:0}}</style><div><p data-x=1>{secret}</p></div>",
    "rule for the screen": "<style>@media screen{{#y{{visibility:hidden}}}}</style><p id=y>{secret}</p>",
    "white rule": "<style>.w{{color:white}}</style><p class=w>{secret}</p>",
    "a dialog that is closed": "<dialog>{secret}</dialog>",
    "words for old browsers": "<canvas>{secret}</canvas><video>{secret}</video><noframes>{secret}</noframes>",
    "a list of suggestions": "<datalist><option>{secret}</option></datalist>",
    "comment": "<!-- {secret} -->",
    "conditional comment": "<!--[if IE]><p>{secret}</p><![endif]-->",
    "character data section": "<![CDATA[{secret}]]>",
    "processing instruction": "<?note {secret} ?>",
    "script": "<script>{secret}</script><noscript>{secret}</noscript>",
    "template": "<template>{secret}</template>",
    "drawing": "<svg><text>{secret}</text><title>{secret}</title></svg>",
    "frame": '<iframe srcdoc="{secret}">{secret}</iframe>',
    "attributes": '<img alt="{secret}" src="x.png"><a href="#" title="{secret}" aria-label="{secret}">More</a>',
    "form values": '<input type="hidden" value="{secret}"><input placeholder="{secret}"><button>{secret}</button>',
    "description of the page": '<meta name="description" content="{secret}">',
    "invisible table cell": (
        "<table><tr><th>Part</th><th>Size</th></tr>"
        '<tr><td>Seal</td><td style="display:none">{secret}</td></tr></table>'
    ),
    "invisible list item": '<ul><li>Seal</li><li style="visibility:hidden">{secret}</li></ul>',
    "invisible step": '<ol><li>Stop the pump.</li><li style="font-size:0px">{secret}</li></ol>',
    "invisible notice": '<div class="warning" style="display:none">{secret}</div>',
    "invisible heading": '<h2 style="opacity:0">{secret}</h2>',
}

MARKDOWN = {
    "comment": "<!-- {secret} -->",
    "reference that is a comment": "[//]: # ({secret})",
    "reference nobody uses": '[unused]: https://example.org "{secret}"',
    "hidden markup": '<div style="display:none">\n\n{secret}\n\n</div>',
    "hidden words in a line": 'See the plate.<span style="font-size:0">{secret}</span>',
    "link title": '[plate](https://example.org "{secret}")',
    "words for an image": "![{secret}](plate.png)",
    "white words": '<font color="#ffffff">{secret}</font>',
}

RST = {
    "comment": ".. {secret}",
    "block comment": "..\n   {secret}",
    "raw markup": ".. raw:: html\n\n   <p>{secret}</p>",
    "raw role": ".. role:: raw-html(raw)\n   :format: html\n\nSee :raw-html:`<!-- {secret} -->` the plate.",
    "only for another output": ".. only:: never\n\n   {secret}",
    "only under a condition": ".. ifconfig:: secret\n\n   {secret}",
    "meta": ".. meta::\n   :description: {secret}",
    "index entry": ".. index:: {secret}",
    "words for an image": ".. image:: plate.png\n   :alt: {secret}",
    "target": ".. _target: https://example.org/{secret}",
}

ASCIIDOC = {
    "comment": "// {secret}",
    "comment block": "////\n{secret}\n////",
    "comment paragraph": "[comment]\n{secret}",
    "condition that does not hold": "ifdef::never[]\n{secret}\nendif::[]",
    "condition on one line": "ifdef::never[{secret}]",
    "condition on what is set": "ifndef::revnumber[]\n{secret}\nendif::[]",
    "condition by comparison": 'ifeval::["{{revnumber}}" == "9"]\n{secret}\nendif::[]',
    "nested conditions": "ifdef::never[]\nifdef::revnumber[]\n{secret}\nendif::[]\nendif::[]",
    "condition in a table": "|===\n|Part |Size\n\n|Seal |4\nifdef::never[]\n|{secret} |1\nendif::[]\n|===",
    "passed markup": '++++\n<p style="display:none">{secret}</p>\n++++',
    "passed words": 'See pass:[<span style="display:none">{secret}</span>] the plate.',
    "passed words in plus signs": "See +++<!-- {secret} -->+++ the plate.",
    "index entry": "The plate.indexterm:[{secret}]",
    "hidden index entry": "The plate.((({secret})))",
    "words for an image": 'image::plate.png["{secret}"]',
    "words for an image in a line": "See image:plate.png[{secret}] here.",
    "attribute": ":description: {secret}",
}


def build_html(fragment: str) -> str:
    """Return a page that shows `SEEN` and hides the fragment's secret."""
    return f"<html><body><h1>Drain valve</h1><p>{SEEN}</p>{fragment.format(secret=SECRET)}</body></html>"


def build_markdown(fragment: str) -> str:
    """Return a Markdown file that shows `SEEN` and hides the fragment's secret."""
    return f"# Drain valve\n\n{SEEN}\n\n{fragment.format(secret=SECRET)}\n"


def build_rst(fragment: str) -> str:
    """Return an RST file that shows `SEEN` and hides the fragment's secret."""
    return f"Drain valve\n===========\n\n{SEEN}\n\n{fragment.format(secret=SECRET)}\n"


def build_asciidoc(fragment: str) -> str:
    """Return an AsciiDoc file that shows `SEEN` and hides the fragment's secret."""
    return f"= Drain valve\n:revnumber: 3\n\n{SEEN}\n\n{fragment.format(secret=SECRET)}\n"
