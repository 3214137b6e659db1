"""Titles, addresses and ids: small judgements that every signed item rests on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.agency._addresses import plain_address
from syndicate.agency._draft import item_id
from syndicate.agency._text import one_line, shortened, without_markup
from syndicate.news import AgencyId, host_of


@given(st.text(max_size=60) | st.from_regex(r"https?://[^/]{0,20}/.{0,30}", fullmatch=True))
def test_an_address_is_plain_or_nothing_and_stays_as_it_is(written: str) -> None:
    address = plain_address(written, "https://news.demo-vn.example/tin/7")
    if address is not None:
        assert host_of(address)
        assert plain_address(address) == address


@pytest.mark.parametrize(
    ("written", "reads"),
    [
        pytest.param(
            "Tom &amp; Jerry &#8211; <b>live</b>", "Tom & Jerry \u2013 live", id="entities and tags"
        ),
        pytest.param("<p>One</p><p>two<br>three</p>", "One two three", id="blocks are set apart"),
        pytest.param("<td>1</td>", "1", id="a cell without its table"),
        pytest.param("a<script>b</script>\u202ec&#7;", "ac", id="programs and unsafe characters go"),
        pytest.param("ສະ\u200bບາຍ\u200bດີ", "ສະ\u200bບາຍ\u200bດີ", id="zero-width spaces of Lao stay"),
        pytest.param(
            "Tie\u0302\u0301ng Vie\u0323\u0302t", "Tie\u0302\u0301ng Vie\u0323\u0302t", id="NFD stays NFD"
        ),
        pytest.param("วันที่ ๒๓ พ.ย. ๒๕๖๙", "วันที่ ๒๓ พ.ย. ๒๕๖๙", id="Thai digits and years stay"),
    ],
)
def test_markup_becomes_plain_words(written: str, reads: str) -> None:
    assert without_markup(written) == reads


@given(st.text(max_size=80))
def test_plain_words_are_one_line_and_stay_as_they_are(text: str) -> None:
    once = one_line(text)
    assert not set(once) & set("\t\n\r\x00\x85\u202e")
    assert one_line(once) == once


@given(st.text(max_size=80), st.integers(2, 40))
def test_a_shortened_text_fits(text: str, most: int) -> None:
    assert len(shortened(text, most)) <= most


def test_a_removed_character_leaves_no_double_space() -> None:
    assert one_line("0\r\x1f\r0") == "0 0"


def test_a_text_is_shortened_between_words_or_whole_letters() -> None:
    assert shortened("one two three", 9) == "one two…"
    assert shortened("กำกำกำก่ำ", 8) == "กำกำกำ…"  # never between a Thai letter and its mark
    assert shortened("short", 9) == "short"


def test_an_item_id_is_opaque_and_the_same_for_ever() -> None:
    first = item_id(AgencyId("vn.demo"), "https://news.demo-vn.example/?p=123")
    assert first == "vn.demo:4r4osh4nkuxz7p6zukrb5fuya4"
    assert first != item_id(AgencyId("vn.demo"), "https://news.demo-vn.example/?p=124")
