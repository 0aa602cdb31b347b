from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.content.body import Body, content_hash, excerpt, expand, plain, references, render
from hub.vocabulary.enums import BodyFormat, Genre
from hub.vocabulary.errors import InvalidInput

A = "0198f0a0-0000-7000-8000-00000000000a"
B = "0198f0a0-0000-7000-8000-00000000000b"
C = "0198f0a0-0000-7000-8000-00000000000c"


def html(source: str) -> str:
    return render(source, BodyFormat.HTML).html


def text(source: str) -> str:
    return render(source, BodyFormat.HTML).text


@pytest.mark.parametrize(
    ("source", "canonical"),
    [
        ("甲", "<p>甲</p>"),
        ("<p>甲</p><p></p><p>&nbsp;</p><p><br></p><p>乙</p>", "<p>甲</p>\n<p>乙</p>"),
        ("<div><div>甲</div>乙</div>", "<p>甲</p>\n<p>乙</p>"),
        ('<p><span style="color:red"><span>甲</span></span></p>', "<p>甲</p>"),
        ("<p>\u3000\u3000第一条\u3000内容</p>", '<p class="indent">第一条\u3000内容</p>'),
        ("<p><strong>\u3000\u3000甲</strong>乙</p>", '<p class="indent"><strong>甲</strong>乙</p>'),
        ("<p>&nbsp;&nbsp;&nbsp;&nbsp;甲</p>", '<p class="indent">甲</p>'),
        ('<p style="text-indent: 2em; text-align: right">甲</p>', '<p class="align-right indent">甲</p>'),
        ('<p style="text-indent:0em">甲</p>', "<p>甲</p>"),
        ('<p style="TEXT-ALIGN:CENTER !important" align="left">甲</p>', '<p class="align-center">甲</p>'),
        ('<p class="big indent align-justify">甲</p>', '<p class="align-justify indent">甲</p>'),
        (
            "<center>甲<p align=left>乙</p></center>",
            '<p class="align-center">甲</p>\n<p>乙</p>',
        ),
        ("甲<br>\u3000\u3000乙<br><br>丙", '<p>甲</p>\n<p class="indent">乙</p>\n<p>丙</p>'),
        ("<p>甲<br>乙<br></p>", "<p>甲<br>乙</p>"),
        ("<p>a  \n b <b> c</b> </p>", "<p>a b <strong>c</strong></p>"),
        ("<b>甲</b><b>乙</b><i></i>", "<p><strong>甲乙</strong></p>"),
        ("<strong><p>甲</p><p>乙</p></strong>", "<p><strong>甲</strong></p>\n<p><strong>乙</strong></p>"),
        ("<h1>甲<div>乙</div></h1>", "<h1>甲</h1>\n<h1>乙</h1>"),
        ("<ul><li><p>甲</p><ul><li>乙</ul><li></ul>", "<ul><li>甲<ul><li>乙</li></ul></li></ul>"),
        ("<ul>甲<li>乙</ul>", "<ul><li>甲</li><li>乙</li></ul>"),
        ('<ol start=3 type="a" reversed><li>甲</ol>', '<ol start="3" type="a"><li>甲</li></ol>'),
        ("<li>甲", "<p>甲</p>"),
        ("<dl><dt>甲<dd>乙</dl>", "<dl><dt>甲</dt><dd>乙</dd></dl>"),
        (
            "<table><tr><th scope=col colspan=2 rowspan=1>甲<tr><td align=right><p>乙</p><td></table>",
            '<table><tbody><tr><th colspan="2" scope="col">甲</th></tr>'
            '<tr><td class="align-right">乙</td><td></td></tr></tbody></table>',
        ),
        ("<table><caption>表</caption><tr></table>", "<table><caption>表</caption></table>"),
        ("<blockquote>甲<hr>乙</blockquote>", "<blockquote><p>甲</p><hr><p>乙</p></blockquote>"),
        ("<pre>\n\n  甲\n   乙\n\n</pre>", "<pre>  甲\n   乙</pre>"),
        ("H<sub>2</sub>O<sup>+</sup>", "<p>H<sub>2</sub>O<sup>+</sup></p>"),
        ("<ruby>金<rp>(<rt>jin<rp>)</ruby>", "<p><ruby>金<rp>(</rp><rt>jin</rt><rp>)</rp></ruby></p>"),
        (
            '<figure><img src="HTTPS://a.cn/1 2.png" alt="图 一"><figcaption>说明</figcaption></figure>',
            '<figure><img src="https://a.cn/1%202.png" alt="图 一"><figcaption>说明</figcaption></figure>',
        ),
        (
            f'<video poster="hub:item/{A}" autoplay><source src="hub:item/{B}" type="video/mp4">备用</video>',
            f'<p><video poster="hub:item/{A}" controls><source src="hub:item/{B}" type="video/mp4"></video>备用</p>',
        ),
        ('<a href=" MAILTO:a@b.cn " target=_blank title=信>甲</a>', '<p><a href="mailto:a@b.cn" title="信">甲</a></p>'),
        (
            '<a href="https://a.cn/?a=1&b=2">甲</a><a href="/x">乙</a>',
            '<p><a href="https://a.cn/?a=1&amp;b=2">甲</a>乙</p>',
        ),
        (f'<a href="hub:item/{A}">甲</a><a href="hub:item/x">乙</a>', f'<p><a href="hub:item/{A}">甲</a>乙</p>'),
        ("a\u200bb\x07c\u202ed\ufeff\ufdd0", "<p>abcd</p>"),
        ("1 &lt; 2 &amp;amp; &quot;3&quot;", '<p>1 &lt; 2 &amp;amp; "3"</p>'),
        ("<max>甲</max>乙<text/>丙", "<p>甲乙丙</p>"),
    ],
)
def test_html_has_one_canonical_form(source: str, canonical: str) -> None:
    assert html(source) == canonical
    assert html(canonical) == canonical
    assert render(canonical, BodyFormat.HTML).dropped == ()


