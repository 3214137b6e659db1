"""The content profile: what an HTML parser has nothing to repair in."""

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.news import ContentError, check_content

FINE = [
    pytest.param("", id="nothing"),
    pytest.param(
        "<p>Hi &amp; &lt;bye&gt; &quot;x&quot; &#39;</p>\n<h2>A<br>b</h2>", id="blocks and references"
    ),
    pytest.param("<ul><li>a<ul><li>b</li></ul></li>\n<li>c</li></ul>", id="lists"),
    pytest.param('<p><a href="https://a.vn/?a=1&amp;b=2">x <em>y</em></a></p>', id="a link"),
    pytest.param(
        '<figure><img src="https://a.vn/1.png" alt="a &quot;b&quot;"><figcaption>c</figcaption></figure>',
        id="figure",
    ),
    pytest.param(
        "<table><thead><tr><th>a</th></tr></thead>\n<tbody><tr>\t<td>b</td></tr></tbody></table>", id="table"
    ),
    pytest.param("<blockquote><p>ກ\u200bຂ</p></blockquote>", id="a quotation with a zero-width space"),
    pytest.param("<p>" + "<em>" * 15 + "x" + "</em>" * 15 + "</p>", id="sixteen deep"),
]

WRONG = [
    pytest.param("x", "only blocks", id="text outside a block"),
    pytest.param("<ul>\u00a0</ul>", "only blocks", id="a hard space among list items"),
    pytest.param("<p>", "never closed", id="an open paragraph"),
    pytest.param("</p>", "does not close", id="nothing open"),
    pytest.param("<p>a</em></p>", "does not close", id="crossed tags"),
    pytest.param("<p><p>a</p></p>", "may not stand", id="a paragraph in a paragraph"),
    pytest.param("<p><ul><li>a</li></ul></p>", "may not stand", id="a list in a paragraph"),
    pytest.param("<table><tr><td>a</td></tr></table>", "may not stand", id="a row without a body"),
    pytest.param("<table>x</table>", "only blocks", id="text among rows"),
    pytest.param("<script>a</script>", "may not stand", id="attack 25: a script"),
    pytest.param("<p><script>a</script></p>", "may not stand", id="attack 25: a script in a paragraph"),
    pytest.param("<p onclick=x>a</p>", "outside the profile", id="attack 25: a handler"),
    pytest.param('<p><a href="javascript:a()">a</a></p>', "plain http", id="attack 25: a script address"),
    pytest.param('<p><a href="https://a.vn/" onclick="x">a</a></p>', "outside", id="an attribute too many"),
    pytest.param("<p><a href='https://a.vn/'>a</a></p>", "outside", id="single quotes"),
    pytest.param('<p><a href="https://a.vn/?a&b">a</a></p>', "unescaped", id="a bare & in an address"),
    pytest.param(
        '<p><img src="https://a.vn/?a&lt;" alt=""></p>', "unescaped|outside", id="another reference in one"
    ),
    pytest.param(
        '<p><a href="https://a.vn/"><em><a href="https://a.vn/">x</a></em></a></p>', "link inside", id="nest"
    ),
    pytest.param(
        '<p><a href="https://a.vn/"><a href="https://a.vn/">x</a></a></p>', "may not stand", id="directly"
    ),
    pytest.param("<p><a>x</a></p>", "without its address", id="a link to nowhere"),
    pytest.param("<p><img></p>", "without its address", id="a picture of nothing"),
    pytest.param('<p><img src="https://a.vn/1.png"></p>', "outside", id="a picture without alt"),
    pytest.param("<P>a</P>", "outside", id="capitals"),
    pytest.param("<p >a</p>", "outside", id="a space in a tag"),
    pytest.param("<p>a<br/></p>", "outside", id="a slash"),
    pytest.param("<p>a</br></p>", "does not close", id="an end tag of br"),
    pytest.param("<p>&nbsp;</p>", "outside", id="another reference"),
    pytest.param("<p>a & b</p>", "outside", id="a bare ampersand"),
    pytest.param("<p>a<b</p>", "outside", id="a bare less-than"),
    pytest.param("<p>a>b</p>", "outside", id="a bare greater-than"),
    pytest.param("<!--x--><p>a</p>", "outside", id="a comment"),
    pytest.param("<p><![CDATA[x]]></p>", "outside", id="a CDATA section"),
    pytest.param("<p>\u202e</p>", "outside", id="a direction override"),
    pytest.param("<p>\r</p>", "outside", id="a carriage return"),
    pytest.param("<p>\ufffe</p>", "outside", id="what XML cannot carry"),
    pytest.param("<p>" + "<em>" * 16 + "x" + "</em>" * 16 + "</p>", "16 elements", id="seventeen deep"),
]


@pytest.mark.parametrize("body", FINE)
def test_what_the_grammar_allows_passes(body: str) -> None:
    check_content("text/html", body)


@pytest.mark.parametrize(("body", "why"), WRONG)
def test_what_the_grammar_does_not_allow_is_refused(body: str, why: str) -> None:
    with pytest.raises(ContentError, match=why):
        check_content("text/html", body)


def test_pictures_are_told_in_order_with_their_address_unescaped() -> None:
    body = '<p><img src="https://a.vn/2?a=1&amp;b" alt=""><img src="https://a.vn/1" alt=""></p>'
    assert check_content("text/html", body) == ("https://a.vn/2?a=1&b", "https://a.vn/1")


def test_plain_text_holds_anything_but_controls() -> None:
    assert check_content("text/plain", "a <b> & c\n\td") == ()
    with pytest.raises(ContentError, match="control"):
        check_content("text/plain", "a\x00")
    with pytest.raises(ContentError, match="neither"):
        check_content("text/markdown", "a")


NESTING = ("p", "em", "strong", "ul", "li", "table", "tbody", "tr", "td", "blockquote", "h2")
PIECES = st.sampled_from(
    [f"<{slash}{name}>" for name in NESTING for slash in ("", "/")]
    + ["<br>", "a", " ", "&amp;", '<a href="https://a.vn/">', "</a>"]
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_an_html_parser_reads_back_exactly_what_was_accepted(body: str) -> None:
    try:
        check_content("text/html", body)
    except ContentError:
        return
    if not body.strip():
        return
    tree = lxml.html.fragment_fromstring(body, create_parent="div")
    assert lxml.html.tostring(tree, encoding="unicode") == f"<div>{body}</div>"


@given(st.text(max_size=200))
def test_no_text_makes_the_check_fail_in_another_way(body: str) -> None:
    for type_ in ("text/html", "text/plain"):
        try:
            check_content(type_, body)
        except ContentError as exc:
            assert str(exc)
