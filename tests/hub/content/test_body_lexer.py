from __future__ import annotations

import pytest

from hub.content import body_lexer


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a<b c='>'>d</b>", [("text", ""), ("start", "b"), ("text", ""), ("end", "b")]),
        ("<!--><p><!-- --!><i><!-- <b>", [("start", "p"), ("start", "i")]),
        ("<?x><!y></ z><p>", [("start", "p")]),
        ("a < b", [("text", ""), ("text", ""), ("text", "")]),
        (
            "<SCRIPT><p></scrip></Script><p>",
            [("start", "script"), ("raw", "script"), ("end", "script"), ("start", "p")],
        ),
        ("<plaintext><p></plaintext>", [("start", "plaintext"), ("raw", "plaintext")]),
        ('<p>a<b c="d', [("start", "p"), ("text", "")]),
        ("<p/x=1/>", [("start", "p")]),
    ],
)
def test_tokens_are_cut_as_browsers_cut_them(source: str, expected: list[tuple[str, str]]) -> None:
    assert [(token.kind, token.name) for token in body_lexer.tokens(source)] == expected


def test_attributes_are_decoded_and_the_first_of_a_name_counts() -> None:
    assert body_lexer.read_attributes(" HREF = 'a&amp;b' x y=1/2 href=c") == {"href": "a&b", "x": "", "y": "1/2"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<ul><li>a<ul><li>b</ul><li>c</ul>", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"),
        ("<table><tr><td>a<td>b<tr><td>c</table>d", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>d"),
        ("<div><table><tr><td></div>a", "<div><table><tr><td>a</td></tr></table></div>"),
        ("<svg><text>a</text><p>b", "<p>b</p>"),
        ("<script>a</script><b onclick=x title=y>c</i>d", "<b>cd</b>"),
        ('<a href="x&quot;" href=y>1<a>2', '<a href="x&quot;">1</a><a>2</a>'),
        ("<x>a</x><xmp><b></xmp> < &lt;", "a&lt;b&gt; &lt; &lt;"),
        ("<div><svg><text>a</div>b<select><option>c<input>d", "<div></div>bd"),
        ("&<x>lt;", "&amp;lt;"),
    ],
)
def test_large_sources_are_rewritten_well_nested(source: str, expected: str) -> None:
    assert body_lexer.balanced(source) == expected


def test_nesting_is_cut_at_a_hundred_and_twenty() -> None:
    balanced = body_lexer.balanced("<div>" * 500 + "a" + "</div>" * 500)

    assert balanced == "<div>" * 120 + "a" + "</div>" * 120


def test_words_that_html_does_not_know_get_a_name_nobody_knows() -> None:
    assert body_lexer.with_foreign_names("<max>a</max><svg><text>b</text></svg><p title='<min>'><o:p>") == (
        "<x-max>a</x-max><svg><text>b</text></svg><p title='<min>'><x-o:p>"
    )