def test_text_puts_blocks_on_lines_and_cells_apart_by_tabs() -> None:
    source = (
        "<h2>表&amp;文</h2><table><tr><td>甲<td><p>乙</p><p>丙</p><tr><td>丁<td></table><ul><li>一<li>二</ul>a<br>b"
    )

    assert text(source) == "表&文\n甲\t乙 丙\n丁\t\n一\n二\na\nb"


def test_dropped_names_what_could_not_be_kept() -> None:
    source = (
        '<script>1</script><p onclick="x" style="color:red;text-indent:2em" class="x"><font color=red>甲</font>'
        '<a href=" java\nscript:x">乙</a><img src="data:image/png,x"><img src="../a.png"></p><!-- <iframe> -->'
    )

    body = render(source, BodyFormat.HTML)

    assert body == Body(
        '<p class="indent">甲乙</p>',
        "甲乙",
        (
            "address data:",
            "address javascript:",
            "address relative",
            "attribute color",
            "attribute onclick",
            "element script",
            "style color",
        ),
    )


@pytest.mark.parametrize("body_format", list(BodyFormat))
def test_nul_and_lone_surrogates_are_refused_by_name(body_format: BodyFormat) -> None:
    with pytest.raises(InvalidInput, match="body holds a NUL at character 1") as nul:
        render("a\x00", body_format)
    with pytest.raises(InvalidInput, match=r"body holds a lone surrogate U\+D800 at character 0"):
        render("\ud800", body_format)

    assert nul.value.field == "body"


def test_plain_text_makes_every_line_a_paragraph() -> None:
    body = render("\u3000\u3000甲<b>\r\n\n 乙 \t丙\x07\n\u3000", BodyFormat.TEXT)

    assert body == Body('<p class="indent">甲&lt;b&gt;</p>\n<p>乙 丙</p>', "甲<b>\n乙 丙", ())


def test_an_empty_body_is_empty_in_every_format() -> None:
    assert [render(" \n", one) for one in BodyFormat] == [Body("", "", ())] * 3


