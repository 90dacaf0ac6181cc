"""The look of our slides: 16:9, a calm deep blue, one accent, 맑은 고딕 for every script.

Hides the surgery on python-pptx's built-in 4:3 template: its layouts are moved and restyled so
that slides use real placeholders (outline view, screen readers and later edits keep working).
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any, cast

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.opc.oxml import serialize_part_xml
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.oxml.shapes.autoshape import CT_Shape
from pptx.util import Emu, Inches

from .slide_layout import (
    ACCENT_HEIGHT,
    ACCENT_TOP,
    ACCENT_WIDTH,
    BAND_HEIGHT,
    BODY_HEIGHT,
    BODY_POINTS,
    BODY_TOP,
    BODY_WIDTH,
    FOOTER_TOP,
    GREY,
    HEIGHT,
    INK,
    MARGIN,
    NAVY,
    OPENING_HEIGHT,
    OPENING_POINTS,
    OPENING_TOP,
    PALE,
    RULE_HEIGHT,
    RULE_TOP,
    SKY,
    STEP,
    SUBTITLE_TOP,
    TEAL,
    TITLE_HEIGHT,
    TITLE_POINTS,
    TITLE_TOP,
    TOP_BAR_HEIGHT,
    WIDTH,
)
from .written import FONT

_COLOURS = {
    "dk1": INK, "lt1": "FFFFFF", "dk2": NAVY, "lt2": PALE, "accent1": NAVY, "accent2": TEAL,
    "accent3": SKY, "accent4": "D9A441", "accent5": "7A8FA6", "accent6": "B5654A",
}  # fmt: skip
_TITLE_LAYOUT, _BODY_LAYOUT, _BARE_LAYOUT = 0, 1, 5


def new_deck() -> Any:
    """Return an empty presentation with our theme and three layouts: title, body, title only."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Emu(WIDTH), Emu(HEIGHT)
    _set_theme(deck)
    layouts = deck.slide_layouts
    kept = [layouts[at] for at in (_TITLE_LAYOUT, _BODY_LAYOUT, _BARE_LAYOUT)]
    for layout in list(layouts):
        if layout not in kept:
            layouts.remove(layout)
    _shape_master(deck.slide_master)
    _shape_title_layout(kept[0])
    for layout, name in zip(kept, ("제목 슬라이드", "제목과 내용", "제목만"), strict=True):
        layout.name = name
        _place_common(layout)
    return deck


def layout(deck: Any, kind: str) -> Any:
    """Return the layout for ``title``, ``body`` or ``bare`` slides."""
    return deck.slide_layouts[("title", "body", "bare").index(kind)]


def set_face(run: Any) -> None:
    """Name the face of a run for Latin and for East Asian text."""
    properties = run._r.get_or_add_rPr()
    properties.set("lang", "ko-KR")
    properties.set("altLang", "en-US")
    for tag in ("a:latin", "a:ea", "a:cs"):
        old = properties.find(qn(tag))
        if old is not None:
            properties.remove(old)
        properties.append(properties.makeelement(qn(tag), {"typeface": FONT}))


def add_footer(slide: Any, notice: str) -> None:
    """Bring the layout's footer and slide number onto the slide: new slides come without."""
    for shape in slide.slide_layout.placeholders:
        kind = shape.element.find(f".//{qn('p:ph')}").get("type")
        if kind in ("ftr", "sldNum"):
            slide.shapes._spTree.append(deepcopy(shape.element))
    for shape in slide.placeholders:
        if shape.element.find(f".//{qn('p:ph')}").get("type") == "ftr":
            shape.text_frame.text = notice
            set_face(shape.text_frame.paragraphs[0].runs[0])


def _set_theme(deck: Any) -> None:
    part = next(r.target_part for r in deck.slide_master.part.rels.values() if r.reltype.endswith("/theme"))
    theme = parse_xml(part.blob)
    for name, colour in _COLOURS.items():
        slot = theme.find(f".//{qn('a:clrScheme')}/{qn('a:' + name)}")
        for child in list(slot):
            slot.remove(child)
        slot.append(slot.makeelement(qn("a:srgbClr"), {"val": colour}))
    for group in theme.find(f".//{qn('a:fontScheme')}"):
        for tag in ("a:latin", "a:ea"):
            group.find(qn(tag)).set("typeface", FONT)
        for script in group.findall(qn("a:font")):
            if script.get("script") == "Hang":
                script.set("typeface", FONT)
    part._blob = serialize_part_xml(theme)


def _shape_master(master: Any) -> None:
    for shape in master.placeholders:
        kind = shape.element.find(f".//{qn('p:ph')}").get("type")
        if kind == "title":
            _put(shape, MARGIN, TITLE_TOP, BODY_WIDTH, TITLE_HEIGHT)
            shape.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        elif kind == "body":
            _put(shape, MARGIN, BODY_TOP, BODY_WIDTH, BODY_HEIGHT)
            shape.text_frame.auto_size = MSO_AUTO_SIZE.NONE
    styles = master.element.find(qn("p:txStyles"))
    title = styles.find(f"{qn('p:titleStyle')}/{qn('a:lvl1pPr')}")
    title.set("algn", "l")
    _style_text(title, points=TITLE_POINTS, bold=True, colour=NAVY)
    for level, points in enumerate(BODY_POINTS, 1):
        body = styles.find(f"{qn('p:bodyStyle')}/{qn(f'a:lvl{level}pPr')}")
        body.set("marL", str(STEP * level))
        body.set("indent", str(-STEP))
        _style_text(body, points=points, bold=False, colour=INK)


