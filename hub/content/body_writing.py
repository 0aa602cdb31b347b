"""A canonical tree as HTML and as text, in one pass."""

from __future__ import annotations

import html as entities
from collections.abc import Callable, Iterable

from hub.content import body_attributes as attributes
from hub.content.body_characters import collapsed
from hub.content.body_nodes import BARE, CELLS, Atom, Block, Leaf, Marks, Run


def written(root: Block) -> tuple[str, str]:
    """(HTML, text) of a tree."""
    parts = [_written(child) for child in root.children]
    return "\n".join(html for html, _ in parts if html), "\n".join(text for _, text in parts if text.strip()).strip(
        "\n"
    )


def _written(node: Block | Leaf) -> tuple[str, str]:
    if isinstance(node, Leaf):
        return _leaf_written(node)
    if node.name == "figure":
        return _container_written(node, bare=_holds_only_media)
    if node.name in BARE:
        return _item_written(node)
    if node.name == "tr":
        return _row_written(node)
    return _container_written(node, bare=lambda leaf: False)


def _leaf_written(leaf: Leaf) -> tuple[str, str]:
    if leaf.name == "hr":
        return "<hr>", ""
    return f"<{leaf.name}{_class(leaf.classes)}>{inline(leaf.lines)}</{leaf.name}>", leaf_text(leaf)


def _container_written(node: Block, *, bare: Callable[[Leaf], bool]) -> tuple[str, str]:
    html, text = [], []
    for child in node.children:
        if isinstance(child, Leaf) and bare(child):
            html.append(inline(child.lines))
        else:
            child_html, child_text = _written(child)
            html.append(child_html)
            if child_text.strip() or (child_text and child_html.startswith("<tr")):
                text.append(child_text)
    inner = "".join(html)
    if not inner:
        return "", ""
    return f"<{node.name}{node.attributes}>{inner}</{node.name}>", "\n".join(text)


def _holds_only_media(leaf: Leaf) -> bool:
    return leaf.name == "p" and all(isinstance(content, Atom) for line in leaf.lines for content, _ in line)


def _item_written(node: Block) -> tuple[str, str]:
    """A list item, cell or caption. Its only paragraph, or in a list item the one before lists, stands bare."""
    parts = [(child, *_written(child)) for child in node.children]
    parts = [part for part in parts if part[1]]
    classes = node.classes
    first = parts[0][0] if parts else None
    if isinstance(first, Leaf) and first.name == "p" and _are_lists(child for child, _, _ in parts[1:]):
        classes = attributes.merged(classes, first.classes)
        parts[0] = (first, inline(first.lines), parts[0][2])
    inner = "".join(html for _, html, _ in parts)
    if not inner and node.name not in CELLS:
        return "", ""
    text = "\n".join(text for _, _, text in parts if text)
    return f"<{node.name}{_class(classes)}{node.attributes}>{inner}</{node.name}>", text


def _are_lists(nodes: Iterable[Block | Leaf]) -> bool:
    return all(node.name in ("ul", "ol") for node in nodes)


def _row_written(node: Block) -> tuple[str, str]:
    cells = [_written(child) for child in node.children]
    if not cells:
        return "", ""
    text = "\t".join(collapsed(cell.strip()) for _, cell in cells)
    return f"<tr>{''.join(html for html, _ in cells)}</tr>", text


def leaf_text(leaf: Leaf) -> str:
    return "\n".join("".join(content for content, _ in line if isinstance(content, str)) for line in leaf.lines)


def inline(lines: list[list[Run]]) -> str:
    """The runs of a leaf as HTML, with as few tags as their marks allow."""
    if len(lines) == 1 and len(lines[0]) == 1 and not lines[0][0][1] and isinstance(lines[0][0][0], str):
        return escaped(lines[0][0][0])
    out: list[str] = []
    held: Marks = ()
    for number, line in enumerate(lines):
        if number:
            shared = _shared(held, line[0][1])
            out.extend(f"</{mark.name}>" for mark in reversed(held[shared:]))
            out.append("<br>")
            held = held[:shared]
        for content, marks in line:
            shared = _shared(held, marks)
            out.extend(f"</{mark.name}>" for mark in reversed(held[shared:]))
            out.extend(mark.opening for mark in marks[shared:])
            out.append(escaped(content) if isinstance(content, str) else content.markup)
            held = marks
    out.extend(f"</{mark.name}>" for mark in reversed(held))
    return "".join(out)


def _shared(left: Marks, right: Marks) -> int:
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count


def escaped(text: str) -> str:
    return entities.escape(text, quote=False)


def _class(classes: frozenset[str]) -> str:
    return f' class="{" ".join(sorted(classes))}"' if classes else ""