_OPENED = "p div h1 pre b i a ruby rt rp ul li dl dd table tr td th caption br hr span"
_CLOSED = "p div h1 pre b i a ruby rt rp ul li dl dd table tr td th caption svg"
_PIECES = st.sampled_from(
    [
        *"甲乙 \n\t\u3000\u3000\xa0<>&\"'=-*#|`\x07\u200b\ufdd0\r\x0b\u2028\u202e",
        *(f"<{name}>" for name in _OPENED.split()),
        *(f"</{name}>" for name in _CLOSED.split()),
        *(
            "<blockquote>",
            "<figure>",
            "</figure>",
            "<figcaption>",
            "<center>",
            "<svg>",
            "<math>",
            "<template>",
            "<nobr>",
        ),
        *(
            '<a href="http://a.cn">',
            '<img src="https://a.cn/1">',
            '<p align="right">',
            '<td style="text-align:center">',
        ),
        *('<video src="http://a.cn/">', "</video>", '<source src="http://a.cn/2">', '<p class="indent">', "<title>"),
        *(
            "&nbsp;",
            "&#xfdd0;",
            "&#13;",
            "&amp;lt;",
            "&#0;",
            "\n\n",
            "# ",
            "- ",
            "> ",
            "|-|-|\n",
            "    ",
            "\u3000\u3000甲",
        ),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(_PIECES, max_size=30).map("".join), st.sampled_from(BodyFormat))
@example("<p>甲\ufdd0乙</p>", BodyFormat.HTML)
def test_rendering_the_canonical_html_again_changes_nothing(source: str, body_format: BodyFormat) -> None:
    once = render(source, body_format)

    again = render(once.html, BodyFormat.HTML)

    assert again == Body(once.html, once.text, ())


def test_plain_collapses_white_space_and_strips_what_nobody_sees() -> None:
    assert plain(" 关于\u3000印发\n《办法》\xa0的\x07通知\u200b\ufeff\u202e \u3000") == "关于\u3000印发 《办法》 的通知"


def test_plain_keeps_print_as_printed() -> None:
    assert plain("ﬁ ① 〔2020〕１２号 👨‍👩‍👧") == "ﬁ ① 〔2020〕１２号 👨‍👩‍👧"


def test_plain_refuses_nul_naming_the_field() -> None:
    with pytest.raises(InvalidInput) as refused:
        plain("a\x00b", "title")

    assert (refused.value.field, refused.value.message) == ("title", "title holds a NUL at character 1.")


def test_content_hash_is_of_sorted_compact_json_without_empties() -> None:
    fields = {"title": "通知", "genre": Genre.NOTICE, "summary": None, "tags": [], "details": {"a": "", "b": 0}}

    # sha256 of {"details":{"b":0},"genre":"notice","title":"通知"}
    assert content_hash(fields) == "b5672a9807b20bce1984dc9c8abfa4aabd6bc4c161f0851aae808ab4a0f1d834"
    assert content_hash(dict(reversed(fields.items()))) == content_hash(fields)


def test_content_hash_refuses_what_is_not_json() -> None:
    with pytest.raises(TypeError):
        content_hash({"at": object()})


def test_expand_turns_references_into_addresses() -> None:
    body = html(f'<a href="hub:item/{A}" title="t">甲<b>乙</b></a><img src="hub:item/{B}"><video src="hub:item/{B}">')

    assert expand(body, lambda item: f"/media/{item}?a&b") == (
        f'<p><a href="/media/{A}?a&amp;b" title="t">甲<strong>乙</strong></a>'
        f'<img src="/media/{B}?a&amp;b" alt=""><video src="/media/{B}?a&amp;b" controls></video></p>'
    )


def test_expand_keeps_the_text_of_a_hidden_link_and_drops_hidden_media() -> None:
    body = html(
        f'<p>见<a href="hub:item/{A}">办法</a></p><figure><img src="hub:item/{B}"></figure>'
        f'<p><video poster="hub:item/{B}"><source src="hub:item/{B}"><source src="hub:item/{C}"></video></p>'
        f'<p><audio src="hub:item/{B}"></audio></p>'
    )

    expanded = expand(body, {C: "/c"}.get)

    assert expanded == '<p>见办法</p>\n<p><video controls><source src="/c"></video></p>\n'


def test_expand_returns_a_body_without_references_unchanged() -> None:
    body = html("<p>甲</p>")

    assert expand(body, lambda _: pytest.fail("nothing to ask for")) is body


def test_expand_asks_once_for_each_item() -> None:
    asked: list[str] = []
    body = html(f'<a href="hub:item/{A}">甲</a>文<a href="hub:item/{A}">乙</a>')

    expand(body, lambda item: asked.append(item))

    assert asked == [A]


def test_references_are_those_of_tags_in_order() -> None:
    body = html(f'<img src="hub:item/{B}"><a href="hub:item/{A}">a</a><img src="hub:item/{B}"> src="hub:item/{C}"')

    assert references(body) == [B, A]


@pytest.mark.parametrize(
    ("length", "expected"),
    [(9, "第一条 为了规范"), (8, "第一条 为了规范"), (7, "第一条 为了…"), (5, "第一条…"), (1, "…"), (0, "")],
)
def test_excerpt_fits_its_length(length: int, expected: str) -> None:
    assert excerpt("第一条\n为了规范", length) == expected


def test_excerpt_never_cuts_a_character_apart() -> None:
    assert excerpt("ae\u0301bcd", 3) == "a…"
    assert excerpt("a👨‍👩‍👧bcd", 5) == "a…"