def _style_text(level: Any, *, points: int, bold: bool, colour: str) -> None:
    run = level.find(qn("a:defRPr"))
    run.set("sz", str(points * 100))
    run.set("b", "1" if bold else "0")
    fill = run.find(qn("a:solidFill"))
    for child in list(fill):
        fill.remove(child)
    fill.append(fill.makeelement(qn("a:srgbClr"), {"val": colour}))


def _shape_title_layout(layout: Any) -> None:
    band = _block(layout, Emu(0), Emu(0), WIDTH, BAND_HEIGHT, NAVY)
    line = _block(layout, MARGIN, ACCENT_TOP, ACCENT_WIDTH, ACCENT_HEIGHT, SKY)
    tree = layout.shapes._spTree
    for at, shape in enumerate((band, line)):
        tree.remove(shape)
        tree.insert(2 + at, shape)
    for shape in layout.placeholders:
        kind = shape.element.find(f".//{qn('p:ph')}").get("type")
        if kind == "ctrTitle":
            _put(shape, MARGIN, OPENING_TOP, BODY_WIDTH, OPENING_HEIGHT)
            shape.text_frame.vertical_anchor = MSO_ANCHOR.BOTTOM
            _restyle(shape, points=OPENING_POINTS, colour="FFFFFF", bold=True)
        elif kind == "subTitle":
            _put(shape, MARGIN, SUBTITLE_TOP, BODY_WIDTH, Inches(0.9))
            shape.text_frame.vertical_anchor = MSO_ANCHOR.TOP
            _restyle(shape, points=18, colour=GREY, bold=False)


def _restyle(shape: Any, *, points: int, colour: str, bold: bool) -> None:
    """Set a layout placeholder's own first-level style, which its slides inherit."""
    style = shape.text_frame._txBody.find(qn("a:lstStyle"))
    for child in list(style):
        style.remove(child)
    level = style.makeelement(qn("a:lvl1pPr"), {"algn": "l", "marL": "0", "indent": "0"})
    level.append(level.makeelement(qn("a:buNone"), {}))
    run = level.makeelement(qn("a:defRPr"), {"sz": str(points * 100), "b": "1" if bold else "0"})
    fill = run.makeelement(qn("a:solidFill"), {})
    fill.append(fill.makeelement(qn("a:srgbClr"), {"val": colour}))
    run.append(fill)
    level.append(run)
    style.append(level)


def _place_common(layout: Any) -> None:
    """Place footer and number, and the rule under the title of all but the first slide."""
    is_title = False
    for shape in list(layout.placeholders):
        kind = shape.element.find(f".//{qn('p:ph')}").get("type")
        is_title = is_title or kind == "ctrTitle"
        if kind == "dt":
            shape.element.getparent().remove(shape.element)
        elif kind == "ftr":
            _put(shape, MARGIN, FOOTER_TOP, Inches(9), Inches(0.35))
            _restyle(shape, points=10, colour=GREY, bold=False)
        elif kind == "sldNum":
            _put(shape, WIDTH - MARGIN - Inches(1), FOOTER_TOP, Inches(1), Inches(0.35))
            _restyle(shape, points=10, colour=GREY, bold=False)
            shape.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT
        elif kind in ("title", None, "body", "obj") and not is_title:
            transform = shape.element.spPr.find(qn("a:xfrm"))
            if transform is not None:  # inherit the master's place, which is 16:9
                shape.element.spPr.remove(transform)
    if not is_title:
        tree = layout.shapes._spTree
        for bar in (
            _block(layout, Emu(0), Emu(0), WIDTH, TOP_BAR_HEIGHT, NAVY),
            _block(layout, MARGIN, RULE_TOP, BODY_WIDTH, RULE_HEIGHT, SKY),
        ):
            tree.remove(bar)
            tree.insert(2, bar)


def _block(layout: Any, left: int, top: int, width: int, height: int, colour: str) -> Any:
    """Draw a plain coloured rectangle; layouts cannot add shapes, so it is made on a slide's terms."""
    tree = layout.shapes._spTree
    number = max((int(e.get("id")) for e in tree.iter(qn("p:cNvPr"))), default=1) + 1
    made = CT_Shape.new_autoshape_sp(number, f"장식 {number}", "rect", left, top, width, height)
    style = made.find(qn("p:style"))
    if style is not None:
        made.remove(style)
    tree.append(made)
    properties = made.find(qn("p:spPr"))
    fill = properties.makeelement(qn("a:solidFill"), {})
    fill.append(fill.makeelement(qn("a:srgbClr"), {"val": colour}))
    properties.append(fill)
    line = properties.makeelement(qn("a:ln"), {})
    line.append(line.makeelement(qn("a:noFill"), {}))
    properties.append(line)
    return made


def _put(shape: Any, left: int, top: int, width: int, height: int) -> None:
    shape.left, shape.top, shape.width, shape.height = Emu(left), Emu(top), Emu(width), Emu(height)


def colour(value: str) -> Any:
    """Return a theme colour for python-pptx."""
    return cast(Any, RGBColor)(*bytes.fromhex(value))
