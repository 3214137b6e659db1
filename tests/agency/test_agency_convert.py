"""Whatever a CMS writes becomes the content profile, and nothing that was said is lost on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.agency import convert
from syndicate.agency._convert import Converted
from syndicate.agency._tree import MOST_TAGS, TooMuchMarkup
from syndicate.news import check_content

BASE = "https://news.demo-vn.example/tin/7"
HOSTS = ("news.demo-vn.example", "pictures.demo-vn.example")
PICTURE = "https://pictures.demo-vn.example/a.jpg"


def converted(text: str) -> Converted:
    result = convert(text, base=BASE, media_hosts=HOSTS)
    assert check_content("text/html", result.body) == tuple(picture.url for picture in result.pictures)
    return result


TAGS = [
    "a", "b", "i", "strong", "em", "p", "div", "h1", "h3", "h6", "ul", "ol", "li", "blockquote",
    "figure", "figcaption", "img", "br", "table", "thead", "tbody", "tfoot", "tr", "td", "th",
    "caption", "span", "q", "sup", "sub", "pre", "hr", "section", "dl", "dt", "dd", "del", "iframe",
    "script", "style", "center", "font", "u", "details", "main", "title", "svg", "math", "template",
    "noscript", "select", "option", "form", "textarea", "plaintext", "xmp", "frameset", "html", "body",
    "head", "article",
]  # fmt: skip
PIECES = [
    *(f"<{tag}>" for tag in TAGS),
    *(f"</{tag}>" for tag in TAGS),
    '<a href="/x?a=1&b=2">',
    "<a href=javascript:x>",
    '<a href="https://tin.việt.vn/đường">',
    '<img src="//pictures.demo-vn.example/a.png" alt="a\'&quot;<b">',
    "<img src=/r.jpg>",
    '<img src="https://tracker.example/1.gif" width=1>',
    "<p hidden>",
    '<div class="ad">',
    "<!-- c -->",
    "<![CDATA[",
    "]]>",
    "<br><br>",
    "&nbsp;",
    "&#x202e;",
    "&#0;",
    "&#13;",
    "&amp;lt;",
    "&lt;b&gt;",
    "\x00",
    "\ud800",
    '"',
    "10",
    " ",
    "\n\n",
    "<",
    "<a b='c'",
]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=40).map("".join))
def test_any_html_becomes_the_profile_and_converting_again_changes_nothing(text: str) -> None:
    once = converted(text)
    assert converted(once.body).body == once.body


@given(st.text(alphabet="abc กขไทยမြန်မာلاЖ中\u200b\u200d\u0301", max_size=60))
def test_no_letter_of_a_text_is_lost(text: str) -> None:
    visible = "".join(text.split())
    if visible.strip("\u200b\u200d\u0301"):
        body = converted(text).body
        assert "".join(body.removeprefix("<p>").removesuffix("</p>").split()) == visible


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        pytest.param("one & two", "<p>one &amp; two</p>", id="text at the top gets a paragraph"),
        pytest.param(
            "<div>a<div>b</div>c</div>", "<p>a</p><p>b</p><p>c</p>", id="containers become paragraphs"
        ),
        pytest.param(
            "<section><h1>A</h1><h5>B</h5><p>c</section>",
            "<h2>A</h2><h4>B</h4><p>c</p>",
            id="headings are re-levelled",
        ),
        pytest.param(
            "<p><b>a</b> <i>b</i> <span style='color:red'>c</span></p>",
            "<p><strong>a</strong> <em>b</em> c</p>",
            id="b and i become strong and em, a span is unwrapped",
        ),
        pytest.param(
            "<b>a<i>b</b>c</i>",
            "<p><strong>a<em>b</em></strong><em>c</em></p>",
            id="crossed tags are uncrossed",
        ),
        pytest.param(
            "<b><p>a<p>b</b>",
            "<p><strong>a</strong></p><p><strong>b</strong></p>",
            id="emphasis around blocks moves in",
        ),
        pytest.param("a<br>b<br><br>c", "<p>a<br>b</p><p>c</p>", id="two line breaks are a new paragraph"),
        pytest.param(
            "<p> a \n b </p><p>&nbsp;</p>", "<p>a b</p>", id="white space is sane, empty paragraphs go"
        ),
        pytest.param(
            "x&nbsp;&eacute;&#8211;&lt;", "<p>x\u00a0é\u2013&lt;</p>", id="entities become characters"
        ),
        pytest.param(
            "10<sup>6</sup> CO<sub>2</sub> 1<sup>st</sup>", "<p>10⁶ CO₂ 1st</p>", id="a raised 6 is not 106"
        ),
        pytest.param("<q>a</q>", "<p>“a”</p>", id="quotation marks that a browser would add"),
        pytest.param("<pre>a\nb</pre>", "<p>a<br>b</p>", id="kept lines"),
        pytest.param("a<del>10</del> 12", "<p>a 12</p>", id="struck-out words are not said"),
        pytest.param(
            "<ul><li><p>a</p><p>b</p><ul><li>c</ul></ul>",
            "<ul><li>a<br>b<ul><li>c</li></ul></li></ul>",
            id="lists nest, paragraphs in items become lines",
        ),
        pytest.param(
            "<ul><li>a<ul><li>b</ul></li><ul><li>c</ul></ul>",
            "<ul><li>a<ul><li>b</li></ul><ul><li>c</li></ul></li></ul>",
            id="a list beside the items joins the one before it",
        ),
        pytest.param(
            "<ol><li><div><ul><li>a</ul></div><li><div>b<i>c</i></div></ol>",
            "<ol><li><ul><li>a</li></ul></li><li>b<em>c</em></li></ol>",
            id="a list in a mere container is still a list",
        ),
        pytest.param(
            "<ul><li>x<table><tr><td>1<td>2</table></ul>",
            "<ul><li>x<br>1 2</li></ul>",
            id="a table where none may stand becomes lines",
        ),
        pytest.param(
            "<ul><ul></ul><ul><li>a</ul></ul>", "<ul><li><ul><li>a</li></ul></li></ul>", id="no item yet"
        ),
        pytest.param(
            "<ul>x<li>a</ul>", "<ul><li>x</li><li>a</li></ul>", id="text beside items becomes an item"
        ),
        pytest.param(
            "<blockquote>a<blockquote>b</blockquote></blockquote>",
            "<blockquote><p>a</p><p>b</p></blockquote>",
            id="a quotation in a quotation joins it",
        ),
        pytest.param(
            "<table><caption>T</caption><thead><tr><th>A<th>B</thead><tr><td>1<td><p>2</p><p>3</p></table>",
            "<p>T</p><table><thead><tr><th>A</th><th>B</th></tr></thead>"
            "<tbody><tr><td>1</td><td>2<br>3</td></tr></tbody></table>",
            id="a table of data keeps its rows",
        ),
        pytest.param(
            "<table><tr><td><h1>H</h1><p>t</td></tr></table>",
            "<h2>H</h2><p>t</p>",
            id="a table that only frames the page goes",
        ),
        pytest.param(
            "<p>a<script>x()</script><style>p{}</style><iframe src=x>y</iframe></p>",
            "<p>a</p>",
            id="programs go",
        ),
        pytest.param(
            "<p>a</p><div hidden>b</div><p style='display: none'>c</p>",
            "<p>a</p>",
            id="what nobody sees goes",
        ),
        pytest.param(
            "<p>a</p><ins class='adsbygoogle'>buy</ins><p id='view-count'>9</p>",
            "<p>a</p>",
            id="adverts go, by class or id",
        ),
        pytest.param("<p>a</p><div class='x post-views'>9,214 views</div>", "<p>a</p>", id="a counter goes"),
        pytest.param("a\u202eb\x07c\ufffed", "<p>abcd</p>", id="control and direction characters go"),
        pytest.param(
            "a\u200bb\u0301", "<p>a\u200bb\u0301</p>", id="zero-width spaces and loose accents stay"
        ),
    ],
)
def test_what_cms_markup_becomes(written: str, becomes: str) -> None:
    assert converted(written).body == becomes


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        pytest.param("/tin/8", "https://news.demo-vn.example/tin/8", id="relative links become absolute"),
        pytest.param("?id=2&utm_source=rss&fbclid=z", f"{BASE}?id=2", id="tracking parameters go"),
        pytest.param(
            "https://tin.việt.vn/đường", "https://tin.xn--vit-5kz.vn/%C4%91%C6%B0%E1%BB%9Dng", id="ASCII only"
        ),
        pytest.param(
            "https://a.example:443/ b",
            "https://a.example/%20b",
            id="default ports and spaces are spelled out",
        ),
        pytest.param(
            "https://a.example/?a=1&b=%zz", "https://a.example/?a=1&amp;b=%25zz", id="stray percent signs"
        ),
    ],
)
def test_links_are_written_in_the_one_form(written: str, becomes: str) -> None:
    assert converted(f'<a href="{written}">x</a>').body == f'<p><a href="{becomes}">x</a></p>'


@pytest.mark.parametrize(
    "written",
    [
        "javascript:alert(1)",
        "mailto:a@b.example",
        "https://a.example:8080/",
        "https://u:p@a.example/",
        "http://10.0.0.1/",
        "tel:113",
        "data:text/html,x",
        "https://[::1]/",
        "https://" + "a" * 2_000 + ".example/",
    ],
)
def test_a_link_that_may_not_be_signed_leaves_its_text(written: str) -> None:
    assert converted(f'<p>see <a href="{written}">here</a></p>').body == "<p>see here</p>"


def test_a_picture_on_a_listed_host_stays_with_its_caption() -> None:
    result = converted(
        f"<figure><a href='/big'><img src='{PICTURE}' alt='A \"gate\"'></a>"
        "<figcaption>The gate</figcaption></figure>"
    )
    assert (
        result.body
        == f'<figure><img src="{PICTURE}" alt="A &quot;gate&quot;"><figcaption>The gate</figcaption></figure>'
    )
    assert result.pictures[0].alt == 'A "gate"'


def test_a_lazily_loaded_picture_is_found() -> None:
    result = converted(f"<img src='data:image/gif;base64,R0' data-src='{PICTURE}'>")
    assert [picture.url for picture in result.pictures] == [PICTURE]


def test_a_picture_from_elsewhere_goes_with_its_caption_and_a_note() -> None:
    result = converted(
        "<p>a</p><figure><img src='https://cdn.example/x.jpg'><figcaption>X</figcaption></figure>"
    )
    assert result.body == "<p>a</p>"
    assert result.notes == ("a picture on cdn.example was left out: that host is not in media_hosts",)


def test_a_figure_around_a_table_is_no_picture() -> None:
    result = converted("<figure><table><tr><td>1<td>2</table><figcaption>Rain</figcaption></figure>")
    assert result.body == "<table><tbody><tr><td>1</td><td>2</td></tr></tbody></table><p>Rain</p>"


def test_a_picture_without_an_address_goes_with_a_note() -> None:
    result = converted("<p>a<img src='data:image/png;base64,x'></p>")
    assert (result.body, result.notes) == ("<p>a</p>", ("a picture without an http(s) address was left out",))


def test_tracking_pixels_go_without_a_word() -> None:
    assert converted(f"<p>a<img src='{PICTURE}' width='1' height='1'></p>") == Converted(body="<p>a</p>")


def test_what_was_left_out_on_purpose_is_told_once() -> None:
    result = converted("<p>a</p><iframe></iframe><div class=ad>x</div><div class=ad>y</div><s>no</s>")
    assert result.notes == (
        "an embedded frame, film or sound was left out",
        "page furniture was left out (class 'ad')",
        "struck-out words were left out",
    )


def test_an_agency_names_furniture_of_its_own() -> None:
    assert (
        convert("<p>a</p><div class='box-tinlienquan'>x</div>", furniture=["box-tinlienquan"]).body
        == "<p>a</p>"
    )


def test_lists_deeper_than_the_profile_allows_keep_their_words() -> None:
    result = converted("<blockquote>" + "<ul><li>x" * 40)
    assert result.body.count("x") == 40


def test_a_text_nested_beyond_all_measure_keeps_its_words() -> None:
    assert "deep" in converted("<div><b>" * 2_000 + "deep").body


def test_no_more_pictures_than_a_token_may_name() -> None:
    result = converted("".join(f"<img src='/{n}.jpg'>" for n in range(60)))
    assert len(result.pictures) == 50
    assert result.notes == ("only the first 50 pictures were kept",)


def test_more_markup_than_any_article_has_is_not_read() -> None:
    with pytest.raises(TooMuchMarkup):
        convert("<b>" * (MOST_TAGS + 1))
